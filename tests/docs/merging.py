"""A part of a configuration, as a page shows it, within a whole one."""

from __future__ import annotations

import json
import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any


def into(part: str, whole: Path) -> str:
    """The configuration with this part in it, as TOML.

    `[machine.x]` is of the first machine, as on a page it follows the `[[machine]]` that it belongs to; a list of
    tables stands in place of the former one.
    """
    document, said = tomllib.loads(whole.read_text(encoding="utf-8")), tomllib.loads(part)
    if isinstance(of_first := said.get("machine"), dict):
        said["machine"] = [_merged(document["machine"][0], of_first), *document["machine"][1:]]
    return "".join(f"{key} = {_value(value)}\n" for key, value in _merged(document, said).items())


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(one[key], other[key])
        for key in one.keys() & other.keys()
        if isinstance(one[key], dict) and isinstance(other[key], dict)
    }
    return {**one, **other, **both}


def _value(value: object) -> str:
    match value:
        case dict():
            return "{ " + ", ".join(f"{json.dumps(key)} = {_value(one)}" for key, one in value.items()) + " }"
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case str() | bool():
            return json.dumps(value, ensure_ascii=False)
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return repr(value)

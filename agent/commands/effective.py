"""`lineside check --effective`: everything that the files say together, each value with the file that it came from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from agent.configuration import Read
from agent.including import Place, Said


def as_toml(read: Read) -> str:
    """As one file would say it; what stands by default is left out."""
    return "\n".join(_table(dict(read.document), (), read)).strip() + "\n"


def as_document(read: Read) -> dict[str, Any]:
    """The same for programs: values, and by key the file of each."""
    return {
        "files": [str(file) for file in read.files],
        "effective": json.loads(json.dumps(read.document, default=str)),
        "from": {_dotted(place): str(said.file) for place, said in read.said.items()},
    }


def _table(table: Mapping[str, Any], place: Place, read: Read) -> Iterator[str]:
    tables = {key: value for key, value in table.items() if (*place, key) not in read.said}
    for key, value in table.items():
        if key not in tables:
            yield f"{_word(key)} = {_value(value)}  # {_shown(read.said[*place, key], read.path)}"
    for key, value in tables.items():
        name = ".".join(_word(part) for part in (*place, key) if isinstance(part, str))
        if isinstance(value, list):
            for number, one in enumerate(value):
                yield from ("", f"[[{name}]]")
                yield from _table(one, (*place, key, number), read)
        else:
            yield from ("", f"[{name}]")
            yield from _table(value, (*place, key), read)


def _shown(said: Said, main: Path) -> str:
    folder = main.parent
    return str(said.file.relative_to(folder)) if said.file.is_relative_to(folder) else str(said.file)


def _word(key: str) -> str:
    plain = key.replace("-", "").replace("_", "")
    return key if plain.isascii() and plain.isalnum() else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:  # noqa: ANN401 - whatever TOML can hold
    match value:
        case bool():
            return "true" if value else "false"
        case datetime() | date() | time():
            return value.isoformat()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return f"{{ {', '.join(f'{_word(key)} = {_value(one)}' for key, one in value.items())} }}"
        case _:
            return str(value)


def _dotted(place: Place) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)

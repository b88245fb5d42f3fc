"""Tells one configuration from another: a hash of the whole, and a short digest of each key that is not by default.

What stands by default is left out: a newer version that knows one key more has the same configuration as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from agent.core.settings_base import Section

SHORT: Final = 8
"""Hexadecimal digits of the digest of a key."""
NAMED_BY: Final = {"machine": "work_center", "scanner": "name"}
"""What tells the tables of an array apart."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is remembered of a configuration. No value can be read out of it."""

    sha256: str
    """Of the canonical JSON of everything that is not by default, hexadecimal."""
    keys: dict[str, str]
    """By key, such as `mes.host` or `machine.FILL-1.stop`: a digest of what it says."""


def fingerprint(settings: Section) -> Fingerprint:
    """The fingerprint of a whole configuration."""
    said = settings.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    keys = {key: sha256(_canonical(value)).hexdigest()[:SHORT] for key, value in _keys(said)}
    return Fingerprint(sha256(_canonical(said)).hexdigest(), keys)


def changed(former: Mapping[str, str], present: Mapping[str, str]) -> tuple[str, ...]:
    """The keys that do not say the same, in order; they may stand in one of the two only."""
    return tuple(sorted(key for key in {*former, *present} if former.get(key) != present.get(key)))


def _keys(said: dict[str, Any]) -> Iterator[tuple[str, object]]:
    for section, value in said.items():
        if section in NAMED_BY:
            for table in value:
                name = f"{section}.{table[NAMED_BY[section]]}"
                yield from ((f"{name}.{key}", one) for key, one in table.items())
        elif isinstance(value, dict):
            yield from ((f"{section}.{key}", one) for key, one in value.items())
        else:
            yield section, value


def _canonical(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)

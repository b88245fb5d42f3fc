"""Big lists come in numbered parts with a manifest, `{name}/parts/{n}` and `{name}/manifest`, and are taken whole.

The parts are slices of one message, in order from 1. They may come in any order, before or after their manifest, and
again with each connection, as they are retained. Until all are there and fit the manifest's hash, the former revision
stays. They are held in memory only: what was not put together yet comes again with the next connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, TypeAlias

from pydantic import Field, ValidationError

from agent.core.directories.copies import Code, Part
from agent.core.directories.kinds import KINDS, place_of
from agent.core.errors import InvalidMessageError
from agent.core.values import replace

MOST_PARTS = 100
PART_OCTETS = 65_536
MOST_OCTETS = 8_000_000
"""Of all lists that are not whole yet; beyond it the parts of the list that was longest without a new one go."""
PATIENCE_S = 60.0
"""Plant seconds without anything new after which a list that is not whole is reported."""
_NAME = re.compile(r"(?P<name>.+)/(?:parts/(?P<number>[1-9][0-9]{0,3})|(?P<manifest>manifest))", re.DOTALL)
Key: TypeAlias = tuple[str | None, str]


class Manifest(Part):
    """What the parts of a list come to."""

    rev: Code
    """Revision of the list."""
    parts: Annotated[int, Field(ge=1, le=MOST_PARTS)]
    """How many there are."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """Of all parts one after the other."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """What is there of one list."""

    parts: Mapping[int, bytes] = field(default_factory=dict)
    manifest: Manifest | None = None
    since: float = 0.0
    """When something new came last."""
    reported: bool = True
    """Nothing needs to be said of it, or it was said."""
    done: str | None = None
    """Hash of what was put together last: its manifest may come again without its parts."""

    @property
    def octets(self) -> int:
        """How much memory it takes."""
        return sum(len(part) for part in self.parts.values())

    @property
    def whole(self) -> bytes | None:
        """The list; None where it is not whole, or not the one that the manifest is about."""
        if self.manifest is None or any(number not in self.parts for number in self._numbers):
            return None
        message = b"".join(self.parts[number] for number in self._numbers)
        return message if sha256(message).hexdigest() == self.manifest.sha256 else None

    @property
    def lacks(self) -> str:
        """Why it is not whole, for people."""
        missing = [str(number) for number in self._numbers if number not in self.parts]
        if missing:
            return f"parts {', '.join(missing)} of {len(self._numbers)} are missing"
        return "the parts do not fit sha256 of the manifest: they are of another revision"

    @property
    def _numbers(self) -> range:
        return range(1, 1 + (0 if self.manifest is None else self.manifest.parts))


Assemblies: TypeAlias = Mapping[Key, Assembly]
NO_ASSEMBLIES: Assemblies = {}


@dataclass(frozen=True, slots=True)
class Put:
    """What one message came to."""

    assemblies: Assemblies
    name: str
    """Of the list."""
    message: bytes | None
    """The whole list, empty where it is withdrawn; None where nothing is to be done with it."""
    rev: str | None = None
    """That the manifest says."""


def is_part(name: str) -> bool:
    """Whether a name is that of a part or a manifest."""
    found = _NAME.fullmatch(name)
    if found is None:
        return False
    head, _, rest = found["name"].partition("/")
    return not rest and head in KINDS and not KINDS[head].named


def put(assemblies: Assemblies, wc_id: str | None, name: str, payload: bytes, now: float) -> Put:
    """Take a part or a manifest.

    Raises:
        InvalidMessageError: it is none, or of a list that does not come in parts.
    """
    found = _NAME.fullmatch(name)
    if found is None or not place_of(wc_id, found["name"]).kind.in_parts:
        raise InvalidMessageError(f"directory {name}: such objects do not come in parts")
    key = (wc_id, found["name"])
    others = {known: each for known, each in assemblies.items() if known != key}
    mine = assemblies.get(key, Assembly())
    if found["manifest"] and not payload:
        return Put(others, key[1], b"")
    mine = _with_manifest(mine, name, payload) if found["manifest"] else _with_part(mine, name, found, payload)
    mine = replace(mine, since=now, reported=mine.manifest is not None and mine.manifest.sha256 == mine.done)
    message = mine.whole
    if message is None:
        return Put(_bounded(others, key, mine), key[1], None)
    assert mine.manifest is not None
    # The next revision brings all its parts anew.
    return Put(
        {**others, key: Assembly(manifest=mine.manifest, done=mine.manifest.sha256)}, key[1], message, mine.manifest.rev
    )


def overdue(assemblies: Assemblies, now: float) -> tuple[Assemblies, tuple[tuple[Key, str], ...]]:
    """Lists that wait for too long, each said once, with what they lack."""
    late = {
        key: each
        for key, each in assemblies.items()
        if each.manifest is not None and not each.reported and now >= each.since + PATIENCE_S
    }
    if not late:
        return assemblies, ()
    said = {key: replace(each, reported=True) for key, each in late.items()}
    return {**assemblies, **said}, tuple((key, each.lacks) for key, each in late.items())


def _with_manifest(mine: Assembly, name: str, payload: bytes) -> Assembly:
    try:
        manifest = Manifest.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the message"
        raise InvalidMessageError(f"directory {name}: {where}: {first['msg']}; the former revision stays") from error
    return replace(mine, manifest=manifest)


def _with_part(mine: Assembly, name: str, found: re.Match[str], payload: bytes) -> Assembly:
    number = int(found["number"])
    if number > MOST_PARTS or len(payload) > PART_OCTETS:
        raise InvalidMessageError(
            f"directory {name}: part {number} has {len(payload)} octets; expected at most {MOST_PARTS} parts of "
            f"{PART_OCTETS} octets"
        )
    parts = {known: each for known, each in mine.parts.items() if known != number}
    return replace(mine, parts={**parts, number: payload} if payload else parts)


def _bounded(others: Assemblies, key: Key, mine: Assembly) -> Assemblies:
    kept = {**others, key: mine}
    longest = sorted(others, key=lambda known: others[known].since)
    for known in longest:
        if sum(each.octets for each in kept.values()) <= MOST_OCTETS:
            break
        kept[known] = replace(kept[known], parts={})
    return kept

"""GS1 application identifiers: how long their values are, what these are made of, and which go together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Final, Literal, TypeAlias, cast

from agent.core.codes.gs1_table import ENTRIES

Charset: TypeAlias = Literal["N", "X", "Y", "Z"]
"""Digits, GS1's character set 82, character set 39, base64url."""
Clause: TypeAlias = tuple[tuple[str, ...], ...]
"""Alternatives, each a group of identifiers or patterns such as `31nn` that are all there."""
SEPARATOR: Final = "\x1d"
"""GS, as a reader sends the FNC1 between two elements."""


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a value."""

    charset: Charset
    shortest: int
    longest: int
    optional: bool
    rules: tuple[str, ...]
    """The dictionary's names of what else must be true of it."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """An application identifier."""

    ai: str
    title: str
    predefined: bool
    """Whether the length of its value is fixed for every reader, so that no separator stands behind it."""
    components: tuple[Component, ...]
    requires: tuple[Clause, ...]
    """Each must be met by what else is on the item."""
    excludes: tuple[str, ...]
    """Identifiers, or patterns of them, that must not stand beside it."""

    @property
    def longest(self) -> int:
        """Most characters of a value."""
        return sum(one.longest for one in self.components)

    @property
    def shortest(self) -> int:
        """Fewest characters of a value."""
        return sum(one.shortest for one in self.components if not one.optional)


_COMPONENT = re.compile(r"(\[?)([NXYZ])(\.\.)?([0-9]+)\]?((?:,[a-z0-9]+)*)")


def leading(text: str) -> Identifier | None:
    """The identifier that a text begins with; None where it begins with none."""
    known = _table()
    for length in (2, 3, 4):
        found = known.get(text[:length])
        if found is not None:
            return found
    return None


def matches(ai: str, pattern: str) -> bool:
    """Whether an identifier is the one named or of the range, where `n` stands for any digit."""
    return len(ai) == len(pattern) and all(wanted in ("n", own) for own, wanted in zip(ai, pattern, strict=True))


# It is as large as the dictionary and made when the first GS1 code is read.
@cache
def _table() -> dict[str, Identifier]:
    found: dict[str, Identifier] = {}
    for entry in ENTRIES.splitlines():
        made = _identifier(entry)
        first, _, last = made.ai.partition("-")
        for number in range(int(first), int(last or first) + 1):
            ai = str(number).zfill(len(first))
            found[ai] = Identifier(ai, made.title, made.predefined, made.components, made.requires, made.excludes)
    return found


def _identifier(entry: str) -> Identifier:
    said, _, title = entry.partition(" # ")
    ais, *words = said.split()
    flags = words.pop(0) if words[0][0] in "*?" else ""
    specification = list(takewhile(_COMPONENT.fullmatch, words))
    attributes = [word.partition("=") for word in words[len(specification) :]]
    return Identifier(
        ais,
        title or ais,
        predefined="*" in flags,
        components=tuple(map(_component, specification)),
        requires=tuple(
            tuple(tuple(group.split("+")) for group in value.split(",")) for key, _, value in attributes if key == "req"
        ),
        excludes=tuple(one for key, _, value in attributes if key == "ex" for one in value.split(",")),
    )


def _component(word: str) -> Component:
    found = _COMPONENT.fullmatch(word)
    assert found is not None
    optional, charset, variable, length, rules = found.groups()
    return Component(
        cast("Charset", charset),
        shortest=1 if variable else int(length),
        longest=int(length),
        optional=bool(optional),
        rules=tuple(rules.split(",")[1:]),
    )

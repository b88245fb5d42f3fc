"""What an MTConnect agent answers, taken out of its XML. Pure.

The parser is expat's, without a document type: where none is declared there are no entities to expand, and what
declares one is refused. Lengths and depths are bounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias
from xml.parsers import expat

Category: TypeAlias = Literal["Samples", "Events", "Condition"]
LONGEST: Final = 16_000_000
"""Octets of an answer."""
_DEEPEST: Final = 32
_LONGEST_TEXT: Final = 4_096
_CATEGORIES: Final[dict[str, Category]] = {"Samples": "Samples", "Events": "Events", "Condition": "Condition"}


@dataclass(frozen=True, slots=True)
class Observation:
    """One that the agent made of one data item."""

    item: str
    """Id of the data item."""
    category: Category
    tag: str
    """What it is, such as `Execution`; of a condition its level: Normal, Warning, Fault or Unavailable."""
    text: str
    sequence: int
    time: float | None
    """In seconds since 1970 UTC by the clock of the agent or of its adapter; None where it gives none."""
    code: str = ""
    """What tells one condition of a data item from another."""
    has_parts: bool = False
    """A set or table of entries, which is no single value."""


@dataclass(slots=True)
class Document:
    """One answer."""

    root: str = ""
    """`MTConnectStreams`, or `MTConnectError`."""
    instance: str = ""
    """Changes whenever the agent started anew and counts its observations from 1."""
    next_sequence: int = 0
    last_sequence: int = 0
    observations: list[Observation] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """Codes, such as `OUT_OF_RANGE`."""


def parsed(octets: bytes) -> Document:
    """The answer.

    Raises:
        ValueError: it is no answer of an MTConnect agent; its text says what was found.
    """
    if len(octets) > LONGEST:
        raise ValueError(f"more than {LONGEST} octets")
    reading = _Reading()
    try:
        reading.parser.Parse(octets, True)
    except expat.ExpatError as error:
        raise ValueError(f"no XML: {error}") from None
    if not reading.document.root.startswith("MTConnect"):
        raise ValueError(f"XML of another kind: '{reading.document.root[:80]}'")
    return reading.document


class _Reading:
    def __init__(self) -> None:
        self.document = Document()
        self._path: list[str] = []
        self._open: dict[str, str] | None = None
        self._text: list[str] = []
        self._has_parts = False
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters

    @staticmethod
    def _refuse(*_: object) -> None:
        raise ValueError("XML with a document type, which no MTConnect agent sends")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if len(self._path) >= _DEEPEST:
            raise ValueError(f"XML deeper than {_DEEPEST} elements")
        if not self._path:
            self.document.root = "MTConnectError" if tag == "MTConnectErrors" else tag
        elif tag == "Header":
            self.document.instance = attributes.get("instanceId", "")[:_LONGEST_TEXT]
            self.document.next_sequence = _number(attributes.get("nextSequence"))
            self.document.last_sequence = _number(attributes.get("lastSequence"))
        elif tag == "Error":
            self.document.errors.append(attributes.get("errorCode", "")[:_LONGEST_TEXT])
        elif self._open is not None:
            self._has_parts = True
        elif self._path[-1] in _CATEGORIES and "dataItemId" in attributes:
            self._open, self._text, self._has_parts = {**attributes, " tag": tag}, [], False
        self._path.append(tag)

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        self._path.pop()
        if self._open is None or self._path[-1] not in _CATEGORIES:
            return
        said, self._open = self._open, None
        self.document.observations.append(
            Observation(
                said["dataItemId"],
                _CATEGORIES[self._path[-1]],
                tag,
                "".join(self._text).strip()[:_LONGEST_TEXT],
                _number(said.get("sequence")),
                _time(said.get("timestamp", "")),
                (said.get("conditionId") or said.get("nativeCode") or "")[:_LONGEST_TEXT],
                self._has_parts,
            )
        )

    def _characters(self, text: str) -> None:
        if self._open is not None:
            self._text.append(text)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) <= 20 else 0


def _time(text: str) -> float | None:
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo is not None else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None

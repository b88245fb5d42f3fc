"""What a page says and offers: a title, choices for digits, what Enter does, perhaps a line to type. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from textual.content import Content

DIGITS: Final = 9
"""Longer lists are chosen from at random (domain.md C1); what there is more of stands on the next sheet."""

Known: TypeAlias = Mapping[str, str]
"""What was chosen or typed on the way to a sheet, by name."""


class Page(StrEnum):
    """The pages."""

    RUN = "run"
    STOPS = "stops"
    """What is most pressing of stops; turns to another one."""
    REASONS = "reasons"
    STOP = "stop"
    PARTS = "parts"
    SPLIT = "split"
    EXPLAIN = "explain"
    CLOSED_STOPS = "closed_stops"
    BEGIN_STOP = "begin_stop"
    UNDO = "undo"
    ORDERS = "orders"
    ORDER = "order"
    ORDER_REASON = "order_reason"
    FINISH = "finish"
    LOTS = "lots"
    COMPONENT = "component"
    LOT = "lot"
    LOAD = "load"
    SUBSTITUTE = "substitute"
    UNLOAD = "unload"
    RETURN = "return"
    PLACE = "place"
    USED = "used"
    SCRAP = "scrap"
    LOSSES = "losses"
    SYNC = "sync"
    ALARMS = "alarms"
    REWORK = "rework"
    NONCONFORMING = "nonconforming"
    KEEP_APART = "keep_apart"
    OUTPUT = "output"
    SETUP_PARTS = "setup_parts"
    SERIALS = "serials"
    NEW_LOT = "new_lot"
    ADJUST = "adjust"
    QUALITY = "quality"
    CHECK = "check"
    JUDGED = "judged"
    FAILED = "failed"
    SKIP = "skip"
    HOLDS = "holds"
    HOLD = "hold"
    RELEASE = "release"
    QUESTION = "question"
    EXPECTED = "expected"
    HELP = "help"
    LOCKED = "locked"
    HANDOVER = "handover"
    NOTES = "notes"
    NOTE = "note"
    ADD_NOTE = "add_note"
    CALL = "call"
    CREW = "crew"
    PERSON = "person"
    SIGN_ON = "sign_on"


@dataclass(frozen=True, slots=True)
class Show:
    """Turns to a page, or further on the same one."""

    page: Page
    known: Known = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Send:
    """Enters something; afterwards the run is shown."""

    name: str
    """What the operator calls it, in the operator's language."""
    action: str
    """One of docs/entries.md."""
    arguments: Known
    then: Show | None = None
    """The page that is shown instead of the run."""
    more: tuple[Known, ...] = ()
    """Arguments of further entries of this action that go with it, each with an answer of its own."""


@dataclass(frozen=True, slots=True)
class SignOn:
    """Says by a PIN who it is; afterwards the run is shown."""

    operator_id: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Note:
    """Says a sentence and changes nothing."""

    text: str
    """In the operator's language."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Changes what the terminal itself remembers."""

    what: Literal["language", "theme", "center", "quit"]


Deed: TypeAlias = Show | Send | SignOn | Note | Switch


@dataclass(frozen=True, slots=True)
class Choice:
    """One line that a digit or a finger picks."""

    label: str
    deed: Deed
    marked: bool = False
    """It is the likeliest one: the machine suggests it, or it is in progress."""


@dataclass(frozen=True, slots=True)
class Primary:
    """What Enter does on a sheet, and a finger on its button."""

    label: str
    deed: Deed


@dataclass(frozen=True, slots=True)
class Field:
    """Something to be typed and ended with Enter. A scan meanwhile is a scan."""

    prompt: str
    kind: Literal["quantity", "text", "pin"]
    """A PIN is never shown."""
    take: Callable[[str], Deed]
    """What the typed text leads to; a note where it is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as it is at present. With a field, digits go to it and pick nothing."""

    title: str
    lines: tuple[str, ...] = ()
    """What is said above the choices."""
    choices: tuple[Choice, ...] = ()
    primary: Primary | None = None
    field: Field | None = None
    picture: Callable[[int], Content] | None = None
    """Drawn above the lines, as wide as it is told."""
    tone: Literal["asks", "tells"] = "asks"
    leave: Literal["back", "no", ""] = "back"
    """What Esc does, as it is said; nothing where it does nothing."""

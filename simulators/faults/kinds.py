"""The faults that a line can suffer, and what each is called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeAlias

Framing: TypeAlias = Literal["bytes", "modbus", "rtu", "opcua", "s7"]
"""How frames are told apart on a line: not at all, Modbus TCP, Modbus RTU, OPC UA, Siemens S7 (TPKT, RFC 1006)."""


class Kind(StrEnum):
    """What becomes of what is sent."""

    LATENCY = "latency"
    DRIP = "drip"
    STALL = "stall"
    HALF_OPEN = "half_open"
    CUT = "cut"
    RESET = "reset"
    DROPS = "drops"
    GARBAGE = "garbage"
    WRONG_TRANSACTION = "wrong_transaction"
    DUPLICATES = "duplicates"
    LATE = "late"
    SESSIONS = "sessions"
    SUBSCRIPTIONS = "subscriptions"
    SILENCE = "silence"
    CLOCK = "clock"
    RESTART = "restart"


class Way(StrEnum):
    """Which of the two directions is harmed."""

    REQUESTS = "requests"
    """From the driver to the machine."""
    ANSWERS = "answers"
    BOTH = "both"


WORDS: Final = {
    Kind.LATENCY: "everything comes late",
    Kind.DRIP: "bytes come one at a time",
    Kind.STALL: "nothing passes; it comes late when this is over",
    Kind.HALF_OPEN: "connections stay open and nothing passes any more, and nobody is told",
    Kind.CUT: "connections are ended and none is taken",
    Kind.RESET: "connections are reset in the middle of a frame",
    Kind.DROPS: "the beginning of frames is swallowed",
    Kind.GARBAGE: "garbage stands between frames",
    Kind.WRONG_TRANSACTION: "answers have the transaction identifier of another request",
    Kind.DUPLICATES: "frames come twice",
    Kind.LATE: "some frames come later than those that were sent after them",
    Kind.SESSIONS: "the server ends every session",
    Kind.SUBSCRIPTIONS: "the server ends every subscription",
    Kind.SILENCE: "every subscription falls silent, though it and its session are there",
    Kind.CLOCK: "the server's clock shows the year 2000",
    Kind.RESTART: "the server is away, and comes back with its namespaces in another order",
}
"""For people."""

_ANYWHERE: Final = (
    Kind.LATENCY, Kind.DRIP, Kind.STALL, Kind.HALF_OPEN, Kind.CUT, Kind.RESET, Kind.DROPS, Kind.GARBAGE,
)  # fmt: skip
# TCP never doubles nor reorders, so that only what is asked again and again can be answered twice or late.
_ASKED: Final = (Kind.DUPLICATES, Kind.LATE)
KINDS: Final[dict[Framing, tuple[Kind, ...]]] = {
    "bytes": _ANYWHERE,
    "opcua": _ANYWHERE,
    "modbus": (*_ANYWHERE, *_ASKED, Kind.WRONG_TRANSACTION),
    "rtu": (*_ANYWHERE, *_ASKED),
    "s7": (*_ANYWHERE, *_ASKED, Kind.WRONG_TRANSACTION),
}
"""What a line can suffer, by how its frames are told apart."""
OF_SERVERS: Final = (Kind.SESSIONS, Kind.SUBSCRIPTIONS, Kind.SILENCE, Kind.CLOCK, Kind.RESTART)
"""What an OPC UA server does to its clients with no cable touched."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that a line suffers for a while.

    Raises:
        ValueError: a number is out of its range; the message names it.
    """

    kind: Kind
    seconds: float = 1.0
    """How long it lasts."""
    way: Way = Way.ANSWERS
    """Which direction suffers it, where it is of one direction: a line that is cut, stalled or half open is so both
    ways."""
    share: float = 1.0
    """Share of frames that are hit, drawn by lot."""
    delay_s: float = 0.1
    """How much later, where something comes late; between two bytes, where they come one at a time."""
    jitter_s: float = 0.0
    """At most so much later still, drawn by lot."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not 0 < self.share <= 1:
            raise ValueError(f"share is {self.share:g}; expected above 0 and at most 1")
        for name in ("seconds", "delay_s", "jitter_s"):
            if not 0 <= getattr(self, name) <= 3600:
                raise ValueError(f"{name} is {getattr(self, name):g}; expected 0 to 3600 seconds")

    def hits(self, way: Way) -> bool:
        """Whether a direction suffers it."""
        return self.way in {way, Way.BOTH}

    def __str__(self) -> str:
        """For people."""
        return f"{WORDS[self.kind]} ({self.kind}, {self.seconds:g} s)"

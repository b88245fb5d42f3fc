"""What one look at a machine tells whoever wonders why it is not read: asked once, by a connection of its own.

Reads only, as a driver does (design.md promise 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from agent.core.errors import DeviceError
from agent.core.observations import SignalValue

AGAIN: Final = " It is tried again."
"""How a driver's error ends."""


_FEW: Final = 2


class Stage(StrEnum):
    """How far one gets with a machine, in this order."""

    PROTOCOL = "protocol"
    """Something is there; does it speak the protocol, and is the unit there?"""
    SECURITY = "security"
    """Both sides agree on how they speak, and believe each other's certificate."""
    SESSION = "session"
    """It has room for one more."""
    USER = "user"
    """It lets this user in."""
    VALUES = "values"
    """Each configured value can be read."""


class ProbeError(DeviceError):
    """For the technician: a look at a machine ended before its values were read."""

    def __init__(self, stage: Stage, text: str, offers: tuple[str, ...] = (), *, is_full: bool = False) -> None:
        super().__init__(text.replace(AGAIN, ""))
        self.stage = stage
        """Where it ended; what comes before it is as it should be."""
        self.offers = offers
        self.is_full = is_full
        """Whether it has no room for one more, so that the agent may be connected all the same."""


def once(error: DeviceError) -> str:
    """What a driver's error says, for who looks once: nothing is tried again."""
    return str(error).replace(AGAIN, "")


def offers_words(offers: Sequence[str]) -> str:
    """What a server offers, in one line: whom it lets in is said once where it is the same everywhere."""
    parts = [one.partition(", ") for one in offers]
    if len(parts) > _FEW and len({whom for _, _, whom in parts}) == 1:
        return f"{' | '.join(channel for channel, _, _ in parts)}; each for: {parts[0][2]}"
    return " | ".join(offers)


@dataclass(frozen=True, slots=True)
class Seen:
    """A configured value, as the machine gave it."""

    key: str
    address: str
    """Where it was asked for."""
    why: str = ""
    """Why it cannot be read; empty where it can."""
    kind: str = ""
    """The type that the machine gives it, such as `Int32`; empty where the protocol knows none."""
    value: SignalValue = None
    sampling_ms: float | None = None
    """OPC UA: how often the server looks at it at most, in milliseconds; None where it does not say."""
    doubt: str = ""
    """Why it may be another value than is meant, though it can be read."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What a machine answered."""

    seen: tuple[Seen, ...]
    way: str = ""
    """How it was spoken to, such as `Basic256Sha256 SignAndEncrypt, anonymous`."""
    offers: tuple[str, ...] = ()
    """What an OPC UA server offers to those who connect, such as `Basic256Sha256 SignAndEncrypt, user name`."""
    limits: tuple[str, ...] = ()
    """What an OPC UA server says that it takes, and what it made of what was wanted."""
    server_time: float | None = None
    """Of an OPC UA server's clock, in seconds since 1970 UTC."""
    asked_at: float = 0.0
    """Of this PC's clock at that instant."""

    @property
    def unreadable(self) -> tuple[Seen, ...]:
        """Configured values that the machine does not give."""
        return tuple(one for one in self.seen if one.why)

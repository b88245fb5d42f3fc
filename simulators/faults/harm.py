"""What a fault makes of one frame. Pure: chance comes in as dice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from simulators.faults.kinds import Fault, Kind

_BREATH_S: Final = 0.02
"""After half a frame and before the reset, lest the reset overtakes it."""
_GARBAGE: Final = (1, 24)
"""Bytes of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something to be written."""

    data: bytes
    wait_s: float = 0.0
    """After the part before it; of the first part of a frame: after the frame came."""
    overtaken: bool = False
    """Whether what comes after it need not wait for it."""
    resets: bool = False
    """Whether the connection is reset behind it."""
    drips: bool = False
    """Whether it waits only as long as the fault lasts: a line that drips is a slow one, and is then quick again."""


def harmed(fault: Fault, frame: bytes, dice: Random, number_at: int | None = 0) -> tuple[Part, ...]:
    """The frame as it passes a line with this fault; as it is, where the fault does not hit it.

    Faults of whole lines, `cut`, `stall` and `half_open`, are for the relay: they hit no single frame.

    Args:
        fault: which.
        frame: whole.
        dice: chance.
        number_at: where it has the number of its request; see `frames.number_at`.
    """
    return tuple(_parts(fault, frame, dice, number_at)) if dice.random() < fault.share else (Part(frame),)


def _parts(fault: Fault, frame: bytes, dice: Random, number_at: int | None) -> Iterator[Part]:
    match fault.kind:
        case Kind.LATENCY:
            yield Part(frame, _late(fault, dice))
        case Kind.LATE:
            yield Part(frame, _late(fault, dice), overtaken=True)
        case Kind.DRIP:
            yield Part(frame[:1])
            for place in range(1, len(frame)):
                yield Part(frame[place : place + 1], _late(fault, dice), drips=True)
        case Kind.RESET:
            yield Part(frame[: len(frame) // 2])
            yield Part(b"", _BREATH_S, resets=True)
        case Kind.DROPS:
            yield Part(frame[dice.randint(1, len(frame)) :])
        case Kind.GARBAGE:
            yield Part(dice.randbytes(dice.randint(*_GARBAGE)) + frame)
        case Kind.WRONG_TRANSACTION if number_at is not None:
            end = number_at + 2
            number = int.from_bytes(frame[number_at:end], "big") - dice.randint(1, 3)
            yield Part(frame[:number_at] + (number % 2**16).to_bytes(2, "big") + frame[end:])
        case Kind.DUPLICATES:
            yield Part(frame)
            yield Part(frame, _late(fault, dice))
        case _:
            yield Part(frame)


def _late(fault: Fault, dice: Random) -> float:
    return fault.delay_s + dice.random() * fault.jitter_s

"""Types text on a US keyboard, as a reader set up as one does: the events that the kernel makes of it.

The keys are those that `evtest` shows for such a keyboard, written down here apart from the driver's own table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from struct import Struct
from typing import TypeAlias

EVENT = Struct("@llHHi")
Event: TypeAlias = tuple[int, int, int]
"""Kind, code, value."""
REPORT: Event = (0, 0, 0)
DROPPED: Event = (0, 3, 0)
SHIFT, RIGHT_SHIFT, CTRL, ALT, CAPS_LOCK, NUM_LOCK, ENTER, KEYPAD_ENTER, F8 = 42, 54, 29, 56, 58, 69, 28, 96, 66
KEYS = dict(
    zip(
        "1234567890-=\tqwertyuiop[]\rasdfghjkl;'`\\zxcvbnm,./ ",
        [*range(2, 14), *range(15, 29), *range(30, 42), *range(43, 54), 57],
        strict=True,
    )
)
SHIFTED = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./", strict=True))
SHIFTED |= {letter.upper(): letter for letter in "abcdefghijklmnopqrstuvwxyz"}
KEYPAD = dict(zip("0123456789", (82, 79, 80, 81, 75, 76, 77, 71, 72, 73), strict=True))


def press(key: int) -> list[Event]:
    """With the scan code before, as a USB keyboard has it."""
    return [(4, 4, 0x70000 + key), (1, key, 1), REPORT]


def release(key: int) -> list[Event]:
    return [(4, 4, 0x70000 + key), (1, key, 0), REPORT]


def stroke(key: int, *held: int) -> list[Event]:
    """A key pressed and released while others are held."""
    down = [event for one in held for event in press(one)]
    up = [event for one in reversed(held) for event in release(one)]
    return [*down, *press(key), *release(key), *up]


def by_number(digits: str) -> list[Event]:
    """Alt and digits of the keypad."""
    return [*press(ALT), *(event for digit in digits for event in stroke(KEYPAD[digit])), *release(ALT)]


def typed(data: bytes) -> Iterator[Event]:
    """The events of these bytes."""
    for byte in data:
        character = chr(byte)
        if character in KEYS:
            yield from stroke(KEYS[character])
        elif character in SHIFTED:
            yield from stroke(KEYS[SHIFTED[character]], SHIFT)
        elif 1 <= byte <= 26:
            yield from stroke(KEYS[chr(byte + 96)], CTRL)
        elif 27 <= byte <= 29:
            yield from stroke(KEYS["[\\]"[byte - 27]], CTRL)
        else:
            yield from by_number(f"0{byte:03}")


def packed(events: Iterable[Event]) -> bytes:
    """As the kernel gives them to a program, a millisecond apart."""
    return b"".join(EVENT.pack(1_700_000_000, 1000 * (number % 1000), *event) for number, event in enumerate(events))

"""What was typed, from streams of a Linux input device in the format of evemu-record, and for any text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.keymap import Keyboard, Lost
from tests.drivers.typist import (
    ALT,
    CAPS_LOCK,
    CTRL,
    F8,
    KEYS,
    NUM_LOCK,
    RIGHT_SHIFT,
    SHIFT,
    Event,
    by_number,
    press,
    release,
    stroke,
    typed,
)

STREAMS = Path(__file__).parent / "input_events"
RIGHT_CTRL, RIGHT_ALT, META = 97, 100, 125


def events(name: str) -> list[Event]:
    lines = (STREAMS / f"{name}.events").read_text().splitlines()
    fields = [line.partition("#")[0].split() for line in lines if line.startswith("E:")]
    return [(int(kind, 16), int(code, 16), int(value)) for _, _, kind, code, value in fields]


def heard(stream: list[Event]) -> list[bytes | Lost]:
    """What is typed, in pieces between what is lost."""
    keyboard, pieces = Keyboard(), list[bytes | Lost]([b""])
    for event in stream:
        one = keyboard.hear(*event)
        if isinstance(one, Lost):
            pieces += [one, b""]
        else:
            last = pieces[-1]
            assert isinstance(last, bytes)
            pieces[-1] = last + one
    return pieces


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lot_label", b"LOT:7-aC\r"),
        ("gs1_by_ctrl", b"]d2010952123454321310P-001\x1d21SN000123\r"),
        ("gs_by_alt", b"A\x1db\r"),
        ("overlapping", b"abcdef\r"),
    ],
)
def test_a_stream_of_a_reader_is_the_text_that_it_read(name: str, text: bytes) -> None:
    assert heard(events(name)) == [text]


def test_keys_that_the_kernel_dropped_are_told_at_their_place_and_shift_is_not_held_for_ever() -> None:
    assert heard(events("dropped")) == [b"SN:$", Lost.DROPPED, b"8\rnext\r"]


@given(st.binary())
def test_whatever_is_typed_is_heard(data: bytes) -> None:
    assert heard([*typed(data)]) == [data]


@given(st.binary(), st.lists(st.tuples(st.integers(0, 200), st.sampled_from((CAPS_LOCK, NUM_LOCK)))))
def test_the_locks_of_the_pc_change_nothing(data: bytes, locks: list[tuple[int, int]]) -> None:
    stream = [*typed(data)]
    for place, lock in locks:
        # Between two reports.
        at = 3 * (place % (len(stream) // 3 + 1))
        stream[at:at] = stroke(lock)
    assert heard(stream) == [data]


@given(st.text(st.sampled_from(sorted(KEYS)), max_size=20))
def test_keys_that_overlap_are_heard_in_the_order_in_which_they_are_pressed(text: str) -> None:
    stream: list[Event] = []
    for earlier, later in zip(["", *text], [*text, ""], strict=True):
        # A key is let go of after the next is pressed, unless it is the same.
        pressed = press(KEYS[later]) if later else []
        released = release(KEYS[earlier]) if earlier else []
        stream += released + pressed if earlier == later else pressed + released
    assert heard(stream) == [text.encode()]


@pytest.mark.parametrize("held", [SHIFT, RIGHT_SHIFT])
def test_either_shift_is_shift(held: int) -> None:
    assert heard(stroke(KEYS["a"], held)) == [b"A"]


def test_one_shift_let_go_of_while_the_other_is_held_is_still_shift() -> None:
    a = stroke(KEYS["a"])
    stream = [*press(SHIFT), *press(RIGHT_SHIFT), *a, *release(SHIFT), *a, *release(RIGHT_SHIFT), *a]
    assert heard(stream) == [b"AAa"]


@pytest.mark.parametrize(
    ("key", "control"),
    [("2", 0x00), ("a", 0x01), ("z", 0x1A), ("[", 0x1B), ("\\", 0x1C), ("]", 0x1D), ("6", 0x1E), ("-", 0x1F)],
)
def test_ctrl_and_a_key_are_a_control_character_with_shift_or_without(key: str, control: int) -> None:
    for held in ((CTRL,), (RIGHT_CTRL,), (CTRL, SHIFT)):
        assert heard(stroke(KEYS[key], *held)) == [bytes([control])]


@pytest.mark.parametrize(("digits", "byte"), [("0029", 29), ("029", 29), ("29", 29), ("065", 65), ("0233", 0xE9)])
def test_alt_and_digits_of_the_keypad_are_one_byte(digits: str, byte: int) -> None:
    assert heard(by_number(digits)) == [bytes([byte])]


@pytest.mark.parametrize("digits", ["233", "0256", "1234"])
def test_a_number_whose_character_depends_on_the_pc_is_lost(digits: str) -> None:
    assert heard(by_number(digits)) == [b"", Lost.UNKNOWN, b""]


@pytest.mark.parametrize(
    "stream",
    [stroke(F8), stroke(META), stroke(KEYS["a"], ALT), stroke(KEYS["q"], RIGHT_ALT), stroke(KEYS["3"], CTRL)],
    ids=["F8", "Windows", "Alt+A", "AltGr+Q", "Ctrl+3"],
)
def test_what_stands_for_no_character_is_lost_and_never_left_out(stream: list[Event]) -> None:
    assert heard([*stroke(KEYS["a"]), *stream, *stroke(KEYS["b"])]) == [b"a", Lost.UNKNOWN, b"b"]


def test_the_keypad_types_digits_and_signs() -> None:
    keypad = (82, 79, 80, 81, 75, 76, 77, 71, 72, 73, 55, 74, 78, 83, 98, 96)
    assert heard([event for key in keypad for event in stroke(key)]) == [b"0123456789*-+./\r"]

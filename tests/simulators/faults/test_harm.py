"""What each fault makes of a frame."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.faults.harm import Part, harmed
from simulators.faults.kinds import OF_SERVERS, Fault, Kind

FRAMES = st.binary(min_size=8, max_size=64)
SEEDS = st.integers(0, 1000)


def joined(parts: tuple[Part, ...]) -> bytes:
    return b"".join(part.data for part in parts)


@given(FRAMES, SEEDS, st.sampled_from([Kind.LATENCY, Kind.DRIP, Kind.LATE, Kind.CUT, Kind.STALL, Kind.HALF_OPEN]))
def test_what_is_only_late_is_the_same_bytes(frame: bytes, seed: int, kind: Kind) -> None:
    assert joined(harmed(Fault(kind), frame, Random(seed))) == frame


@given(FRAMES, SEEDS)
def test_latency_is_what_it_says_and_no_more_than_its_jitter(frame: bytes, seed: int) -> None:
    [part] = harmed(Fault(Kind.LATENCY, delay_s=0.2, jitter_s=0.1), frame, Random(seed))
    assert 0.2 <= part.wait_s <= 0.3
    assert not part.overtaken


@given(FRAMES, SEEDS)
def test_a_drip_is_one_byte_at_a_time(frame: bytes, seed: int) -> None:
    parts = harmed(Fault(Kind.DRIP, delay_s=0.01), frame, Random(seed))
    assert [len(part.data) for part in parts] == [1] * len(frame)
    assert [part.wait_s for part in parts] == [0.0, *[0.01] * (len(frame) - 1)]


@given(FRAMES, SEEDS)
def test_a_reset_comes_in_mid_frame(frame: bytes, seed: int) -> None:
    parts = harmed(Fault(Kind.RESET), frame, Random(seed))
    assert 0 < len(joined(parts)) < len(frame)
    assert frame.startswith(joined(parts))
    assert [part.resets for part in parts] == [False, True]


@given(FRAMES, SEEDS)
def test_what_is_dropped_is_the_beginning(frame: bytes, seed: int) -> None:
    left = joined(harmed(Fault(Kind.DROPS), frame, Random(seed)))
    assert len(left) < len(frame)
    assert frame.endswith(left)


@given(FRAMES, SEEDS)
def test_garbage_stands_before_a_frame_that_is_whole(frame: bytes, seed: int) -> None:
    sent = joined(harmed(Fault(Kind.GARBAGE), frame, Random(seed)))
    assert len(sent) > len(frame)
    assert sent.endswith(frame)


@given(FRAMES, SEEDS)
def test_a_wrong_transaction_is_that_of_a_request_just_before(frame: bytes, seed: int) -> None:
    sent = joined(harmed(Fault(Kind.WRONG_TRANSACTION), frame, Random(seed)))
    before = int.from_bytes(frame[:2], "big") - int.from_bytes(sent[:2], "big")
    assert before % 2**16 in {1, 2, 3}
    assert sent[2:] == frame[2:]


@given(FRAMES, SEEDS, st.integers(0, 6))
def test_the_number_is_changed_where_the_frame_has_it_and_nothing_where_it_has_none(
    frame: bytes, seed: int, at: int
) -> None:
    fault = Fault(Kind.WRONG_TRANSACTION)
    sent = joined(harmed(fault, frame, Random(seed), at))
    assert sent[at : at + 2] != frame[at : at + 2]
    assert sent[:at] + sent[at + 2 :] == frame[:at] + frame[at + 2 :]
    assert harmed(fault, frame, Random(seed), None) == (Part(frame),)


@given(FRAMES, SEEDS)
def test_a_duplicate_comes_after_its_frame(frame: bytes, seed: int) -> None:
    parts = harmed(Fault(Kind.DUPLICATES, delay_s=0.3), frame, Random(seed))
    assert parts == (Part(frame), Part(frame, 0.3))


@pytest.mark.parametrize("kind", Kind)
def test_about_its_share_is_hit_and_the_rest_is_as_it_was(kind: Kind) -> None:
    frame, dice = b"\x00\x07\x00\x00\x00\x05\x01\x03\x02\x00\x09", Random(1)
    fault, always = Fault(kind, share=0.3, delay_s=0.1), Fault(kind, delay_s=0.1)
    unhit = [harmed(fault, frame, dice) == (Part(frame),) for _ in range(1000)]
    if harmed(always, frame, dice) != (Part(frame),):
        assert 600 < sum(unhit) < 800
    else:
        assert kind in {Kind.CUT, Kind.STALL, Kind.HALF_OPEN, *OF_SERVERS}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"share": 0.0}, "share is 0; expected above 0 and at most 1"),
        ({"share": 1.5}, "share is 1.5; expected above 0 and at most 1"),
        ({"delay_s": -1.0}, "delay_s is -1; expected 0 to 3600 seconds"),
        ({"seconds": 9999.0}, "seconds is 9999; expected 0 to 3600 seconds"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(values: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Fault(Kind.LATENCY, **values)  # type: ignore[arg-type]  # of floats alone

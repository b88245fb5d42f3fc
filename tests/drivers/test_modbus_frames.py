"""Frames of Modbus RTU among whatever else is on a line."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from drivers.modbus_frames import Found, check, found, framed
from tests.drivers.servers.rtu_slaves import crc

ANSWER = framed(7, bytes([3, 4, 0, 1, 0, 2]))
REFUSAL = framed(7, bytes([0x83, 2]))


def expects(beginning: bytes) -> bool:
    return ANSWER.startswith(beginning[:2]) or REFUSAL.startswith(beginning[:2])


def test_the_check_is_the_standards_own() -> None:
    # Modbus over Serial Line 1.02, 6.2.2.
    assert check(bytes([2, 7])) == bytes([0x41, 0x12])


@given(st.binary(max_size=300))
def test_the_check_is_that_of_another_reckoning(data: bytes) -> None:
    assert check(data) == crc(data)


@given(st.binary(max_size=12), st.binary(max_size=12))
@example(b"\7", b"")
@example(ANSWER[:-1], b"")
@example(ANSWER[:3], b"\7\3")
def test_an_answer_is_found_among_noise(before: bytes, behind: bytes) -> None:
    assert ANSWER[:-2] in found(before + ANSWER + behind, expects, is_all=True).frames


@given(st.lists(st.sampled_from([ANSWER, REFUSAL]), max_size=5), st.data())
def test_answers_are_found_however_they_are_cut(answers: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(answers)
    cut = data.draw(st.integers(0, len(whole)))
    first = found(whole[:cut], expects)
    second = found(first.rest + whole[cut:], expects)
    assert first.frames + second.frames == tuple(answer[:-2] for answer in answers)
    assert (second.rest, first.damaged, second.damaged) == (b"", (), ())


def test_an_answer_with_a_wrong_check_is_none_and_is_told() -> None:
    wrong = ANSWER[:-1] + bytes([ANSWER[-1] ^ 1])
    assert found(wrong, expects) == Found((), b"", (ANSWER[:3],))


@given(st.binary(max_size=300))
def test_a_frame_is_never_longer_than_the_longest(data: bytes) -> None:
    seen = found(data, lambda _: True)
    assert len(seen.rest) < 255 + 5
    for frame in seen.frames:
        assert framed(frame[0], frame[1:]) in data

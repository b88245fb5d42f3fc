"""Which answer belongs to which request over Modbus TCP, octet by octet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus_mbap import MbapDialogue
from drivers.modbus_wire import Answer, Nonsense, Read, Refusal

TWO = Read("holding", 0, 2)


def frame(transaction: int, unit: int, *values: int) -> bytes:
    body = bytes([unit, 3, 2 * len(values)]) + b"".join(value.to_bytes(2, "big") for value in values)
    return transaction.to_bytes(2, "big") + b"\0\0" + len(body).to_bytes(2, "big") + body


def heard(dialogue: MbapDialogue, *pieces: bytes) -> list[Answer | Nonsense]:
    return [said for piece in pieces if (said := dialogue.hear(piece, 0.0)) is not None]


def asked(unit: int = 1) -> tuple[MbapDialogue, int]:
    dialogue = MbapDialogue()
    request = dialogue.ask(unit, TWO, 0.0)
    assert request[2:] == bytes([0, 0, 0, 6, unit, 3, 0, 0, 0, 2])
    return dialogue, int.from_bytes(request[:2], "big")


@given(st.data())
def test_an_answer_is_found_however_it_is_cut(data: st.DataObject) -> None:
    dialogue, number = asked()
    whole = frame(number - 1, 1, 9, 9) + frame(number, 1, 1, 2) + frame(number, 1, 3, 4)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1))))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert heard(dialogue, *pieces) == [(1, 2)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=20))
def test_no_answer_is_taken_for_that_to_another_request(order: list[tuple[int, int]]) -> None:
    dialogue, owed = MbapDialogue(), list[tuple[int, int]]()
    for step, (kind, which) in enumerate(order):
        number = int.from_bytes(dialogue.ask(1, TWO, 0.0)[:2], "big")
        late = [frame(earlier, 1, 0, value) for earlier, value in owed[: which + 1]]
        assert heard(dialogue, *late) == []
        if kind:
            owed.append((number, step))
            dialogue.give_up(0.0, 0.0)
        else:
            assert heard(dialogue, frame(number, 1, 0, step)) == [(0, step)]


def test_a_unit_may_be_answered_for_as_0_or_255_and_as_no_other() -> None:
    for unit in (1, 0, 255):
        dialogue, number = asked()
        assert heard(dialogue, frame(number, unit, 1, 2)) == [(1, 2)]
    dialogue, number = asked()
    assert heard(dialogue, frame(number, 2, 1, 2)) == [Nonsense("answered for unit 2 where unit 1 was asked")]


def test_a_gateways_exception_is_an_answer() -> None:
    dialogue, number = asked()
    assert heard(dialogue, number.to_bytes(2, "big") + bytes([0, 0, 0, 3, 1, 0x83, 11])) == [Refusal(11)]


def test_a_stream_without_frames_ends_with_what_was_found() -> None:
    for stream, found in (
        (
            b"HTTP/1.1 400 Bad Request\r\n",
            "sent 48 54 54 50 2f 31 2e 31 20 34 30 30 20 42 61 64, which is no Modbus TCP",
        ),
        (bytes([0, 1, 0, 0, 0, 0]), "sent a frame of 0 octets, expected 3 to 254"),
        (bytes([0, 1, 0, 0, 0, 2, 1]), "sent a frame of 2 octets, expected 3 to 254"),
        (bytes([0, 1, 0, 0, 0, 255, 1]), "sent a frame of 255 octets, expected 3 to 254"),
    ):
        dialogue, _ = asked()
        [flaw] = heard(dialogue, stream)
        assert isinstance(flaw, Nonsense)
        assert flaw.ends
        assert flaw.found.startswith(found)


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_octets_of_any_kind_make_an_answer_of_two_values_a_refusal_or_nonsense(pieces: list[bytes]) -> None:
    dialogue, _ = asked()
    for said in heard(dialogue, *pieces):
        assert isinstance(said, Refusal | Nonsense) or len(said) == 2


def test_what_came_instead_of_an_answer_is_told() -> None:
    dialogue, number = asked()
    heard(dialogue, frame(number + 1, 1, 1, 2))
    assert dialogue.found == f"answered transaction {number + 1} where {number} was asked"
    heard(dialogue, b"\0\1\0")
    assert dialogue.found == "sent 00 01 00, the beginning of an answer at most"


def test_a_connection_that_broke_in_mid_frame_leaves_nothing_to_the_next_one() -> None:
    dialogue, number = asked()
    heard(dialogue, frame(number, 1, 1, 2)[:5])
    dialogue.begin_anew()
    again = int.from_bytes(dialogue.ask(1, TWO, 0.0)[:2], "big")
    assert again != number, "a gateway may keep answers from one connection to the next"
    assert heard(dialogue, frame(again, 1, 3, 4)) == [(3, 4)]

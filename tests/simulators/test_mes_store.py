from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.mes.repairs import LONGEST_WAIT_S, Repairs
from simulators.mes.sequences import Gap, Sequences
from simulators.mes.store import Message, Receipt, Rejection, Store
from tests.simulators.mes_facts import BATCHES, EVT, fact, payload, source, uuid7


def message(*events: dict[str, Any], topic: str = EVT) -> Message:
    return Message(topic, payload(*events), 1000.0)


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def model_gaps(arrived: set[int]) -> tuple[Gap, ...]:
    missing = [number for number in range(1, max(arrived, default=0)) if number not in arrived]
    gaps: list[Gap] = []
    for number in missing:
        if gaps and gaps[-1].last == number - 1:
            gaps[-1] = Gap(gaps[-1].first, number)
        else:
            gaps.append(Gap(number, number))
    return tuple(gaps)


@given(st.lists(st.integers(1, 40)))
def test_sequences_agree_with_a_plain_set_in_any_order_and_with_any_repetition(arrivals: list[int]) -> None:
    sequences = Sequences()
    arrived: set[int] = set()
    for number in arrivals:
        sequences.add(number)
        arrived.add(number)
        through = next(number - 1 for number in range(1, 42) if number not in arrived)
        assert (sequences.through, sequences.gaps()) == (through, model_gaps(arrived))


@given(st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=6), max_size=5))
def test_a_store_opened_again_knows_the_same_as_one_that_stayed_open(
    tmp_path_factory: pytest.TempPathFactory, takes: list[list[int]]
) -> None:
    path = tmp_path_factory.mktemp("store") / "mes.sqlite"
    with Store(path) as store:
        for numbers in takes:
            store.take([message(*map(fact, numbers))])
        before = store.receipts()
    with Store(path) as again:
        assert again.receipts() == before
    arrived = {number for numbers in takes for number in numbers}
    assert [receipt.gaps for receipt in before] == [model_gaps(arrived)] * bool(takes)


def test_through_moves_only_when_the_gap_closes(tmp_path: Path) -> None:
    with Store(tmp_path / "mes.sqlite") as store:
        assert store.take([message(fact(1)), message(fact(4), fact(5), topic=BATCHES)]) == (
            Receipt(source(), 1, (Gap(2, 3),)),
        )
        assert store.take([message(fact(3))]) == (Receipt(source(), 1, (Gap(2, 2),)),)
        assert store.take([message(fact(2))]) == (Receipt(source(), 5),)


def test_a_repetition_is_dropped_and_counted(tmp_path: Path) -> None:
    with Store(tmp_path / "mes.sqlite") as store:
        store.take([message(fact(1)), message(fact(1), fact(1), fact(2))])
        assert store.take([message(fact(2))]) == (Receipt(source(), 2),)
    assert rows(tmp_path / "mes.sqlite", "SELECT sequence, duplicates FROM events ORDER BY sequence") == [
        (1, 2),
        (2, 1),
    ]


def test_the_same_happening_under_another_id_is_kept_and_raised(tmp_path: Path) -> None:
    doubled = fact(2) | {"dedupkey": fact(1)["dedupkey"]}
    with Store(tmp_path / "mes.sqlite") as store:
        store.take([message(fact(1), doubled)])
    assert rows(tmp_path / "mes.sqlite", "SELECT * FROM duplicate_natural_key") == [
        (fact(1)["dedupkey"], json.dumps([uuid7(1), uuid7(2)], separators=(",", ":")))
    ]
    assert rows(tmp_path / "mes.sqlite", "SELECT count(*) FROM events") == [(2,)]


def test_one_sequence_number_under_two_ids_is_a_conflict_and_both_are_kept(tmp_path: Path) -> None:
    with Store(tmp_path / "mes.sqlite") as store:
        assert store.take([message(fact(1), fact(1) | {"id": uuid7(99)})]) == (Receipt(source(), 1),)
    assert rows(tmp_path / "mes.sqlite", "SELECT * FROM sequence_conflict") == [
        (source(), 1, json.dumps([uuid7(1), uuid7(99)], separators=(",", ":")))
    ]


def test_two_epochs_are_two_orders(tmp_path: Path) -> None:
    later = fact(1) | {"source": source("e2"), "id": uuid7(50)}
    with Store(tmp_path / "mes.sqlite") as store:
        store.take([message(fact(1), fact(2), later)])
        assert store.receipts() == (Receipt(source("e1"), 2), Receipt(source("e2"), 1))


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"specversion": "0.3"}, "specversion is '0.3'; expected '1.0'"),
        ({"time": "yesterday"}, "time is 'yesterday'; expected the form"),
        ({"data": None}, "data is missing or has no keys"),
        ({"type": "io.lineside.edge.stop.opened.v1"}, "data of stop.opened lacks bridged"),
        ({"id": "4711"}, "id is '4711'; expected the form"),
        ({"data": fact(2, data={"qty_good": 1.5})["data"]}, "qty_good is 1.5; expected a text"),
        ({"data": {"keys": {"wc_id": {}}}}, "wc_id is {}; expected a text"),
    ],
)
def test_a_malformed_event_is_rejected_by_reason_and_counts_into_through(
    tmp_path: Path, spoiled: dict[str, Any], reason: str
) -> None:
    with Store(tmp_path / "mes.sqlite") as store:
        (receipt,) = store.take([message(fact(1), fact(2) | spoiled, fact(3))])
        assert (receipt.through, [rejection.sequence for rejection in receipt.rejected]) == (3, [2])
        assert receipt.rejected[0].reason.startswith(reason)
        assert store.receipt(source()) == receipt
    with Store(tmp_path / "mes.sqlite") as again:
        assert again.receipts() == (receipt,)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"17",
        b'"text"',
        b"[" * 100_000,
        b'{"a":NaN}',
        payload(fact(1))[:-1] + b',"source":"urn:lineside:a:\\ud800:e1"}',
        b"[" + payload(fact(1)) + b"",
        b"[" + payload(fact(1)) + b",]",
        b"[" + payload(fact(1)) + payload(fact(2)) + b"]",
        b"[" + payload(fact(1)) + b"] [",
        payload(fact(1) | {"source": "urn:somebody:else"}),
        payload(fact(1) | {"sequence": 1}),
        payload(fact(1) | {"sequence": "9" * 20}),
        payload(fact(1) | {"sequence": "0" * 20}),
    ],
)
def test_what_cannot_be_read_is_kept_for_inspection_and_stops_nothing(tmp_path: Path, nonsense: bytes) -> None:
    with Store(tmp_path / "mes.sqlite") as store:
        assert store.take([Message(EVT, nonsense, 1000.0), message(fact(1))]) == (Receipt(source(), 1),)
    assert rows(tmp_path / "mes.sqlite", "SELECT count(*), received_at, topic FROM unreadable") == [(1, 1000.0, EVT)]


def test_a_batch_may_be_empty_or_spaced_out_and_every_event_is_kept_word_for_word(tmp_path: Path) -> None:
    batch = b" [ \n" + payload(fact(1)) + b" ,\t" + payload(fact(2)) + b" ] \r\n"
    with Store(tmp_path / "mes.sqlite") as store:
        assert store.take([Message(BATCHES, b"[ ]", 1000.0), Message(BATCHES, batch, 1000.0)]) == (
            Receipt(source(), 2),
        )
    assert rows(tmp_path / "mes.sqlite", "SELECT payload FROM events ORDER BY sequence") == [
        (payload(fact(1)).decode(),),
        (payload(fact(2)).decode(),),
    ]


def test_a_failed_commit_takes_nothing_and_confirms_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mes.sqlite"
    with Store(path) as store:
        store.take([message(fact(1))])
        with closing(sqlite3.connect(path)) as other:
            other.executescript(
                "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT raise(ABORT, 'disk full'); END"
            )
        with pytest.raises(sqlite3.IntegrityError, match="disk full"):
            store.take([message(fact(2))])
        assert store.receipts() == (Receipt(source(), 1),)
        with closing(sqlite3.connect(path)) as other:
            other.executescript("DROP TRIGGER full")
        assert store.take([message(fact(2))]) == (Receipt(source(), 2),)


def test_rejections_are_told_again_after_a_restart_in_their_order(tmp_path: Path) -> None:
    spoiled: Iterable[dict[str, Any]] = [fact(number) | {"specversion": "2"} for number in (1, 2)]
    with Store(tmp_path / "mes.sqlite") as store:
        store.take([message(*spoiled)])
    with Store(tmp_path / "mes.sqlite") as again:
        reason = "specversion is '2'; expected '1.0'"
        assert again.receipt(source()).rejected == (
            Rejection(1, uuid7(1), reason),
            Rejection(2, uuid7(2), reason),
        )


def test_a_gap_is_asked_for_after_a_second_and_then_ever_more_rarely() -> None:
    repairs = Repairs()
    asked: list[float] = []
    repairs.watch("a", [Gap(2, 3)], now=0.0)
    assert repairs.take_due(0.9) == ()
    while (due := repairs.next_due()) is not None and due < 200:
        assert repairs.take_due(due) == (("a", Gap(2, 3)),)
        repairs.watch("a", [Gap(2, 3)], now=due)
        asked.append(due)
    assert asked == [1, 3, 7, 15, 31, 63, 123, 183]
    assert asked[-1] - asked[-2] == LONGEST_WAIT_S


def test_a_gap_that_shrank_is_new_and_a_closed_one_is_forgotten() -> None:
    repairs = Repairs()
    repairs.watch("a", [Gap(2, 9), Gap(20, 20)], now=0.0)
    repairs.watch("b", [Gap(5, 5)], now=0.5)
    repairs.watch("a", [Gap(4, 9)], now=0.5)
    assert repairs.take_due(1.0) == ()
    assert repairs.take_due(1.5) == (("b", Gap(5, 5)), ("a", Gap(4, 9)))
    repairs.watch("a", [], now=2.0)
    repairs.watch("b", [], now=2.0)
    assert repairs.next_due() is None

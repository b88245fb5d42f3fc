"""What an agent cannot send, what the MES does not want, and what nobody has any more."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulators.mes.agents import Sightings, Status, Unavailable
from simulators.mes.events import Event
from simulators.mes.figures import WithheldFact
from simulators.mes.report import read_report
from simulators.mes.sequences import Gap
from simulators.mes.store import Message, Receipt, Refusal, Rejection, Store
from tests.simulators.mes_facts import EVT, fact, payload, source, uuid7


def message(*events: dict[str, Any]) -> Message:
    return Message(EVT, payload(*events), 1000.0)


def stand_in(sequence: int, *, known: bool = True, **changed: object) -> dict[str, Any]:
    """What comes in the place of `fact(sequence)`."""
    data = {
        "sequence": sequence,
        "withheld_id": uuid7(sequence) if known else None,
        "reason": "too_large" if known else "damaged",
        "detail": "because",
        "sha256": "ab" * 32 if known else None,
    }
    made = fact(sequence, "fact.withheld", data={**data, **changed})
    return made | {"id": f"019cb747-d8bc-5000-8000-{sequence:012x}"}


def status(instance: str, session: int, *, online: bool = True) -> Status:
    return Status("agent-a", online, instance, session, "e1")


def test_a_stand_in_takes_the_place_and_is_listed_until_the_fact_itself_comes(tmp_path: Path) -> None:
    path = tmp_path / "mes.sqlite"
    with Store(path) as store:
        assert store.take([message(fact(1), stand_in(2), stand_in(3, known=False), fact(4))]) == (Receipt(source(), 4),)
        assert store.take([message(stand_in(2))]) == (Receipt(source(), 4),)
        report = read_report(path)
        assert report.withheld == (
            WithheldFact(source(), 2, uuid7(2), "too_large"),
            WithheldFact(source(), 3, None, "damaged"),
        )
        assert (report.rejected, report.conflicts, report.gaps, sum(report.facts.values())) == (0, (), {}, 2)
        store.take([message(fact(2)), message(fact(3))])
        report = read_report(path)
        assert (report.withheld, report.conflicts, sum(report.facts.values())) == ((), (), 4)
        store.take([message(stand_in(2))])
        assert read_report(path).withheld == (), "a stand-in that comes late changes nothing"
    with Store(path) as again:
        assert again.receipts() == (Receipt(source(), 4),)


def test_a_stand_in_for_another_place_is_malformed(tmp_path: Path) -> None:
    with Store(tmp_path / "mes.sqlite") as store:
        (receipt,) = store.take([message(stand_in(1) | {"sequence": f"{2:020}"})])
        assert receipt.rejected[0].reason == "data.sequence is 1; expected 2, its own place"


@pytest.mark.parametrize("retryable", [True, False])
def test_what_the_mes_does_not_want_is_rejected_until_it_wants_it(
    tmp_path: Path,
    retryable: bool,  # noqa: FBT001 - a table
) -> None:
    unwanted = {2, 3}

    def rule(event: Event) -> Refusal | None:
        return Refusal("order not known", retryable) if event.sequence in unwanted else None

    with Store(tmp_path / "mes.sqlite", rule) as store:
        (receipt,) = store.take([message(fact(1), fact(2), fact(3), fact(4))])
        rejected = tuple(Rejection(number, uuid7(number), "order not known", retryable) for number in (2, 3))
        assert receipt == Receipt(source(), 4, (), rejected)
        assert store.receipt(source()) == receipt
        unwanted.clear()
        assert store.take([message(fact(2))]) == (Receipt(source(), 4),)
        assert store.receipt(source()).rejected == rejected[1:], "and not told of any more"
    assert read_report(tmp_path / "mes.sqlite").facts == {"link.lost": 3}


def test_what_an_agent_has_no_longer_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "mes.sqlite"
    with Store(path) as store:
        store.take([message(fact(1), fact(6))])
        assert store.forgo(source(), Gap(2, 4)) == Receipt(source(), 4, (Gap(5, 5),))
        store.forgo(source(), Gap(2, 4))
    with Store(path) as again:
        assert again.receipts() == (Receipt(source(), 4, (Gap(5, 5),)),)
    assert read_report(path).unavailable == {source(): (Gap(2, 4),)}


def test_a_late_will_of_an_older_session_or_run_is_no_news() -> None:
    sightings = Sightings()
    heard = [
        status("a", 3),
        status("a", 4),
        status("a", 3, online=False),
        status("b", 5),
        status("a", 4, online=False),
        status("a", 9),
        status("b", 5, online=False),
        status("b", 6),
        status("c", 1),
    ]
    assert [sightings.is_news(one) for one in heard] == [True, True, False, True, False, False, True, True, True]


@pytest.mark.parametrize(
    "said", [b"", b"{", b"[]", b"\xff", b'{"unavailable": 1}', b'{"unavailable": {"epoch": "e1", "from": 2, "to": 1}}']
)
def test_what_is_neither_status_nor_answer_is_none(said: bytes) -> None:
    assert (Status.read(said), Unavailable.read(said)) == (None, None)


def test_status_and_answer_are_read() -> None:
    said = {"online": True, "agent_id": "agent-a", "instance": "i", "session": 1, "epoch": "e1", "version": "0"}
    assert Status.read(json.dumps(said).encode()) == status("i", 1)
    former = [{"epoch": "e0", "last_seq": 7}, {"epoch": None}, "e7"]
    assert Status.read(json.dumps(said | {"former": former}).encode()) == replace(status("i", 1), former=("e0",))
    gone = {"command_id": "x", "outcome": "refused", "unavailable": {"epoch": "e1", "from": 2, "to": 4}}
    assert Unavailable.read(json.dumps(gone).encode()) == Unavailable("e1", Gap(2, 4))

"""Digests are asked for and made once; differences with the MES are raised, kept and resolved (98 to 101)."""

from __future__ import annotations

import json
from datetime import time
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from agent.core.desk.desk import Desk
from agent.core.directories import Directories, Figures
from agent.core.facts import (
    CommandRun,
    DigestRow,
    DiscrepancyRaised,
    DiscrepancyResolved,
    Fact,
    Keys,
    Range,
    ReconciliationDigest,
    ShiftKeys,
    ShiftSummary,
)
from agent.core.observations import Directive, Reckoned, Tick
from agent.core.reconciliation.comparing import compared
from agent.core.reconciliation.reckoning import Scope
from agent.core.reconciliation.reconciliation_view import both_sides
from agent.core.reconciliation.wanted import MOST_WANTED, NOTHING, Wanted
from agent.core.reconciliation.wanted import Plant as PlantTime
from tests.core.build import (
    PROVENANCE,
    T0,
    WC,
    a_manual_station,
    a_pattern,
    a_shift,
    a_story,
    by_supervisor,
    clock,
    entry,
    instant,
    quality,
    started,
    tick,
    wall,
)
from tests.core.plant import ALLOWED, Plant
from tests.core.test_register import resolve

ALMATY = PlantTime((WC,), ZoneInfo("Asia/Almaty"), time(8))
DAY = ShiftKeys(shift_id="1", business_date="2026-03-04", crew_id=None)
SHIFT = "2026-03-04/1"
HOUR_S = 3600.0


def a_plant() -> Plant:
    return Plant(desk=Desk("1.0", PROVENANCE, ALLOWED, Directories(), ALMATY))


def a_summary(facts: int = 3) -> Fact:
    pattern = a_pattern(a_shift("1", "06:00", "14:00"))
    story = a_story(started(wall("05:30")), tick(wall("14:00:01")), station=a_manual_station(pattern))
    (fact,) = [fact for fact in story.facts if isinstance(fact.data, ShiftSummary)]
    data = fact.data.model_copy(update={"facts": facts, "first_id": str(uuid4())})
    return Fact(fact.id, data, fact.time, fact.observed, fact.natural_key)


def row(order_id: str | None = "PO-1", lot_id: str | None = None, **more: Any) -> DigestRow:  # noqa: ANN401 - fields
    fields: dict[str, Any] = {
        "order_id": order_id,
        "op_no": None if order_id is None else "10",
        "lot_id": lot_id,
        "shift": DAY,
        "facts": 4,
        "qty_good": 7,
        "qty_scrap": 1,
        "qty_rework": 0,
        "uom": "EA",
        "consumed": {},
        "labor_s": 0,
        "stop_s": 0,
    }
    return DigestRow.model_validate({**fields, **more})


def reckoned(scope: str, key: str, *rows: DigestRow, rev: str = "", at: float = 20.0) -> Reckoned:
    fields: dict[str, Any] = {
        "wc_id": None,
        "center": WC,
        "scope": scope,
        "key": key,
        "rev": rev,
        "start": clock(0.0),
        "end": clock(10.0),
        "ranges": (Range(epoch="e1", first=1, last=4),),
        "facts": 4,
        "by_type": {"output.recorded": 4},
        "rows": rows,
        "ids_chain": "ab" * 32,
        "complete": True,
        "observed": instant(at),
        "client_id": f"reckoned-{scope}-{key}-{rev}",
    }
    return Reckoned(**fields)


def figures(rev: str, *rows: dict[str, Any]) -> Directive:
    model = Figures.model_validate({"rev": rev, "business_date": "2026-03-04", "shift_id": "1", "rows": rows})
    return Directive(WC, f"figures/{SHIFT}", model.model_dump_json().encode(), instant(15.0))


def theirs(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields
    return {"order_id": "PO-1", "op_no": "10", "qty_good": "7", "qty_scrap": "1", "qty_rework": "0", **more}


def ask(at: float, **more: Any) -> Directive:  # noqa: ANN401 - fields
    head = {"command_id": f"cmd-{at:08.3f}", "issued_at": clock(at), "actor": "planner"}
    body = {**head, "wc_id": WC, "business_date": "2026-03-04", **more}
    return Directive(None, "cmd/reconcile", json.dumps(body).encode(), instant(at), f"cmd-{at}")


def compare(plant: Plant, rev: str, *rows: DigestRow) -> None:
    plant.tell(reckoned("figures", SHIFT, *rows, rev=rev))


# What is asked for


def test_the_end_of_a_shift_asks_for_its_digest_which_is_made_once() -> None:
    plant, summary = a_plant(), a_summary()
    plant.desk, _ = plant.desk.hear((summary,), ())
    (wanted,) = plant.desk.state.agenda.wanted
    assert (wanted.scope, wanted.wc_id, wanted.key, wanted.facts) == ("shift", WC, str(summary.id), 3)
    plant.restart()
    plant.tell(reckoned("shift", wanted.key, row()))
    plant.tell(reckoned("shift", wanted.key, row()))
    (digest,) = plant.of(ReconciliationDigest)
    assert digest == ReconciliationDigest(
        keys=Keys(wc_id=WC),
        quality=quality(origin="rule"),
        shift=ShiftKeys(shift_id="1", business_date="2026-03-04", crew_id=None),
        scope="shift",
        start=clock(0.0),
        end=clock(10.0),
        ranges=(Range(epoch="e1", first=1, last=4),),
        facts=4,
        by_type={"output.recorded": 4},
        rows=(row(),),
        ids_chain="ab" * 32,
        complete=True,
        open_discrepancies=0,
    )
    assert [fact.natural_key for fact in plant.facts] == [f"digest:e1:{WC}:shift:{wanted.key}"]
    assert plant.desk.state.agenda == NOTHING


def test_every_day_is_asked_for_once_when_it_is_over_on_the_plants_clock() -> None:
    plant = a_plant()
    plant.tell(Tick(None, instant(0.0)))  # 10:00 in Almaty
    assert not plant.desk.state.agenda.wanted
    plant.tell(Tick(None, instant(21.9 * HOUR_S)))
    assert not plant.desk.state.agenda.wanted
    plant.tell(Tick(None, instant(22.1 * HOUR_S)))
    plant.restart()
    plant.tell(Tick(None, instant(23.0 * HOUR_S)))
    assert [(one.scope, one.key) for one in plant.desk.state.agenda.wanted] == [("day", "2026-03-04")]
    plant.tell(reckoned("day", "2026-03-04", row()))
    (digest,) = plant.of(ReconciliationDigest)
    assert (digest.scope, digest.shift) == (
        "day",
        ShiftKeys(shift_id=None, business_date="2026-03-04", crew_id=None),
    )


def test_after_a_long_absence_the_last_few_days_are_made_up_for() -> None:
    plant = a_plant()
    plant.tell(Tick(None, instant(0.0)))
    plant.tell(Tick(None, instant(10 * 24 * HOUR_S)))
    assert [one.key for one in plant.desk.state.agenda.wanted] == ["2026-03-11", "2026-03-12", "2026-03-13"]


def test_the_mes_asks_for_a_digest_which_carries_its_command() -> None:
    plant = a_plant()
    reply = plant.tell(ask(5.0, shift_id="1"))
    assert reply is not None
    assert reply.accepted
    (wanted,) = plant.desk.state.agenda.wanted
    assert wanted == Wanted("request", WC, "cmd-0005.000", business_date="2026-03-04", shift_id="1")
    plant.tell(reckoned("request", wanted.key, row()))
    (digest,) = plant.of(ReconciliationDigest)
    assert (digest.scope, digest.command_id, digest.shift) == ("request", "cmd-0005.000", DAY)


@pytest.mark.parametrize(
    ("more", "code"), [({"wc_id": "WC-9"}, "UNKNOWN_WORK_CENTER"), ({"business_date": "soon"}, "REFUSED")]
)
def test_a_digest_that_cannot_be_made_is_refused(more: dict[str, str], code: str) -> None:
    plant = a_plant()
    reply = plant.tell(ask(5.0, **more))
    assert reply is not None
    assert (reply.accepted, reply.code) == (False, code)
    assert [run.outcome for run in plant.of(CommandRun)] == ["refused"]
    assert plant.desk.state.agenda == NOTHING


def test_no_more_digests_are_asked_for_than_are_remembered() -> None:
    plant = a_plant()
    for number in range(MOST_WANTED + 1):
        reply = plant.tell(ask(5.0 + number))
    assert reply is not None
    assert reply.code == "TOO_MANY"
    assert len(plant.desk.snapshot()) < 4096


# What differs


def test_a_difference_is_raised_once_for_each_row_and_kind_with_both_sides() -> None:
    plant = a_plant()
    plant.tell(figures("1", theirs(qty_good="9", qty_scrap="2")))
    compare(plant, "1", row())
    raised = plant.of(DiscrepancyRaised)
    about: list[object] = [(one.code, one.keys.order_id, one.keys.op_no) for one in raised]
    assert about == [("reconciliation_difference", "PO-1", "10")] * 2
    assert raised[0].evidence == {"kind": "qty_good", "ours": "7", "theirs": "9", "row": f"{SHIFT}/PO-1/10/-/qty_good"}
    assert (raised[0].at_most, raised[0].owner_role) == (Decimal(2), "supervisor")
    plant.restart()
    plant.tell(figures("2", theirs(qty_good="9", qty_scrap="2")))
    compare(plant, "2", row())
    assert len(plant.of(DiscrepancyRaised)) == 2


def test_a_difference_that_is_gone_is_resolved_by_rule() -> None:
    plant = a_plant()
    plant.tell(figures("1", theirs(qty_good="9", qty_scrap="2")))
    compare(plant, "1", row())
    plant.tell(figures("2", theirs(qty_good="7", qty_scrap="2")))
    compare(plant, "2", row())
    (resolved,) = plant.of(DiscrepancyResolved)
    assert (resolved.resolution, resolved.by) == ("agreed", "rule")
    assert resolved.discrepancy_id == plant.of(DiscrepancyRaised)[0].discrepancy_id
    assert plant.desk.state.register.total == 1


def test_a_difference_that_people_accepted_is_raised_again_only_when_it_is_another_one() -> None:
    plant = a_plant()
    plant.tell(figures("1", theirs(qty_good="9")))
    compare(plant, "1", row())
    assert plant.say(resolve(30.0, plant.of(DiscrepancyRaised)[0].discrepancy_id)).accepted
    for rev, good, raised in (("2", "9", 1), ("3", "10", 2)):
        plant.tell(figures(rev, theirs(qty_good=good)))
        compare(plant, rev, row())
        assert len(plant.of(DiscrepancyRaised)) == raised


def test_sums_against_figures_that_came_anew_meanwhile_say_nothing() -> None:
    plant = a_plant()
    plant.tell(figures("2", theirs(qty_good="9")))
    compare(plant, "1", row())
    assert plant.of(DiscrepancyRaised) == []


def test_a_row_that_one_side_lacks_differs_by_all_of_it() -> None:
    model = Figures.model_validate({"rev": "1", "business_date": "2026-03-04", "shift_id": "1", "rows": []})
    found = [one for one in compared((row(),), model) if one.differs]
    assert [(one.kind, one.ours, one.theirs) for one in found] == [
        ("qty_good", Decimal(7), Decimal(0)),
        ("qty_scrap", Decimal(1), Decimal(0)),
    ]
    only = Figures.model_validate({**model.model_dump(), "rows": [theirs(qty_good="3", qty_scrap="0")]})
    assert [(one.kind, one.ours) for one in compared((), only) if one.differs] == [("qty_good", Decimal(0))]


def test_where_the_mes_tells_no_lots_ours_are_taken_together() -> None:
    rows = (row(lot_id="P-1", qty_good=3, qty_scrap=0), row(lot_id="P-2", qty_good=4))
    base = {"rev": "1", "business_date": "2026-03-04", "shift_id": "1"}
    assert not any(one.differs for one in compared(rows, Figures.model_validate({**base, "rows": [theirs()]})))
    by_lot = [theirs(lot_id="P-1", qty_good="3", qty_scrap="0"), theirs(lot_id="P-2", qty_good="5")]
    found = [one for one in compared(rows, Figures.model_validate({**base, "rows": by_lot})) if one.differs]
    assert [(one.place.lot_id, one.kind) for one in found] == [("P-2", "qty_good")]


def test_a_status_that_differs_is_raised_and_resolved_when_both_say_the_same() -> None:
    plant = a_plant()
    plant.tell(figures("1", theirs(status="in_progress")))
    compare(plant, "1", row(status="completed"))
    (raised,) = plant.of(DiscrepancyRaised)
    about = f"{SHIFT}/PO-1/10/-/status"
    assert raised.evidence == {"kind": "status", "ours": "completed", "theirs": "in_progress", "row": about}
    assert raised.at_most is None
    plant.tell(figures("2", theirs(status="completed")))
    compare(plant, "2", row(status="completed"))
    assert [one.resolution for one in plant.of(DiscrepancyResolved)] == ["agreed"]


def test_a_status_that_one_side_does_not_say_is_no_difference() -> None:
    plant = a_plant()
    plant.tell(figures("1", theirs(status="completed"), theirs(order_id="PO-2")))
    compare(plant, "1", row(), row(order_id="PO-2", status="paused"))
    assert plant.of(DiscrepancyRaised) == []


def test_what_was_consumed_is_compared_item_by_item() -> None:
    plant = a_plant()
    plant.tell(figures("1", theirs(consumed={"CABLE": "20", "CARTON": "20"})))
    compare(plant, "1", row(consumed={"CABLE": "21", "CARTON": "20.0", "": "3"}))
    (raised,) = plant.of(DiscrepancyRaised)
    assert (raised.keys.item_id, raised.at_most) == ("CABLE", Decimal(1))
    assert raised.evidence == {
        "kind": "consumed",
        "ours": "21",
        "theirs": "20",
        "row": f"{SHIFT}/PO-1/10/-/consumed/CABLE",
        "item_id": "CABLE",
    }


def consumed_differences(rows: list[dict[str, Any]], ours: dict[str, str]) -> list[tuple[str | None, object, object]]:
    base = {"rev": "1", "business_date": "2026-03-04", "shift_id": "1", "rows": rows}
    found = compared((row(consumed=ours),), Figures.model_validate(base))
    return [(one.item_id, one.ours, one.theirs) for one in found if one.kind == "consumed" and one.differs]


def test_consumption_that_one_side_lacks_differs_where_that_side_tells_consumption_at_all() -> None:
    two, none = Decimal(2), Decimal(0)
    assert consumed_differences([theirs(consumed={"LID": "2"})], {"CAP": "2"}) == [
        ("CAP", two, none),
        ("LID", none, two),
    ]
    assert consumed_differences([theirs(order_id="PO-2", consumed={})], {"CAP": "2"}) == [("CAP", two, none)]
    assert consumed_differences([theirs()], {"CAP": "2"}) == []


def test_more_items_than_a_row_has_room_for_are_not_compared() -> None:
    assert consumed_differences([theirs(consumed={"CAP": "3"})], {"CAP": "2", "*": "9"}) == []


def test_people_see_both_sides_of_what_they_ask_for() -> None:
    base = {"rev": "1", "business_date": "2026-03-04", "shift_id": "1"}
    model = Figures.model_validate({**base, "rows": [theirs(qty_good="9"), theirs(order_id="PO-2")]})
    shown = both_sides((row(),), {SHIFT: model}, Scope(order_id="PO-1"))
    assert [(one.kind, one.ours, one.theirs, one.differs) for one in shown] == [
        ("qty_good", "7", "9", True),
        ("qty_scrap", "1", "1", False),
        ("qty_rework", "0", "0", False),
        ("facts", "4", None, False),
    ]
    alone = both_sides((row(),), {}, Scope())
    assert {(one.shift, one.theirs) for one in alone} == {(SHIFT, None)}


def test_an_entry_changes_nothing_of_what_is_asked_for() -> None:
    plant = a_plant()
    plant.tell(ask(5.0))
    plant.say(by_supervisor(entry(6.0, "report_good", qty="1")))
    assert len(plant.desk.state.agenda.wanted) == 1
    assert plant.facts[-1].time >= T0

"""Scenario S2: 100 units over two shifts, 60 and 40; a stop for setup, and one for material over the shift change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from simulators.script import Episode, Kind
from tests.floor.plant import Document, Floor, Made, a_day
from tests.floor.scenes import a_script, an_order

WC = "MILL-1"
SCRIPT = a_script(
    WC,
    Episode(Kind.SETUP, 60.0, 600.0),
    # It begins ten seconds after part 60, ten minutes before the shift changes.
    Episode(Kind.STARVED, 1810.0, 1190.0),
    cycle_s=20.0,
    length_s=3800.0,
)
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SHIFTS = [
    {"id": "early", "start": "06:00", "end": "06:40", "days": EVERY_DAY},
    {"id": "late", "start": "06:40", "end": "07:10", "days": EVERY_DAY},
]
CHANGE, OVER = 2400.0, 4200.0


def prepare(floor: Floor) -> None:
    """All before the machine runs."""
    floor.publish("reasons", {"reasons": [{"code": "NO_MATERIAL", "text": {"en": "No material"}}]})
    floor.publish("orders/PO-2", an_order("PO-2", item_id="SHAFT"), wc=WC)
    floor.enter(WC, "start_operation", order_id="PO-2")


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    made = Made(scripts=(SCRIPT,), speed=240.0, beside={"calendar": {"shift": SHIFTS}})
    with a_day(made, tmp_path_factory.mktemp("s2"), prepare) as floor:
        floor.until_plant(2100.0)
        floor.enter(WC, "set_reason", code="NO_MATERIAL")
        floor.until_plant(OVER + 120.0)
        floor.enter(WC, "complete_operation")
        floor.delivered()
        yield floor


@pytest.fixture(scope="module")
def starved(mill: Floor) -> Document:
    """The stop over the shift change, as it was told at its end."""
    [stop] = [fact for fact in mill.mes("stop.closed", wc_id=WC) if fact["condition"] == "STARVED"]
    return stop


@pytest.mark.requirement(20)
def test_two_shift_summaries_add_up_to_the_order(mill: Floor) -> None:
    early, late = mill.mes("shift.summary", wc_id=WC)
    assert [one["shift"]["shift_id"] for one in (early, late)] == ["early", "late"]
    assert (early["qty_good"], late["qty_good"]) == ("60", "40")
    assert [[(one["order_id"], one["qty_good"]) for one in shift["orders"]] for shift in (early, late)] == [
        [("PO-2", "60")],
        [("PO-2", "40")],
    ]
    done = mill.one("operation.completed", order_id="PO-2")
    assert (done["qty_good"], done["qty_scrap"]) == ("100", "0")


@pytest.mark.requirement(22)
def test_the_setup_is_a_category_of_its_own_with_its_duration(mill: Floor) -> None:
    [setup] = [fact for fact in mill.mes("stop.closed", wc_id=WC) if fact["stop_class"] == "setup"]
    assert setup["duration_s"] == "600.000"
    early = mill.mes("shift.summary", wc_id=WC)[0]
    assert early["elements"]["aust_s"] == "600.000"


@pytest.mark.requirement(16)
def test_the_machine_is_told_in_intervals_of_running_setup_and_downtime_without_a_gap(mill: Floor) -> None:
    changes = mill.events("machine.condition_changed")
    assert all(one["data"]["to_condition"] == other["data"]["from_condition"] for one, other in pairwise(changes))
    lasted = [
        (one["data"]["to_condition"], one["data"]["mode"], at(other["time"]) - at(one["time"]))
        for one, other in pairwise(changes)
        # How the machine is found before its day begins is another matter.
        if at(one["time"]) >= mill.made.start + timedelta(seconds=59)
    ]
    assert [one for one in lasted if one[0] != "UNKNOWN"] == [
        ("IDLE", "SETUP", timedelta(seconds=600)),
        ("RUNNING", "PRODUCTION", timedelta(seconds=1150)),
        ("STARVED", "PRODUCTION", timedelta(seconds=1190)),
        ("RUNNING", "PRODUCTION", timedelta(seconds=800)),
    ]


def at(time: str) -> datetime:
    return datetime.fromisoformat(time)


@pytest.mark.requirement(43)
def test_the_stop_over_the_shift_change_is_one_stop_in_two_segments(mill: Floor, starved: Document) -> None:
    assert starved["duration_s"] == "1190.000"
    first, second = starved["segments"]
    assert (first["start"], first["end"]) == (starved["start"], second["start"])
    assert second["start"] == "2026-03-04T06:40:00.000Z"
    assert [one["shift"]["shift_id"] for one in (first, second)] == ["early", "late"]
    assert [one["reason"]["code"] for one in (first, second)] == ["NO_MATERIAL", "NO_MATERIAL"]
    # What it cost each shift stands in that shift's delay, beside its running time.
    early = mill.mes("shift.summary", wc_id=WC)[0]["elements"]
    waited = (at(first["end"]) - at(first["start"])).total_seconds()
    assert float(early["adet_s"]) == pytest.approx(waited, abs=0.01)
    assert float(early["availability"]) == pytest.approx(float(early["apt_s"]) / 2400, abs=0.001)
    opened = [fact for fact in mill.mes("stop.opened", wc_id=WC) if fact["stop_id"] == starved["stop_id"]]
    assert len(opened) == 1


def test_its_reason_is_carried_over_and_marked_so(starved: Document) -> None:
    first, second = starved["segments"]
    assert (first["reason"]["code"], first["inherited"]) == ("NO_MATERIAL", None)
    assert (second["reason"]["code"], second["inherited"]) == ("NO_MATERIAL", "shift")

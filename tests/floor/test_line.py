"""A machine at which two people work: its time, theirs, and what is read of it without becoming a fact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from simulators.opcua import NAMESPACE
from simulators.script import Episode, Kind
from tests.floor.looking import Wire, listening
from tests.floor.plant import AREA, Document, Floor, Made, a_day
from tests.floor.scenes import a_script, an_order

WC, ORDER = "SEAL-1", "PO-30"
STANDS_S, MADE_S = 240.0, 900.0
SCRIPT = a_script(WC, Episode(Kind.BREAKDOWN, 305.0, STANDS_S), cycle_s=10.0, length_s=MADE_S + 5.0)
RUN_S = "666.666"
"""What the machine runs in the shift: it stands from the middle of a part on."""
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SHIFT = {"id": "early", "start": "06:00", "end": "06:20", "days": EVERY_DAY}
BEGINNING = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
SHIFT_S = 1200.0
PEOPLE = [
    {"operator_id": "OP-1", "name": "Aigerim", "roles": ["operator"], "crew_id": "A"},
    {"operator_id": "OP-2", "name": "Pavel", "roles": ["operator"], "crew_id": "B"},
]


def value_of(key: str, path: str, **more: object) -> Document:
    """A process value that is read and sent on."""
    return {"key": key, "node": f"nsu={NAMESPACE};s={WC}.{path}", **more}


TELEMETRY = [
    value_of("speed", "Status.CurMachSpeed", uom="1/min", interval_s=0.0),
    value_of("pulse", "Admin.Heartbeat", interval_s=1.0),
]


@dataclass(frozen=True, slots=True)
class Line:
    """The plant after a shift, and what was said on the broker meanwhile."""

    floor: Floor
    wire: Wire
    standing: Document
    """The work center as it was shown when it stood at the end."""


def prepare(floor: Floor) -> None:
    """All before the machine runs."""
    floor.publish("operators", {"operators": PEOPLE})
    floor.publish(f"orders/{ORDER}", an_order(ORDER), wc=WC)
    for person in ("OP-1", "OP-2"):
        floor.enter(WC, "sign_on", operator_id=person)
    floor.enter(WC, "start_operation", order_id=ORDER)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    made = Made(
        scripts=(SCRIPT,),
        beside={"calendar": {"shift": [SHIFT]}},
        of_machine={"telemetry": TELEMETRY},
        speed=240.0,
    )
    with a_day(made, tmp_path_factory.mktemp("line"), prepare) as floor, listening(floor) as wire:
        floor.until_plant(500.0)
        floor.enter(WC, "sign_off", operator_id="OP-2")
        seal = {"check_id": "SEAL", "characteristic": "sealing temperature", "kind": "in_process"}
        floor.enter(WC, "record_check", **seal, value="182.5", uom="Cel", result="pass")
        floor.until_plant(MADE_S + 60.0)
        # A standstill that is still short counts as running until it has grown to a stop.
        standing = floor.until_center(
            WC, lambda center: (center["stop"] or {}).get("stop_class") == "down", "it stands"
        )
        floor.enter(WC, "set_reason", code="NO_TRAYS", comment="none were washed")
        floor.enter(WC, "complete_operation")
        floor.enter(WC, "sign_off", operator_id="OP-1")
        floor.until_plant(SHIFT_S + 30.0)
        floor.delivered()
        yield Line(floor, wire, standing)


def seconds_in_shift(floor: Floor, type_: str, **named: str) -> Decimal:
    """When a fact of this type happened, in seconds after the shift began."""
    [event] = [one for one in floor.events(type_) if named.items() <= one["data"].items()]
    return Decimal(str((datetime.fromisoformat(event["time"]) - BEGINNING).total_seconds()))


@pytest.mark.requirement(30)
def test_labor_says_who_performed_the_operation_how_long_in_which_shift_and_crew(line: Line) -> None:
    told = [one for one in line.floor.mes("labor.recorded", order_id=ORDER) if one["shift"]["shift_id"] == "early"]
    worked: dict[tuple[str, str], Decimal] = {}
    for one in told:
        assert (one["keys"]["op_no"], one["activity"], one["shift"]["business_date"]) == ("10", "direct", "2026-03-04")
        who = (one["operator_id"], one["crew_id"])
        worked[who] = worked.get(who, Decimal(0)) + Decimal(one["duration_s"])
    assert worked == {
        ("OP-1", "A"): seconds_in_shift(line.floor, "operation.completed"),
        ("OP-2", "B"): seconds_in_shift(line.floor, "labor.signed_off", operator_id="OP-2"),
    }
    done = line.floor.one("operation.completed", order_id=ORDER)
    everybody = sum(Decimal(one["duration_s"]) for one in line.floor.mes("labor.recorded", order_id=ORDER))
    assert abs(Decimal(done["times"]["labor_s"]) - everybody) < Decimal("0.01")


@pytest.mark.requirement(32)
def test_machine_time_is_told_apart_from_labor_time(line: Line) -> None:
    times = line.floor.one("operation.completed", order_id=ORDER)["times"]
    assert times["run_s"] == RUN_S
    labor = Decimal(times["labor_s"])
    assert labor > Decimal(times["elapsed_s"]) > Decimal(times["run_s"])
    [summary] = line.floor.mes("shift.summary", wc_id=WC)[-1:]
    [order] = [one for one in summary["orders"] if one["order_id"] == ORDER]
    assert order["elements"]["apt_s"] == RUN_S
    told = [one for one in line.floor.mes("labor.recorded", order_id=ORDER) if one["shift"]["shift_id"] == "early"]
    assert Decimal(order["labor_s"]) == sum(Decimal(one["duration_s"]) for one in told) > 900


@pytest.mark.requirement(21)
def test_a_reason_is_asked_for_when_the_line_stops_and_downtime_is_told_with_it(line: Line) -> None:
    asked = line.standing["stop"]
    assert (asked["reason_wanted"], asked["reason_code"]) == (True, None)
    told = line.floor.one("stop.reason_set", wc_id=WC)
    assert (told["stop_id"], told["segment_id"]) == (asked["stop_id"], asked["segment_id"])
    assert (told["reason"]["code"], told["comment"], told["prev_reason"]) == ("NO_TRAYS", "none were washed", None)
    stop = line.floor.center(WC)["stop"]
    assert (stop["stop_id"], stop["reason_wanted"]) == (asked["stop_id"], False)
    closed = line.floor.one("stop.closed", wc_id=WC)
    assert (closed["stop_class"], closed["duration_s"]) == ("down", "240.000")


@pytest.mark.requirement(10)
def test_process_values_stay_beside_the_facts_and_the_mes_gets_events_and_sums(line: Line) -> None:
    samples = [value for one in line.wire.to("tel") for said in one.documents for value in said["values"]]
    assert len(samples) > 700
    assert {one.place[:3] for one in line.wire.to("tel")} == {(AREA, WC, "tel")}
    facts = line.floor.events()
    assert len(facts) < len(samples) / 5
    assert [event for event in facts if "pulse" in str(event) or "telemetry" in str(event["type"])] == []
    # Not one fact for a part either: the counts of a stretch, and sums of the shift.
    [summary] = line.floor.mes("shift.summary", wc_id=WC)[-1:]
    assert summary["qty_good"] == "66"
    assert len(line.floor.mes("output.recorded", order_id=ORDER)) < 66
    assert summary["elements"]["apt_s"] == RUN_S


@pytest.mark.requirement(33)
@pytest.mark.requirement(44)
def test_parameters_of_the_machine_are_recorded_of_an_execution(line: Line) -> None:
    [started] = line.floor.events("operation.started", order_id=ORDER)
    [done] = line.floor.events("operation.completed", order_id=ORDER)
    said = [one for heard in line.wire.to("tel") for one in heard.documents if one["signal"] == "speed"]
    assert {(one["wc_id"], one["uom"]) for one in said} == {(WC, "1/min")}
    values = [value for one in said for value in one["values"] if started["time"] <= value[0] <= done["time"]]
    assert {(speed, quality) for _, speed, quality in values} == {(6.0, "good"), (0.0, "good")}
    checked = line.floor.one("quality.checked", order_id=ORDER)
    assert (checked["characteristic"], checked["value"], checked["uom"]) == ("sealing temperature", "182.5", "Cel")
    assert (checked["kind"], checked["result"], checked["place"]) == ("in_process", "pass", WC)
    assert (checked["actor"], checked["keys"]["op_no"]) == ("OP-1", "10")

"""A station's memory: small, whole, and its own."""

import itertools
import zlib
from base64 import urlsafe_b64encode
from dataclasses import replace
from hashlib import sha512
from pathlib import Path

import pytest

from agent.core.directories import CheckPlan
from agent.core.facts import OutputRecorded, StopClosed
from agent.core.machine_settings import Role
from agent.core.station import StationObservation
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    a_machine,
    a_manual_station,
    a_plan,
    a_station,
    a_story,
    alive,
    an_order,
    clock,
    down,
    entry,
    read,
    scan,
    started,
    up,
    watched,
)
from tests.core.histories import STANDING, a_running_machine, a_stopped_machine


def noise(length: int, *seed: object) -> str:
    """Letters of which no compression makes less."""
    return urlsafe_b64encode(sha512(repr(seed).encode()).digest())[:length].decode()


def test_a_snapshot_stays_small_whatever_people_and_machines_write() -> None:
    roles = (Role.TOTAL, Role.GOOD, Role.SCRAP, Role.REWORK, Role.INFEED, Role.ALARM, Role.BOOT, Role.HEARTBEAT)
    station = a_station(Role.PACKML_STATE, *roles)
    story = a_story(*watched(packml_state=EXECUTE, total=0, good=0, scrap=0, boot="B" * 9000), station=station)
    for number in range(120):
        at = 10.0 + 4.0 * number
        tail = noise(60, "tail", number) + "Ж" * 4000
        story.hear(scan(at, f"LOT:L{tail}:ITEM"), scan(at + 1.0, f"ORD:{tail}"), scan(at + 2.0, f"SN:{tail}"))
        story.hear(scan(at + 2.5, tail), scan(at + 2.7, f"RSN:{tail}"), read(at + 3.0, alarm=tail, packml_state=IDLE))
        story.hear(scan(at + 3.1, f"LOT:{noise(64, 'lot', number)}:ITEM"), scan(at + 3.2, f"ORD:{noise(64, number)}"))
        story.hear(entry(at + 3.25, "set_reason", code=noise(64, "why", number), comment=noise(80, "so", number)))
        # The counters jump and stay where they are: four of them are held back, each with its order.
        jumps = [read(at + 3.3 + again / 100, good=10_000 * number, scrap=90_000 * number) for again in range(3)]
        story.hear(read(at + 3.3, heartbeat="H" * 9000), *jumps)
        story.hear(entry(at + 3.45, "complete_operation"), down(at + 3.5, "why " * 2000), up(at + 3.6))
        assert len(story.station.snapshot()) <= 16_384


def test_a_snapshot_stays_small_however_many_units_do_not_conform() -> None:
    story = a_story(scan(0.0, f"ORD:{noise(64, 'order')}"), station=a_manual_station(output={"count_by": "serial"}))
    story.hear(entry(1.0, "start_lot", lot_id=noise(64, "lot out")))
    for number in range(60):
        at = 10.0 + 8.0 * number
        serial, code = noise(64, "unit", number), noise(64, "defect", number)
        lot = f"LOT:{noise(64, 'lot', number)}:{noise(64, 'item', number)}"
        story.hear(scan(at, lot), scan(at + 2.0, f"SN:{serial}"))
        story.hear(entry(at + 4.0, "raise_nc", serial=serial, defect_code=code, cause=code, place=code))
        assert len(story.station.snapshot()) <= 16_384
        assert max(len(value) for value in story.claims.values()) <= 16_384
    assert a_manual_station(output={"count_by": "serial"}).restored(story.station.snapshot()) == story.station


def test_a_snapshot_stays_small_with_all_that_a_floor_can_hold_at_once() -> None:
    item, checks = noise(60, "item"), [noise(60, "check", number) for number in range(50)]
    orders = [an_order(noise(60, "order", one), op_no=noise(60, "op", one), item_id=item) for one in range(30)]
    rows = [{"check_id": name, "kind": "final", "sampling": "every_unit"} for name in checks]
    version = {"limits_version": "L1", "effective_from": clock(-1.0), "checks": rows}
    plan = CheckPlan.model_validate({"rev": "1", "item_id": item, "versions": [version]})
    station = a_manual_station(orders=True, output={"count_by": "serial"})
    story = a_story(started(0.0), station=station, plan=replace(a_plan(*orders), checks={item: plan}))
    clockwork = itertools.count(1)

    def enter(action: str, **arguments: str) -> None:
        reply = story.observe(entry(float(next(clockwork)), action, **arguments)).reply
        assert reply is not None
        assert reply.accepted, reply

    for one in range(12):
        enter("sign_on", operator_id=noise(60, "who", one))
    for order in orders:
        if order is not orders[0]:
            enter("stop_operation", reason=noise(60, "why"))
        enter("start_operation", order_id=order.order_id)
    for one in range(50):
        lot = noise(60, "lot", one)
        enter("record_check", check_id=checks[one], lot_id=lot, result="pass")
        enter("place_hold", target="lot", target_id=lot, reason=noise(60, "wet", one))
        enter("consume", item_id=noise(60, "glue", one), qty="1", uom="KG")
        enter("issue_material", lot_id=lot, item_id=noise(60, "item", one), qty="1", uom="KG")
    for one in range(38):
        enter("load_lot", lot_id=noise(35, "part", one), item_id=noise(30, "kind", one))
    for one in range(20):
        enter("raise_nc", serial=noise(60, "unit", one), defect_code=noise(60, "crack", one))
    for one in range(9):
        text = noise(60, "note", one) + noise(60, "more", one)
        enter("add_note", text=text, owner=noise(60, "who", one), due=clock(9e6 + one))
    for role in ("maintenance", "quality", "supervisor", "logistics"):
        enter("call", role=role, comment=noise(60, "help", role) + noise(60, "now", role))
    enter("sign_handover", comment=noise(60, "well", 1) + noise(60, "well", 2))
    assert len(story.station.snapshot()) <= 16_384
    assert station.restored(story.station.snapshot()) == story.station


def test_a_station_comes_back_from_its_snapshot_whole() -> None:
    story = a_stopped_machine()
    story.hear(scan(21.0, "ORD:PO-1"), scan(22.0, "LOT:L1:X"), scan(23.0, "SN:1"), scan(24.0, "?"), down(25.0))
    assert a_station().restored(story.station.snapshot()) == story.station


def test_a_station_goes_on_from_what_version_0_1_left() -> None:
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP)
    story = a_story(station=station.restored((Path(__file__).parent / "station_of_0_1.json").read_bytes()))
    story.hear(started(60.0, 44.0), read(61.0, packml_state=ABORTED, total=104, scrap=4), up(61.0), *alive(61.0, 64.0))
    story.hear(read(65.0, packml_state=EXECUTE), read(66.0, total=105), *alive(66.0, 70.0))
    (closed,) = story.of(StopClosed)
    assert isinstance(closed, StopClosed)
    assert (closed.start, closed.end, closed.bridged) == (clock(30.5), clock(65.0), True)
    assert [(part.segment_id, part.order_id) for part in closed.segments] == [(f"{closed.stop_id}.1", "PO-1")]
    (output,) = story.of(OutputRecorded)
    assert isinstance(output, OutputRecorded)
    assert (int(output.cum_good), output.keys.order_id) == (4, "PO-1")


def test_bytes_that_are_no_snapshot_are_refused() -> None:
    for snapshot in (b"", b"no snapshot", b"{}!", b"[]", zlib.compress(b"{")):
        with pytest.raises(ValueError, match=r"\S"):
            a_station().restored(snapshot)


def test_a_counter_taken_out_of_the_configuration_does_not_stop_the_rest() -> None:
    roles = (Role.PACKML_STATE, Role.TOTAL, Role.SCRAP)
    story = a_story(*watched(packml_state=EXECUTE, total=0, scrap=0), station=a_station(*roles))
    story.hear(read(1.0, total=2, scrap=1), read(1.5, total=4, scrap=2))
    story.station = a_station(Role.PACKML_STATE, Role.TOTAL).restored(story.station.snapshot())
    story.hear(started(10.0, 2.0), read(11.0, packml_state=EXECUTE, total=6), up(11.0), *alive(11.0, 14.0))
    assert story.station.state.output.cum_good == 5


def test_a_word_taken_out_of_the_configuration_is_forgotten() -> None:
    roles = (Role.PACKML_STATE, Role.TOTAL, Role.STARVED)
    story = a_story(*watched(packml_state=IDLE, total=0, starved=True), station=a_station(*roles))
    story.station = a_station(Role.PACKML_STATE, Role.TOTAL).restored(story.station.snapshot())
    story.hear(started(10.0, 2.0), read(11.0, packml_state=IDLE, total=0), up(11.0))
    assert story.station.state.watch.condition is STANDING


def test_an_observation_changes_nothing_of_the_station_it_is_told_to() -> None:
    story = a_stopped_machine()
    before, snapshot = story.station, story.station.snapshot()
    observations: list[StationObservation] = [read(21.0, total=105, packml_state=EXECUTE), down(21.0), scan(21.0, "x")]
    for observation in observations:
        story.station.observe(observation, story.next_ids(), story.context(observation))
    assert story.station.snapshot() == snapshot
    assert replace(before) == story.station


def test_a_signal_that_the_configuration_does_not_know_is_passed_over() -> None:
    assert a_running_machine().hear(read(21.0, colour="blue")) == []
    assert a_machine().signal[0].key == "packml_state"

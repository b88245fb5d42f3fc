"""A station's memory: small, whole, and its own."""

import itertools
import zlib
from base64 import urlsafe_b64encode
from dataclasses import replace
from hashlib import sha512
from pathlib import Path

import orjson
import pytest

from agent.core.backfill.noting import MOST_STOPS
from agent.core.corrections.undo import MOST_PEOPLE
from agent.core.directories import CheckPlan
from agent.core.expecting import FOR
from agent.core.facts import OutputRecorded, StopClosed
from agent.core.handover.board import MOST_NOTES
from agent.core.happenings import SHOWN_EVENTS
from agent.core.machine.conditions import Condition, MachineWords, Mode
from agent.core.machine.unwatched import MOST_UNWATCHED, Edge, Unwatched
from agent.core.machine_settings import Role
from agent.core.station import StationObservation
from agent.core.stops.closed_stops import LAST_STOPS, MOST_UNEXPLAINED
from agent.core.stops.segments import MOST_SEGMENTS
from agent.core.stops.stops import StopWatch
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    T0,
    a_machine,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
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


ROOM = 1_280
"""Bytes that a snapshot has to spare, with all that people can write: machines add some."""


class FullFloor:
    """A work center at which there is as much of everything as is remembered, and longer names than anybody has."""

    def __init__(self) -> None:
        begins = ("05:00", "07:00", "09:00", "04:00")
        shifts = [a_shift(noise(60, start), start, end) for start, end in itertools.pairwise(begins)]
        item = noise(60, "item")
        self.checks = [noise(60, "check", number) for number in range(50)]
        self.reasons = [noise(60, "reason", number) for number in range(LAST_STOPS + MOST_SEGMENTS)]
        self.orders = [an_order(noise(60, "order", one), op_no=noise(60, "op", one), item_id=item) for one in range(30)]
        rows = [{"check_id": name, "kind": "final", "sampling": "every_unit"} for name in self.checks]
        version = {"limits_version": "L1", "effective_from": clock(-1.0), "checks": rows}
        checks = CheckPlan.model_validate({"rev": "1", "item_id": item, "versions": [version]})
        plan = replace(a_plan(*self.orders, reasons=self.reasons), checks={item: checks})
        self.empty = a_manual_station(a_pattern(*shifts), orders=True, output={"count_by": "serial"})
        self.story = a_story(started(0.0), station=self.empty, plan=plan)
        self.now = 0.0

    def enter(self, action: str, actor: str = "anna", /, **arguments: str) -> None:
        self.now += 1.0
        reply = self.story.observe(replace(entry(self.now, action, **arguments), actor=actor)).reply
        assert reply is not None
        assert reply.accepted, reply

    def work(self) -> None:
        for one in range(12):
            self.enter("sign_on", operator_id=noise(60, "who", one))
        for order in self.orders:
            if order is not self.orders[0]:
                self.enter("stop_operation", reason=noise(60, "why"))
            self.enter("start_operation", order_id=order.order_id)
        for begin, some in ((7200.0, self.orders[:9]), (14_400.0, self.orders[9:18])):
            self.now = begin
            for order in some:
                self.enter("stop_operation", reason=noise(60, "why"))
                self.enter("resume_operation", order_id=order.order_id)

    def material(self) -> None:
        for one in range(50):
            lot = noise(60, "lot", one)
            self.enter("record_check", check_id=self.checks[one], lot_id=lot, result="pass")
            self.enter("place_hold", target="lot", target_id=lot, reason=noise(60, "wet", one))
            self.enter("consume", item_id=noise(60, "glue", one), qty="1", uom="KG")
            self.enter("issue_material", lot_id=lot, item_id=noise(60, "item", one), qty="1", uom="KG")
        for one in range(38):
            self.enter("load_lot", lot_id=noise(35, "part", one), item_id=noise(30, "kind", one))
        for one in range(20):
            self.enter("raise_nc", serial=noise(60, "unit", one), defect_code=noise(60, "crack", one))

    def board(self) -> None:
        for one in range(MOST_NOTES):
            text = noise(60, "note", one) + noise(60, "more", one)
            self.enter("add_note", text=text, owner=noise(60, "who", one), due=clock(9e6 + one))
        for role in ("maintenance", "quality", "supervisor", "logistics"):
            self.enter("call", role=role, comment=noise(60, "help", role) + noise(60, "now", role))
        self.enter("sign_handover", comment=noise(60, "well", 1) + noise(60, "well", 2))

    def stops(self) -> None:
        self.enter("end_setup")
        for _ in range(LAST_STOPS + MOST_UNEXPLAINED):
            self.enter("start_stop")
            self.now += 180.0
            self.enter("end_stop")
            self.now += 60.0
        for one, closed in enumerate(self.story.station.state.floor.closed_stops):
            self.enter("set_reason", stop_id=closed.stop_id, code=self.reasons[one], comment=noise(80, "said", one))
        self.enter("start_stop")
        for one in range(MOST_SEGMENTS):
            stop = self.story.station.state.stops.open
            assert stop is not None
            part, comment = stop.id_of(stop.last), noise(80, "part", one) + noise(80, "of it", one)
            self.enter("set_reason", segment_id=part, code=self.reasons[LAST_STOPS + one], comment=comment)
            if one < MOST_SEGMENTS - 1:
                self.now += 120.0
                self.enter("split_stop", segment_id=part, at=clock(self.now - 60.0))

    def words(self) -> None:
        for one in range(MOST_PEOPLE):
            target, reason = noise(60, "held", one), noise(60, "dry", one)
            self.enter("place_hold", noise(60, "who", one), target="serial", target_id=target, reason=reason)
        for one in range(SHOWN_EVENTS):
            self.now += 5.0
            self.story.hear(scan(self.now, noise(80, "scan", one) * 2))
        said = {name: noise(100 if name == "comment" else 60, "said", name) for name in FOR["load_lot"]}
        self.enter("expect_scan", noise(60, "who", 0), action="load_lot", **said)


def test_a_snapshot_has_room_with_all_that_a_floor_can_hold_at_once() -> None:
    floor = FullFloor()
    floor.work()
    floor.material()
    floor.board()
    floor.stops()
    floor.words()
    station = floor.story.station
    assert len(station.state.floor.unexplained_stops) == MOST_UNEXPLAINED
    assert len(station.snapshot()) <= 16_384 - ROOM
    assert floor.empty.restored(station.snapshot()) == station


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


def test_a_station_goes_on_from_what_knew_neither_controllers_nor_histories() -> None:
    story = a_stopped_machine()
    story.hear(down(25.0))
    state = orjson.loads(zlib.decompress(story.station.snapshot()))
    for unknown in ("run", "apart", "unwatched"):
        del state["watch"][unknown]
    del state["watch"]["gap"]["edge"]
    watch = story.station.state.watch
    assert watch.gap is not None
    former = replace(watch, run=None, apart=False, unwatched=(), gap=replace(watch.gap, edge=None))
    assert a_station().restored(zlib.compress(orjson.dumps(state))).state.watch == former


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


def test_gaps_that_wait_for_their_history_take_little_room() -> None:
    def edge(number: int) -> Edge:
        words = MachineWords(state=noise(64, "state", number), speed=number / 7, fault=True, starved=False, mode=3)
        return Edge(
            noise(36, "fact", number), Condition.FAULTED, Mode.PRODUCTION, words, 2**31 - number, ("order", T0 / 7)
        )

    def gap(number: int) -> Unwatched:
        stops = StopWatch(STANDING, Mode.PRODUCTION, T0 + number / 7, (STANDING, Mode.PRODUCTION), running_since=T0 / 7)
        lost = tuple((noise(41, "lost", number, one), MOST_SEGMENTS) for one in range(MOST_STOPS))
        times = (T0 + number / 3, T0 + number / 9)
        ids = (noise(41, "stop", number), noise(36, "inferred", number))
        return Unwatched(
            *times, "agent_down", edge(number), edge(-number), stops, ids[0], bridged=False, ran_s=number / 7,
            settled=T0 + number / 11, unknown=lost, stood_until=T0 + number / 13, began=T0 / 7, inferred_id=ids[1],
        )  # fmt: skip

    station = a_station()
    watch = replace(station.state.watch, unwatched=tuple(gap(number) for number in range(1, MOST_UNWATCHED + 1)))
    full = replace(station, state=replace(station.state, watch=watch))
    assert len(full.snapshot()) - len(station.snapshot()) <= ROOM
    assert a_station().restored(full.snapshot()) == full

"""Gaps are filled in from the machine's history beside live reading: asked for again, given up, and never lost."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path

import orjson
import pytest

from agent import recalling
from agent.alarms import Alarms
from agent.app import restored
from agent.core.backfill import asking
from agent.core.backfill.asking import Memories, Memory
from agent.core.backfill.recalled import Recalled
from agent.core.codes.badges import Badges
from agent.core.errors import DeviceError
from agent.core.machine.unwatched import Unwatched
from agent.core.observations import Image, Instant, Link, Quality, Signal, SignalValue, Started
from agent.core.settings import Settings
from agent.core.station_setup import Setup
from agent.intake import Intake, running
from agent.journal.journal import Journal, open_journal
from agent.recalling import Ask, recall_machine
from agent.recording import Recorder, Run, Wish
from agent.replay import Replay
from tests.agent.parts import CLOCK, document, eventually
from tests.agent.recordings import a_wish, replayed, said
from tests.core.build import SITE_KEY

WC = "PRESS-1"
RUNS, STANDS = 6, 9
BEGAN = time.time() - 1000.0
"""When the machine was seen first; all of it lies behind us."""


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalling, "SETTLED_S", 0.0)
    monkeypatch.setattr(recalling, "FIRST_RETRY_S", 0.01)
    monkeypatch.setattr(recalling, "LONGEST_RETRY_S", 0.02)


def configured(folder: Path) -> Settings:
    signals = [
        {"key": "state", "role": "packml_state", "node": "nsu=urn:line;s=state"},
        {"key": "total", "role": "total", "node": "nsu=urn:line;s=total"},
    ]
    opcua = {"endpoint": "opc.tcp://plc:4840", "security": "none", "history": True}
    told = document(folder)
    # What is told here lies long behind, and is no silence.
    stop = {"comm_timeout_s": 100_000.0}
    told["machine"] = [{"work_center": WC, "opcua": opcua, "orders": False, "signal": signals, "stop": stop}]
    return Settings.model_validate(told)


@asynccontextmanager
async def an_intake(
    folder: Path, *, writing: bool = True, wish: Wish | None = None
) -> AsyncIterator[tuple[Intake, Journal]]:
    settings = configured(folder)
    async with open_journal(settings.agent.data, "e1", time.time()) as journal:
        alarms, stand, recorder = Alarms(lambda: CLOCK.now().wall), restored(settings, journal), None
        if wish is not None:
            run = Run(settings, "i1", journal.marks.epoch, journal.restored.directories)
            recorder = Recorder(wish, run, stand, alarms, CLOCK.now().wall)
        intake = Intake(journal, stand, CLOCK, Badges(SITE_KEY, settings.codes), alarms, recorder)
        async with recorder or nullcontext():
            if not writing:
                yield intake, journal
                return
            async with running(intake, settings.agent.tick_s):
                yield intake, journal


def at(seconds: float) -> Instant:
    return Instant(BEGAN + seconds, seconds)


def image(seconds: float, **values: SignalValue) -> Image:
    seen = at(seconds)
    signals = tuple(Signal(WC, key, value, Quality.GOOD, seen.wall, seen) for key, value in values.items())
    return Image(WC, signals, seen)


def link(seconds: float, *, up: bool) -> Link:
    return Link(WC, "plc", up=up, observed=at(seconds))


async def a_gap(intake: Intake) -> None:
    """It runs, is not watched from 10 to 300, and runs."""
    await intake.take([Started(WC, at(0.0), "i1"), image(0.0, state=RUNS, total=0), link(0.0, up=True)])
    await intake.take([link(10.0, up=True), link(11.0, up=False)])
    await intake.take([image(300.0, state=RUNS, total=200), link(300.0, up=True), link(310.0, up=True)])


def told(key: str, *values: tuple[float, SignalValue]) -> Memory:
    return Memory(key, tuple((BEGAN + when, value, Quality.GOOD) for when, value in values))


STOPPED = Memories(
    (
        told("state", (100.0, STANDS), (150.0, RUNS)),
        told("total", (99.0, 80), (152.0, 82), (299.0, 200)),
    ),
    None,
)


class Machine:
    """Answers, or does not."""

    def __init__(self, *answers: Memories | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[tuple[str, ...], float, float]] = []

    async def __call__(self, wanted: Sequence[str], since: float, until: float) -> Memories:
        self.asked.append((tuple(wanted), round(since - BEGAN, 3), round(until - BEGAN, 3)))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@asynccontextmanager
async def recalling_from(intake: Intake, ask: Ask) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.ensure_future(recall_machine(WC, intake, CLOCK, ask))
    try:
        yield task
        assert not task.done(), "it gave up"
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def wished(intake: Intake) -> bool:
    return bool(intake.present.stations[WC].state.watch.unwatched)


async def corrections(journal: Journal) -> list[list[str]]:
    """The conditions of each correction."""
    rows = [row for row in await journal.latest(1000) if row.type == "machine.condition_corrected"]
    return [[one["condition"] for one in orjson.loads(row.data)["conditions"]] for row in rows]


async def test_a_gap_is_filled_in_from_what_the_machine_remembers(tmp_path: Path) -> None:
    machine = Machine(STOPPED)
    async with an_intake(tmp_path) as (intake, journal), recalling_from(intake, machine):
        await a_gap(intake)
        await eventually(lambda: bool(machine.asked) and not wished(intake), "filled in")
        assert await corrections(journal) == [["RUNNING", "FAULTED", "RUNNING"]]
        assert machine.asked == [(("state", "total"), 5.0, 300.0)]


async def test_a_machine_that_does_not_answer_is_asked_again(tmp_path: Path) -> None:
    machine = Machine(DeviceError("busy"), TimeoutError(), RuntimeError("a library tripped"), STOPPED)
    async with an_intake(tmp_path) as (intake, journal), recalling_from(intake, machine):
        await a_gap(intake)
        await eventually(lambda: len(machine.asked) == 4 and not wished(intake), "filled in")
        assert len(await corrections(journal)) == 1


async def test_a_machine_that_never_answers_is_let_be(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine(DeviceError("BadUserAccessDenied"))
    async with an_intake(tmp_path) as (intake, journal), recalling_from(intake, machine):
        await a_gap(intake)
        await eventually(lambda: bool(machine.asked) and not wished(intake), "given up")
        assert len(machine.asked) == recalling.MOST_TRIES
        assert await corrections(journal) == []
    assert "the history of PRESS-1 cannot be read" in caplog.text
    assert "BadUserAccessDenied" in caplog.text


async def test_what_a_history_lacks_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lacking = Memory("total", until=BEGAN + 5.0, why="the server keeps no history of it")
    machine = Machine(Memories((STOPPED.signals[0], lacking), None))
    async with an_intake(tmp_path) as (intake, journal), recalling_from(intake, machine):
        await a_gap(intake)
        await eventually(lambda: bool(machine.asked) and not wished(intake), "filled in")
        assert await corrections(journal) == [["RUNNING", "FAULTED", "RUNNING"]]
    assert "lacks 'total' (the server keeps no history of it)" in caplog.text


async def test_nobody_is_asked_while_the_machine_is_away(tmp_path: Path) -> None:
    machine = Machine(STOPPED)
    async with an_intake(tmp_path) as (intake, _):
        await a_gap(intake)
        await intake.take([link(311.0, up=False)])
        async with recalling_from(intake, machine):
            await eventually(lambda: not intake.present.stations[WC].state.watch.link_up, "away")
            assert machine.asked == []
            await intake.take([image(320.0, state=RUNS, total=210), link(320.0, up=True), link(330.0, up=True)])
            await eventually(lambda: bool(machine.asked), "asked")


async def test_the_agent_may_stop_before_the_machine_answers(tmp_path: Path) -> None:
    never = asyncio.Event()

    async def silent(_wanted: Sequence[str], _since: float, _until: float) -> Memories:
        await never.wait()
        raise AssertionError

    async with an_intake(tmp_path) as (intake, _), recalling_from(intake, silent):
        await a_gap(intake)
        await eventually(lambda: wished(intake), "wished")
    async with an_intake(tmp_path) as (intake, journal):
        await intake.take([Started(WC, at(400.0), "i2"), image(401.0, state=RUNS, total=300), link(401.0, up=True)])
        async with recalling_from(intake, Machine(STOPPED)):
            await eventually(lambda: not wished(intake), "filled in")
        assert (await corrections(journal))[0] == ["RUNNING", "FAULTED", "RUNNING"]


async def test_an_answer_that_was_not_durable_is_asked_for_again_and_told_once(tmp_path: Path) -> None:
    machine = Machine(STOPPED)
    async with an_intake(tmp_path, writing=False) as (intake, journal):
        await a_gap(intake)
        await intake.write_once()
        async with recalling_from(intake, machine):
            await eventually(lambda: bool(machine.asked), "asked")
            assert await corrections(journal) == []
    async with an_intake(tmp_path) as (intake, journal), recalling_from(intake, machine):
        await intake.take([Started(WC, at(310.0), "i2"), image(312.0, state=RUNS, total=212), link(312.0, up=True)])
        await eventually(lambda: not wished(intake), "filled in")
        assert len(await corrections(journal)) == 1
    assert len(machine.asked) == 2


async def test_a_recording_makes_the_same_of_it(tmp_path: Path) -> None:
    wish, machine = a_wish(tmp_path), Machine(STOPPED)
    async with an_intake(tmp_path, wish=wish) as (intake, journal), recalling_from(intake, machine):
        await a_gap(intake)
        await eventually(lambda: bool(machine.asked) and not wished(intake), "filled in")
        rows = [row for row in await journal.latest(1000) if row.wc_id == WC]
    replay = Replay("the recording", None, None)
    facts, _ = replayed(wish.folder, replay)
    assert said(fact for fact in facts if fact.data.keys.wc_id == WC) == said(rows)
    told = [(one.stop_class, round(one.start - BEGAN, 3)) for one in replay.accounts[WC].spans.values()]
    assert told == [("minor", 100.0)]


async def test_a_long_answer_is_put_in_order_beside_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handed_in, threads = asking.handed_in, list[int]()

    def noted(
        setup: Setup, stretch: Unwatched, told: Iterable[Memory], restarted: float | None, observed: Instant
    ) -> Recalled:
        threads.append(threading.get_ident())
        return handed_in(setup, stretch, told, restarted, observed)

    monkeypatch.setattr(asking, "handed_in", noted)
    async with an_intake(tmp_path) as (intake, _), recalling_from(intake, Machine(STOPPED)):
        await a_gap(intake)
        await intake.until(lambda _: wished(intake))
        await intake.until(lambda _: not wished(intake))
    assert len(threads) == 1
    assert threading.get_ident() not in threads

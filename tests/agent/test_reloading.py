"""Readings of the configuration that are cut off, or come when the agent is not there for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from agent import reloading, watches
from agent.alarms import Alarms
from agent.clock import Clock
from agent.configuration import load
from agent.core.machine_settings import MachineSettings
from agent.in_force import InForce
from agent.intake import Intake
from agent.readings import Readings
from agent.reloading import STOPPING, Followers, Reloader
from agent.telemetry import Telemetry
from agent.watches import Watches
from tests.agent.parts import eventually
from tests.agent.processes import configuration


class Floor:
    """An agent's watches and what it takes over, with machines that take their time to be let go of."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.path = folder / "lineside.toml"
        self.path.write_text(configuration(folder, None, 1))
        (folder / "journal").mkdir()
        self.configuration = InForce.of(load(self.path), self.path)
        self.watched: list[str] = []
        """Work centers whose machine is watched, and how long its driver waits."""
        self.leaving = asyncio.Event()
        self.let_go = asyncio.Event()
        self.notified: list[str] = []
        self.causes: list[str] = []
        self.readings = Readings()
        self.recalled: list[str] = []
        """Work centers whose gaps are filled in."""
        clock = Clock.of(None)
        self.watches = Watches(cast("Intake", self), clock, cast("Telemetry", self))
        followers = Followers(cast("Intake", self), self.watches, cast("Telemetry", self))
        self.alarms = Alarms(lambda: 0.0)
        self.reloader = Reloader(self.configuration, followers, clock, self.alarms)
        self.asked = asyncio.Event()
        patch.setattr(watches, "watch_machine", self.watch)
        patch.setattr(watches, "recall_machine", self.recall)
        patch.setattr(reloading, "notify", lambda state: self.notified.append(state.partition("\n")[0]))

    async def watch(self, machine: MachineSettings, *_: Any) -> None:  # noqa: ANN401 - as the real one
        device = machine.opcua or machine.modbus
        assert device is not None
        name = f"{machine.work_center} {device.timeout_s}"
        self.watched.append(name)
        self.readings.begin(machine)
        try:
            await asyncio.Event().wait()
        finally:
            self.leaving.set()
            await self.let_go.wait()
            self.watched.remove(name)

    async def recall(self, wc_id: str, *_: Any) -> None:  # noqa: ANN401 - as the real one
        self.recalled.append(wc_id)
        try:
            await asyncio.Event().wait()
        finally:
            self.recalled.remove(wc_id)

    def shown(self) -> list[str]:
        """Work centers of whose machine it is told what it says."""
        return [one.wc_id for one in self.readings.view(Clock.of(None).now(), 1.0).machines]

    def go_by(self, *told: Any) -> None:  # noqa: ANN401 - for the desk and for telemetry
        if len(told) > 1:
            self.causes.append(told[2].cause)

    def write(self, timeout_s: float) -> None:
        """Another time-out for the press."""
        text = self.path.read_text()
        self.path.write_text(text.replace("poll_ms = 50", f"poll_ms = 50, timeout_s = {timeout_s}"))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self.watches.watching(self.configuration.settings), self.reloader.running(self.asked):
            await eventually(lambda: len(self.watched) == 2, "both are watched")
            try:
                yield
            finally:
                self.let_go.set()


@pytest.fixture
async def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Floor:
    return Floor(tmp_path, monkeypatch)


def stuck(floor: Floor, later: float = 0.0) -> str | None:
    return floor.watches.stuck(asyncio.get_running_loop().time() + later, 30.0)


async def test_a_reading_is_done_to_its_end_though_who_asked_for_it_is_cut_off(floor: Floor) -> None:
    async with floor.running():
        floor.write(3.0)
        asking = asyncio.create_task(floor.reloader.reload("command"))
        await floor.leaving.wait()
        asking.cancel()
        await asyncio.wait([asking])
        again = asyncio.create_task(floor.reloader.reload("command"))
        assert (stuck(floor), stuck(floor, 31.0)) == (None, "the watcher of machine.PRESS-1")
        floor.let_go.set()
        assert await again == ""
        await eventually(lambda: sorted(floor.watched) == ["FILL-1 2.0", "PRESS-1 3.0"], "both are watched again")
        assert (stuck(floor), stuck(floor, 31.0)) == (None, None)
        assert floor.causes == ["command", "command"]
    assert (floor.watched, stuck(floor, 31.0)) == ([], None)


async def test_a_signal_that_the_journal_cut_off_is_heard_with_the_next_opening(floor: Floor) -> None:
    async with floor.running():
        floor.write(3.0)
        floor.asked.set()
        await floor.leaving.wait()
    assert (floor.causes, floor.asked.is_set()) == ([], True)


async def test_who_asks_while_the_agent_stops_is_answered_at_once(floor: Floor) -> None:
    async with floor.running():
        floor.write(3.0)
        cut_off = asyncio.create_task(floor.reloader.reload("command"))
        await floor.leaving.wait()
    assert await cut_off == STOPPING
    assert await floor.reloader.reload("command") == STOPPING
    assert floor.notified == ["RELOADING=1"], "who stops is not ready"


async def test_who_asks_before_the_agent_is_ready_is_answered_when_it_is(floor: Floor) -> None:
    early = asyncio.create_task(floor.reloader.reload("command"))
    await asyncio.sleep(0)
    assert floor.notified == []
    async with floor.running():
        assert await early == ""
        assert floor.notified == ["RELOADING=1", "READY=1"]


async def test_a_machine_that_nobody_reads_any_more_says_nothing_from_then_on(floor: Floor) -> None:
    floor.let_go.set()
    async with floor.running():
        assert floor.shown() == ["FILL-1", "PRESS-1"]
        text = floor.path.read_text(encoding="utf-8")
        read, _, _ = text.partition('work_center = "PRESS-1"\n')
        floor.path.write_text(f'{read}work_center = "PRESS-1"\nmanual = true\n', encoding="utf-8")
        assert await floor.reloader.reload("command") == ""
        assert (floor.shown(), [one.partition(" ")[0] for one in floor.watched]) == (["FILL-1"], ["FILL-1"])
        floor.path.write_text(text, encoding="utf-8")
        assert await floor.reloader.reload("command") == ""
        await eventually(lambda: floor.shown() == ["FILL-1", "PRESS-1"], "it is read again")


async def test_gaps_are_filled_in_from_when_the_configuration_says_so_and_no_longer(floor: Floor) -> None:
    floor.let_go.set()
    async with floor.running():
        without = floor.path.read_text(encoding="utf-8")
        remembers = without.replace("publishing_ms = 50", "publishing_ms = 50, history = true")
        for text, recalled in ((remembers, ["FILL-1"]), (without, []), (remembers, ["FILL-1"])):
            floor.path.write_text(text, encoding="utf-8")
            assert await floor.reloader.reload("command") == ""
            await eventually(lambda: len(floor.watched) == 2, "both are watched again")
            assert (floor.recalled, stuck(floor, 31.0)) == (recalled, None)
    assert floor.recalled == []


async def test_a_driver_that_is_not_installed_is_a_refusal(floor: Floor) -> None:
    async with floor.running():
        text = floor.path.read_text(encoding="utf-8")
        driven = 'driver = { kind = "profidrive" }\nsignal = [{ key = "run", role = "run", at = "1" }]\n'
        floor.path.write_text(f'{text}\n[[machine]]\nwork_center = "WC-9"\n{driven}', encoding="utf-8")
        assert "machine[3].driver.kind: the driver 'profidrive' is not" in await floor.reloader.reload("command")
        assert [alarm.code for alarm in floor.alarms.current] == ["config_refused"]


async def test_whatever_goes_wrong_before_anything_is_let_go_of_is_a_refusal(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OverflowError("no driver for that")

    monkeypatch.setattr(reloading, "open_machine", broken)
    async with floor.running():
        floor.write(3.0)
        assert await floor.reloader.reload("command") == "OverflowError: no driver for that"
        assert sorted(floor.watched) == ["FILL-1 2.0", "PRESS-1 0.8"]
        assert [alarm.code for alarm in floor.alarms.current] == ["config_refused"]
        assert floor.notified == ["RELOADING=1", "READY=1"]

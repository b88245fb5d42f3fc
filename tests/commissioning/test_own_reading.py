"""Reading machines without an agent: it ends when it is told to, and when an agent comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import pytest

from agent.clock import Clock
from agent.commands.client import AgentAwayError
from agent.commands.read import _of, _OfOurOwn
from agent.commissioning import own_reading
from agent.commissioning.own_reading import OwnReadings
from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.readings import MachineReadings, ReadingsView

MACHINE = MachineSettings.model_validate(
    {
        "work_center": "PRESS-1",
        "modbus": {"host": "127.0.0.1", "port": 1},
        "signal": [{"key": "run", "role": "run", "table": "coil", "address": 3, "type": "bit"}],
    }
)


class Swallowing:
    """A driver whose library makes a lost connection of a cancellation."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""

    def __aiter__(self) -> AsyncIterator[list[object]]:
        return self._batches()

    async def _batches(self) -> AsyncIterator[list[object]]:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise DeviceError("lost") from None
        yield []


async def test_a_cancellation_that_a_library_makes_its_own_of_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_reading, "open_machine", lambda *_: Swallowing())
    own = OwnReadings([MACHINE], Clock.of(None))
    async with asyncio.timeout(5), own.reading():
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def test_an_agent_that_is_started_meanwhile_gets_the_machines(tmp_path: Path) -> None:
    path = tmp_path / "agent.sock"
    own = _OfOurOwn(OwnReadings([MACHINE], Clock.of(None)), path, is_first=False)
    assert (await own.look()).machines == ()
    async with agent_at(path):
        with pytest.raises(AgentAwayError, match="an agent was started meanwhile"):
            await own.look()


@asynccontextmanager
async def agent_at(path: Path) -> AsyncIterator[None]:
    server = await asyncio.start_unix_server(lambda _reader, writer: writer.close(), path)
    async with server:
        yield


def test_a_value_that_the_agent_does_not_read_is_not_passed_over() -> None:
    machine = MachineReadings(wc_id="PRESS-1", connection="up", since=None, reason="", heard_s=None, readings=())
    view = ReadingsView(plant_time="2026-03-04T05:17:42.000Z", machines=(machine,))
    with pytest.raises(AgentAwayError, match=r"does not read PRESS-1 run: .* sudo systemctl reload lineside"):
        _of(view, {"PRESS-1": {"run"}})

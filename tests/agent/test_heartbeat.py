from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from agent import heartbeat
from tests.agent.processes import Manager


@pytest.fixture(params=["a path", "an abstract name"])
def manager(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Manager]:
    name = str(tmp_path / "notify.sock") if request.param == "a path" else f"@lineside{tmp_path}"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as channel:
        channel.bind(name.replace("@", "\0", 1))
        channel.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield Manager(channel)


async def test_the_manager_is_told(manager: Manager) -> None:
    heartbeat.notify("READY=1")
    heartbeat.notify("STOPPING=1")
    assert await manager.hears("STOPPING=1") == ["READY=1", "STOPPING=1"]


async def test_the_watchdog_is_fed_three_times_an_interval_while_all_turns(
    manager: Manager, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "300000")
    stuck: list[str] = []
    goes_on = ["FILL-1 running"]
    beating = asyncio.create_task(heartbeat.beat(lambda: stuck[0] if stuck else None, lambda: goes_on[0]))
    assert await manager.hears("WATCHDOG=1") == ["STATUS=FILL-1 running", "WATCHDOG=1"]
    async with asyncio.timeout(2):
        for _ in range(3):
            assert await manager.hears("WATCHDOG=1") == ["WATCHDOG=1"]
    goes_on[0] = "FILL-1 stopped"
    said = await manager.hears("STATUS=FILL-1 stopped")
    assert said.count("STATUS=FILL-1 running") == 0
    stuck.append("the journal's writer")
    said = await manager.hears("STATUS=the journal's writer does not turn")
    assert said.count("WATCHDOG=1") <= 2
    stuck.clear()
    assert (await manager.hears("WATCHDOG=1")) == ["STATUS=FILL-1 stopped", "WATCHDOG=1"]
    assert [(one.levelname, one.message) for one in caplog.records][:1] == [
        ("ERROR", "the journal's writer does not turn")
    ]
    beating.cancel()
    with suppress(asyncio.CancelledError):
        await beating


def test_without_a_manager_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    heartbeat.notify("READY=1")


def test_a_manager_that_is_gone_does_not_stop_the_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone.sock"))
    heartbeat.notify("READY=1")


@pytest.mark.usefixtures("manager")
def test_a_manager_that_does_not_listen_does_not_hold_the_agent_up() -> None:
    for _ in range(2000):
        heartbeat.notify("WATCHDOG=1")

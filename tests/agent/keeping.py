"""As much of an agent as telemetry needs, and the eyes of those who read it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.alarms import Alarms
from agent.broker import Abilities, Outgoing, connected
from agent.core.contract.topics import Topics
from agent.core.errors import UplinkError
from agent.core.observations import Quality, Signal
from agent.core.settings import Settings
from agent.journal.telemetry_store import FILE_NAME, TelemetryStore
from agent.telemetry import Outlet, Telemetry
from tests.agent.mes_peer import Mes
from tests.agent.parts import CLOCK, SITE, document, eventually, now

FLUSH_S = 0.1
TOPIC = f"{SITE}/hall-1/PRESS-1/tel/temp"


@dataclass
class Keeper:
    """As much of an agent as telemetry needs."""

    settings: Settings
    store: TelemetryStore
    telemetry: Telemetry
    outlet: Outlet
    alarms: Alarms
    online: int = 0
    """Connections so far."""
    busy: list[bool] = field(default_factory=list)
    """Not empty while facts need the way."""

    def read(self, *values: float, key: str = "temp") -> None:
        """The press says these, one after the other; nothing of it is left for the station."""
        at = now()
        batch = [Signal("PRESS-1", key, value, Quality.GOOD, at.wall, at) for value in values]
        assert self.telemetry.aside(batch) == []

    async def upload(self, port: int) -> None:
        """Be connected for ever."""
        mes = self.settings.mes.model_copy(update={"port": port})
        will = Outgoing(f"{SITE}/will", b"")
        while True:
            with suppress(UplinkError):
                try:
                    async with connected(mes, "telemetry", will, Abilities(retain=False)) as session:
                        self.online += 1
                        async with asyncio.TaskGroup() as tasks:
                            tasks.create_task(session.tend())
                            tasks.create_task(self.outlet.run(session))
                except* UplinkError:
                    pass
            await asyncio.sleep(0.05)


@asynccontextmanager
async def a_keeper(folder: Path, keep_mb: int = 64, **one: Any) -> AsyncIterator[Keeper]:  # noqa: ANN401 - any TOML
    text = document(folder)
    one = {"interval_s": 0, "table": "input", "address": 9, **one}
    text["machine"][0]["telemetry"] = [{"key": "temp", "uom": "Cel", **one}, {"key": "flow", **one}]
    text["telemetry"] = {"keep_mb": keep_mb, "flush_s": FLUSH_S}
    settings = Settings.model_validate(text)
    alarms = Alarms(lambda: CLOCK.now().wall)
    store = TelemetryStore(settings.agent.data, keep_mb, "urn:lineside:ala1:edge-1")
    telemetry = Telemetry(settings, store, CLOCK, alarms)
    busy: list[bool] = []
    outlet = Outlet(store, Topics.of("lineside", settings.agent), alarms, lambda: bool(busy))
    running = asyncio.create_task(telemetry.run(), name="telemetry")
    try:
        yield Keeper(settings, store, telemetry, outlet, alarms, busy=busy)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@asynccontextmanager
async def uploading(keeper: Keeper, port: int) -> AsyncIterator[None]:
    task = asyncio.create_task(keeper.upload(port), name="upload")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def once(messages: list[bytes]) -> list[dict[str, Any]]:
    """Messages without repeats, as any reader drops them; a repeat says the same, word for word."""
    found: dict[tuple[str, int], bytes] = {}
    for payload in messages:
        message = json.loads(payload)
        known = found.setdefault((message["source"], message["batch"]), payload)
        assert known == payload
    return [json.loads(payload) for payload in found.values()]


def heard(mes: Mes, key: str = "temp") -> list[dict[str, Any]]:
    return once([message.payload for message in mes.messages(f"/tel/{key}")])


def values(messages: list[dict[str, Any]]) -> list[Any]:
    return [value for message in messages for _, value, _ in message["values"]]


def dropped(messages: list[dict[str, Any]]) -> int:
    return sum(message["dropped"] for message in messages)


def waiting(folder: Path) -> list[dict[str, Any]]:
    """What is kept in the file; nothing as long as it is not made."""
    path = folder / "journal" / FILE_NAME
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'batches'").fetchone():
            return []
        rows = connection.execute("SELECT payload FROM batches ORDER BY number").fetchall()
    return [json.loads(payload) for (payload,) in rows]


async def flushed(keeper: Keeper, count: int) -> None:
    """So many values are on the disk."""
    folder = keeper.settings.agent.data.parent
    await eventually(lambda: len(values(waiting(folder))) == count, f"{count} values are kept")


AGENT = """
[agent]
enterprise = "acme"
site = "ala1"
area = "hall-1"
id = "edge-1"
data = "{folder}/journal"
socket = "{folder}/agent.sock"

[mes]
host = "127.0.0.1"
port = {port}
reconnect_max_s = 0.5

[[machine]]
work_center = "PRESS-1"
modbus = {{ host = "127.0.0.1", port = {modbus_port}, poll_ms = 10 }}
signal = [{{ key = "run", role = "run", table = "coil", address = 3, type = "bit" }}]
telemetry = [
    {{ key = "temp", table = "holding", address = 10, type = "uint32", interval_s = 0 }},
    {{ key = "nowhere", table = "coil", address = 5000, type = "bit" }},
]
"""

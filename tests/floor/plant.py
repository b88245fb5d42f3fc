"""A small plant of real parts: Mosquitto, the simulated MES, simulated machines, and the agent as a process.

It runs on a thread of its own, so that the tests on it are plain functions: what people do goes through the agent's
local API, and what came of it is read in the MES's own tables.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote
from uuid import uuid4

from simulators.background import Background
from simulators.broker import Broker
from simulators.clock import Clock
from simulators.day import Day
from simulators.demo.present import Present, View, center
from simulators.demo.processes import Supervised
from simulators.mes.control import ask
from simulators.mes.link import Address, Link, LinkLostError, connected
from simulators.modbus import ModbusSimulator
from simulators.opcua import NAMESPACE, OpcUaSimulator
from simulators.script import Script
from simulators.truth import TruthLog

T = TypeVar("T")
Document: TypeAlias = dict[str, Any]
ENTERPRISE, SITE, AREA, AGENT = "acme", "ala1", "hall-1", "edge-1"
ROOT = f"lineside/v1/{ENTERPRISE}/{SITE}"
LEADS_S = (5.0, 15.0, 45.0)
"""Real seconds before the day begins: one after the other is tried."""
PATIENCE_S = 30.0
"""Real seconds."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a plant is built of."""

    scripts: tuple[Script, ...] = ()
    """Machines behind OPC UA."""
    unwatched: tuple[Script, ...] = ()
    """More machines of the same server, of which the configuration knows nothing."""
    polled: tuple[Script, ...] = ()
    """Machines behind Modbus, each with a server of its own."""
    machines: tuple[Document, ...] = ()
    """Work centers beside them, as the configuration says them: manual ones above all."""
    beside: Document = field(default_factory=dict)
    """More tables of the configuration."""
    of_machine: Document = field(default_factory=dict)
    """More tables of each machine that is read."""
    speed: float = 60.0
    """Plant seconds per real second."""
    start: datetime = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
    lead_s: float = 0.0
    """Real seconds before the day begins."""


class Floor:
    """The running plant, for tests that are plain functions."""

    def __init__(self, made: Made, folder: Path, loop: asyncio.AbstractEventLoop) -> None:
        self.made = made
        self.folder = folder
        self.store = folder / "mes.sqlite"
        self.control = folder / "mes.sock"
        self.clock = Clock(datetime.now(UTC) + timedelta(seconds=made.lead_s), made.start, made.speed)
        self._loop = loop
        self._heard: list[Document] = []
        self.config = folder / "lineside.toml"
        self.read: list[Document] = []
        """The configuration of the machines that are read."""
        self.broker: Broker
        self.agent: Supervised
        self.mes_process: Supervised
        self.present: Present
        self._link: asyncio.Future[Link] = loop.create_future()

    # What the MES says.

    def publish(self, name: str, document: Document | None, wc: str | None = None) -> None:
        """An object of the MES, retained; None withdraws it. Returns when the agent has taken or refused it."""
        head, _, tail = name.partition("/")
        place = f"{AREA}/{wc}" if wc else "-/-"
        topic = f"{ROOT}/{place}/dir/{head}" + "".join(f"/{quote(part, safe='')}" for part in tail.split("/") if tail)
        before = len(self.mes("agent.directory_applied"))
        payload = b"" if document is None else json.dumps({"rev": "1", **document}, default=str).encode()
        self._run(self._say(topic, payload, retain=True))
        self._wait(lambda: len(self.mes("agent.directory_applied")) > before, f"the agent heard {name}")

    def command(self, name: str, **fields: object) -> Document:
        """A command of the MES; returns its answer."""
        command_id = uuid4().hex
        now = datetime.now(UTC)
        body = {
            "command_id": command_id,
            "issued_at": now.isoformat(),
            "expires_at": (now + timedelta(seconds=60)).isoformat(),
            "actor": "mes",
            "reason": "test",
            **fields,
        }
        self._run(self._say(f"{ROOT}/agents/{AGENT}/cmd/{name}", json.dumps(body).encode(), retain=False))

        def answered() -> bool:
            return any(answer.get("command_id") == command_id for answer in self._heard)

        self._wait(answered, f"the answer to {name}")
        return next(answer for answer in self._heard if answer.get("command_id") == command_id)

    def leave_movements_open(self) -> None:
        """From here on the MES settles no movement by itself."""
        assert self._run(ask(self.control, do="settling", verdict="none")) == {"ok": True}

    def say(self, topic: str, payload: bytes) -> None:
        """Whatever somebody says on the broker, not retained."""
        self._run(self._say(topic, payload, retain=False))

    # What people do.

    def call(self, wc: str, called: str, comment: str = "") -> None:
        """A call for help that must be accepted."""
        body = {"action": "call", "arguments": {"role": called, "comment": comment}, "actor": "OP-1"}
        reply = self._run(self.present.enter({"client_id": uuid4().hex, "wc_id": wc, **body}))
        assert reply["accepted"], reply

    def enter(
        self, wc: str, action: str, /, *, actor: str = "OP-1", role: str = "operator", **arguments: str
    ) -> Document:
        """An entry over the local API that must be accepted; returns the answer."""
        reply = self.try_to(wc, action, actor=actor, role=role, **arguments)
        assert reply["accepted"], reply
        return reply

    def try_to(
        self, wc: str, action: str, /, *, actor: str = "OP-1", role: str = "operator", **arguments: str
    ) -> Document:
        """An entry over the local API, accepted or not."""
        body = {
            "client_id": uuid4().hex,
            "wc_id": wc,
            "action": action,
            "arguments": arguments,
            "actor": actor,
            "role": role,
        }
        return self._run(self.present.enter(body))

    def scan(self, wc: str, text: str) -> Document:
        """A scan over the local API; returns the answer."""
        body = {"client_id": uuid4().hex, "wc_id": wc, "text": text}
        return self._run(self.present.scan(body))

    # What is seen.

    def view(self) -> View:
        """What the agent shows now."""
        return self._run(self.present.look())

    def center(self, wc: str) -> View:
        """What it shows of a work center."""
        return center(self.view(), wc)

    def until(self, met: Callable[[View], bool], what: str, within: float = PATIENCE_S) -> View:
        """The first view of which this is true."""
        try:
            return self._run(asyncio.wait_for(self.present.until(met), within))
        except TimeoutError:
            raise AssertionError(f"not within {within} s: {what}; the agent said {self.agent.last_words()}") from None

    def until_center(self, wc: str, met: Callable[[View], bool], what: str, within: float = PATIENCE_S) -> View:
        """The first view of a work center of which this is true."""
        return center(self.until(lambda view: met(center(view, wc)), what, within), wc)

    def until_plant(self, seconds: float) -> None:
        """Wait until so many plant seconds after the day began."""
        self._run(self.clock.sleep_until(self.clock.plant(seconds)))

    # What the MES has.

    def events(self, *types: str, **keys: str | None) -> list[Document]:
        """Whole events in the MES's table, in the order of their sequence, of these types and with these keys."""
        if not self.store.exists():
            return []
        with closing(sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT type, payload FROM events ORDER BY epoch, sequence").fetchall()
        found = [json.loads(payload) for type_, payload in rows if not types or type_ in types]
        return [one for one in found if all(one["data"]["keys"].get(key) == value for key, value in keys.items())]

    def mes(self, *types: str, **keys: str | None) -> list[Document]:
        """The data of such events."""
        return [event["data"] for event in self.events(*types, **keys)]

    def wait(self, met: Callable[[], bool], what: str, within: float = PATIENCE_S) -> None:
        """Wait until this is true of what the MES has."""
        self._wait(met, what, within)

    def delay(self, event: Document) -> float:
        """Real seconds from the instant when a fact was on the agent's disk until the MES had it."""
        with closing(sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True)) as connection:
            (received,) = connection.execute("SELECT received_at FROM events WHERE id = ?", (event["id"],)).fetchone()
        recorded = self.clock.real(datetime.fromisoformat(event["recordedtime"]))
        return float(received - recorded.timestamp())

    def delivered(self) -> None:
        """Wait until the MES has confirmed all there is."""
        self._wait(lambda: self.view()["uplink"]["waiting"] == 0, "everything is delivered")

    def one(self, type_: str, **keys: str | None) -> Document:
        """The only fact of this type with these keys, waited for."""
        self._wait(lambda: bool(self.mes(type_, **keys)), f"{type_} with {keys} at the MES")
        found = self.mes(type_, **keys)
        assert len(found) == 1, found
        return found[0]

    def sequences(self) -> list[int]:
        """All sequences that the MES has."""
        return sorted(int(event["sequence"]) for event in self.events())

    # What goes wrong.

    def kill_agent(self) -> None:
        """As a power cut would."""
        self._run(self.agent.kill())
        self.present.forget()

    def stop_agent(self) -> None:
        """In order."""
        self._run(self.agent.stop())
        self.present.forget()

    def reconfigure(self, **changed: Any) -> None:  # noqa: ANN401 - fields of `Made`
        """Change the configuration, and start the agent anew with it."""
        self.made = replace(self.made, **changed)
        self.stop_agent()
        self.config.write_text(toml(self), encoding="utf-8")
        self.start_agent()

    def start_agent(self) -> None:
        """Again."""
        self._run(self.agent.start())
        self.until(lambda _: True, "the agent is back")

    def stop_mes(self) -> None:
        """It is away, the broker is not; its tables stay."""
        self._run(self.mes_process.stop())

    def start_mes(self) -> None:
        """Again, with what it had."""
        self._run(self.mes_process.start())

    def stop_broker(self) -> None:
        """Take it away."""
        self._run(self.broker.stop())

    def kill_broker(self) -> None:
        """As a power cut would; returns when the MES's hand here has noticed."""
        self._run(self.broker.kill())
        self._wait(lambda: not self._link.done(), "the hand has lost its broker")

    def acknowledge(self, through: int, *rejected: Document) -> None:
        """An acknowledgement in the MES's place."""
        said = {"epoch": self.view()["epoch"], "through": through, "rejected": rejected}
        self._run(self._say(f"{ROOT}/agents/{AGENT}/ack", json.dumps(said).encode(), retain=False))

    def start_broker(self) -> None:
        """Bring it back; the MES connects again by itself."""
        self._run(self.broker.start())

    async def _say(self, topic: str, payload: bytes, *, retain: bool) -> None:
        (await self._link).publish(topic, payload, retain=retain)

    async def hear(self) -> None:
        """Speak and hear in the MES's place, for ever: objects and commands go out, answers come in."""
        while True:
            try:
                async with connected(Address(self.broker.host, self.broker.port), "mes-hand") as link:
                    await self._hear(link)
            except* LinkLostError:
                self._link = self._loop.create_future()
                await asyncio.sleep(0.2)

    async def _hear(self, link: Link) -> None:
        async with Background({"breathe": link.breathe(), "ask": self._ask(link)}):
            while True:
                gathered = await link.receive()
                self._heard += [json.loads(one.payload) for one in gathered if one.topic.endswith("/res")]
                link.settle(gathered)

    async def _ask(self, link: Link) -> None:
        await link.subscribe([f"{ROOT}/agents/{AGENT}/res"])
        self._link.set_result(link)

    def _wait(self, met: Callable[[], bool], what: str, within: float = PATIENCE_S) -> None:
        end = time.monotonic() + within
        while not met():
            assert time.monotonic() < end, f"not within {within} s: {what}; the agent said {self.agent.last_words()}"
            time.sleep(0.05)

    def _run(self, awaited: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(awaited, self._loop).result(PATIENCE_S * 4)


@contextmanager
def a_day(made: Made, folder: Path, prepare: Callable[[Floor], None]) -> Iterator[Floor]:
    """A running plant whose day begins when everything is prepared; a busy PC gets more time for it.

    Args:
        made: what it is built of.
        folder: for its files.
        prepare: what is done before the day begins.
    """
    *leads, last = LEADS_S
    for number, lead_s in enumerate(leads):
        with a_floor(replace(made, lead_s=lead_s), _sub(folder, number)) as floor:
            prepare(floor)
            if floor.clock.elapsed() < 0:
                yield floor
                return
    with a_floor(replace(made, lead_s=last), _sub(folder, len(leads))) as floor:
        prepare(floor)
        assert floor.clock.elapsed() < 0, "this PC is too busy: the day began before everything was prepared"
        yield floor


def _sub(folder: Path, number: int) -> Path:
    made = folder / str(number)
    made.mkdir()
    return made


@contextmanager
def a_floor(made: Made, folder: Path) -> Iterator[Floor]:
    """A running plant."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="floor", daemon=True)
    thread.start()
    stack = AsyncExitStack()
    floor = Floor(made, folder, loop)
    try:
        try:
            asyncio.run_coroutine_threadsafe(_build(floor, stack), loop).result(PATIENCE_S * 2)
        except TimeoutError:
            raise AssertionError(f"the plant does not start; the agent said {floor.agent.last_words()}") from None
        yield floor
    finally:
        asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result(PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _build(floor: Floor, stack: AsyncExitStack) -> None:
    made, folder = floor.made, floor.folder
    floor.broker = await stack.enter_async_context(Broker(folder=folder / "broker", kind="mosquitto"))
    where = ("--host", floor.broker.host, "--port", str(floor.broker.port), "--enterprise", ENTERPRISE, "--site", SITE)
    plan = folder / "plan.json"
    plan.write_text("{}", encoding="utf-8")
    files = ("--store", str(floor.store), "--plan", str(plan), "--control", str(floor.control))
    arguments = ("simulate", "mes", *files, *where)
    floor.mes_process = Supervised("the MES", arguments, folder / "mes.log", announces=True)
    await stack.enter_async_context(floor.mes_process)
    log = stack.enter_context(TruthLog(folder / "truth.jsonl", floor.clock))
    if made.scripts:
        days = [Day(script) for script in (*made.scripts, *made.unwatched)]
        url = (await stack.enter_async_context(OpcUaSimulator(days, floor.clock, log))).url
        floor.read += [_machine(script, made, _opcua(script, url)) for script in made.scripts]
    for script in made.polled:
        port = (await stack.enter_async_context(ModbusSimulator(Day(script), floor.clock, log))).port
        floor.read.append(_machine(script, made, _modbus(script, port)))
    floor.config.write_text(toml(floor), encoding="utf-8")
    floor.agent = Supervised("the agent", ("run", "-c", str(floor.config)), folder / "agent.log", announces=False)
    floor.present = await stack.enter_async_context(Present(folder / "agent.sock"))
    await stack.enter_async_context(floor.agent)
    jobs = [asyncio.create_task(floor.present.follow()), asyncio.create_task(floor.hear())]
    stack.push_async_callback(_ended, jobs)
    async with asyncio.timeout(PATIENCE_S):
        await floor.present.until(lambda view: view["uplink"]["state"] in {"online", "sending"})
        watched = [script.wc_id for script in (*made.scripts, *made.polled)]
        await floor.present.until(lambda view: all(center(view, wc)["link_up"] for wc in watched))


async def _ended(jobs: list[asyncio.Task[None]]) -> None:
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)


def toml(floor: Floor) -> str:
    """The agent's configuration."""
    made, clock, folder = floor.made, floor.clock, floor.folder
    speed = clock.speed
    agent = {"enterprise": ENTERPRISE, "site": SITE, "area": AREA, "id": AGENT, "tick_s": speed / 10}
    agent |= {"data": str(folder / "journal"), "socket": str(folder / "agent.sock")}
    times = {"speed": speed, "real_start": clock.real_start, "plant_start": clock.plant_start}
    mes = {"host": floor.broker.host, "port": floor.broker.port, "reconnect_max_s": 1.0, "ack_timeout_s": 3.0}
    document: Document = {"agent": agent, "mes": mes, "simulation": times, "codes": {"rescan_ms": 0}}
    document["machine"] = [*floor.read, *made.machines]
    return "".join(f"{key} = {_value(value)}\n" for key, value in _merged(document, made.beside).items())


def _value(value: object) -> str:
    """As TOML writes it on one line."""
    match value:
        case dict():
            return "{ " + ", ".join(f"{json.dumps(key)} = {_value(one)}" for key, one in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(_value(one) for one in value) + "]"
        case str() | bool():
            return json.dumps(value, ensure_ascii=False)
        case datetime():
            return value.isoformat()
        case _:
            return repr(value)


def _merged(one: Document, other: Document) -> Document:
    """Both, the tables of both together."""
    both = {key: _merged(one[key], other[key]) for key in one.keys() & other.keys() if isinstance(one[key], dict)}
    return {**one, **other, **both}


def _machine(script: Script, made: Made, read: Document) -> Document:
    # What is about the network takes real time however fast the plant runs.
    speed = made.speed
    stop = {"comm_timeout_s": 2.0 * speed, "skew_max_s": max(5.0, speed), "reorder_s": max(0.25, 0.1 * speed)}
    machine: Document = {
        "work_center": script.wc_id,
        "condition": {"setup_modes": [4]},
        "stop": stop,
        "output": {"cycle_s": script.cycle_s, "flush_s": 10.0},
        **read,
    }
    return _merged(machine, made.of_machine)


def _opcua(script: Script, url: str) -> Document:
    nodes = {"packml_state": "Status.StateCurrent", "mode": "Status.UnitModeCurrent"}
    nodes |= {"starved": "Status.EquipmentStarved", "blocked": "Status.EquipmentBlocked"}
    nodes |= {"total": "Admin.ProdProcessedCount.AccCount", "scrap": "Admin.ProdDefectiveCount.AccCount"}
    nodes |= {"alarm": "Admin.AlarmCode", "heartbeat": "Admin.Heartbeat", "boot": "Admin.BootId"}
    signals = [
        {"key": role, "role": role, "node": f"nsu={NAMESPACE};s={script.wc_id}.{path}", **_counter(script, role)}
        for role, path in nodes.items()
    ]
    return {"opcua": {"endpoint": url, "publishing_ms": 20, "sampling_ms": 20}, "signal": signals}


def _modbus(script: Script, port: int) -> Document:
    registers = {"total": (0, "uint32"), "scrap": (2, "uint16"), "alarm": (3, "uint16"), "mode": (4, "uint16")}
    registers |= {"heartbeat": (5, "uint16"), "boot": (6, "uint16")}
    signals: list[Document] = [
        {"key": role, "role": role, "table": "input", "address": address, "type": kind, **_counter(script, role)}
        for role, (address, kind) in registers.items()
    ]
    signals += [
        {"key": role, "role": role, "table": "discrete", "address": address, "type": "bit"}
        for address, role in enumerate(("run", "fault", "starved", "blocked"))
    ]
    return {"modbus": {"host": "127.0.0.1", "port": port, "poll_ms": 20}, "signal": signals}


def _counter(script: Script, role: str) -> Document:
    counters = {"total": script.total, "scrap": script.scrap}
    return {"counter": {"modulus": counters[role].modulus}} if role in counters else {}

"""A whole simulated plant around one real agent, built for one run and taken away with it."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from simulators.background import Background
from simulators.broker import HOST, Broker
from simulators.clock import Clock
from simulators.demo.configuration import ENTERPRISE, FILL, PRESS, Endpoints, configuration
from simulators.demo.hold_ups import HoldUps
from simulators.demo.operator import Operator, Worker
from simulators.demo.present import Present
from simulators.demo.processes import Supervised
from simulators.demo.progress import Progress
from simulators.demo.records import OperatorLog, SupervisorLog
from simulators.demo.supervisor import Supervisor
from simulators.faults.relay import Relay
from simulators.mes.credentials import DEMO_KEY
from simulators.mes.demo_plan import FILLER_OPERATOR, PRESS_OPERATOR
from simulators.mes.link import Address
from simulators.scanner import ScannerSimulator
from simulators.truth import TruthLog

PLANT_START = datetime(2027, 1, 15, 6, 0, tzinfo=UTC)
"""The early shift begins."""
LEADS_S = (7.0, 15.0, 40.0)
"""Real seconds in which line and agent must be up before the day begins; on a busy PC it is tried with more."""
JOURNAL = "journal"
_MADE = ("truth.jsonl", "mes.sqlite*", JOURNAL, "broker", "agent.sock", "reader", "site-key")
"""What a plant leaves in its folder and the next one would go on with."""
_ALL_FACTS = "100000"


class TooSlowError(Exception):
    """The agent did not watch both machines before the day began, so its counts cannot be judged."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be chosen for a run."""

    folder: Path
    """Everything is kept here; it exists."""
    speed: float
    """Plant seconds per real second."""
    kind: Literal["auto", "mosquitto", "embedded"] = "auto"
    """Broker to start."""
    broker: Address | None = None
    """A broker to use instead of starting one."""
    leads_s: tuple[float, ...] = LEADS_S
    """Real seconds for starting, attempt by attempt."""
    prepare: Callable[[Path], None] | None = None
    """Done with the journal's folder before the agent is first started."""


@dataclass(frozen=True, slots=True)
class Cables:
    """The cables from the agent to the two controllers."""

    opcua: Relay
    modbus: Relay
    truth: TruthLog

    async def pull(self, real_s: float) -> None:
        """Nothing gets through for so many real seconds."""
        self._say("controller_away")
        for cable in (self.opcua, self.modbus):
            await cable.cut()
        await asyncio.sleep(real_s)
        for cable in (self.opcua, self.modbus):
            await cable.mend()
        self._say("controller_back")

    def _say(self, event: str) -> None:
        for wc in (FILL, PRESS):
            self.truth.say(wc, event)


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant at work."""

    clock: Clock
    config: Path
    truth: Path
    store: Path
    socket: Path
    supervisor: Supervisor
    present: Present
    operators: dict[str, Operator]
    progress: Progress
    cables: Cables
    hold_ups: HoldUps

    @property
    def journal(self) -> Path:
        """The folder of the agent's journal."""
        return self.store.with_name(JOURNAL)

    async def pull_cables(self, real_s: float) -> None:
        """No controller can be reached for so many real seconds."""
        self.progress.say("the cables to both controllers are pulled out")
        await self.cables.pull(real_s)

    @property
    def done(self) -> OperatorLog:
        """What all operators did."""
        return OperatorLog(tuple(act for operator in self.operators.values() for act in operator.log.acts))

    async def end(self) -> SupervisorLog:
        """Stop the agent; what it had to say is at the MES then."""
        return replace(await self.supervisor.end(), held_up=self.hold_ups.spans)

    async def sent(self) -> dict[str, int]:
        """How many facts of each type the agent's journal holds, by its own command, whether it runs or not."""
        command = (sys.executable, "-P", "-m", "agent", "facts", "-c", str(self.config), "--json", "--last", _ALL_FACTS)
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
        out, _ = await process.communicate()
        counts: dict[str, int] = {}
        before = (self.clock.plant_start - timedelta(days=1)).isoformat()
        for line in out.splitlines():
            fact = json.loads(line)
            # A journal may have a past that this run knows nothing of.
            if fact["time"] > before:
                counts[fact["type"]] = counts.get(fact["type"], 0) + 1
        return counts


@asynccontextmanager
async def plant(choice: Choice, progress: Progress) -> AsyncIterator[Plant]:
    """Build a plant whose day begins as soon as everything watches.

    Raises:
        BrokerUnavailableError: no broker can be started.
        NotStartedError: one of the processes did not get ready.
        TooSlowError: this PC is too busy for a fair run.
    """
    async with AsyncExitStack() as stack:
        yield await _patiently(stack, choice, progress)


async def _patiently(stack: AsyncExitStack, choice: Choice, progress: Progress) -> Plant:
    *tried_first, last = choice.leads_s
    for lead_s in tried_first:
        try:
            return await stack.enter_async_context(_plant(choice, progress, lead_s))
        except TooSlowError:
            progress.begin(None)
            progress.say("this PC is busy: all begins anew, with more time to start")
            await asyncio.to_thread(_clear, choice.folder)
    return await stack.enter_async_context(_plant(choice, progress, last))


def _clear(folder: Path) -> None:
    for pattern in _MADE:
        for made in folder.glob(pattern):
            shutil.rmtree(made) if made.is_dir() else made.unlink()


@asynccontextmanager
async def _plant(choice: Choice, progress: Progress, lead_s: float) -> AsyncIterator[Plant]:
    folder = choice.folder
    truth, store, config, reader = (folder / name for name in ("truth.jsonl", "mes.sqlite", "lineside.toml", "reader"))
    # What earlier runs left on somebody else's broker must not be taken for this one's.
    site = "plant1" if choice.broker is None else f"demo-{secrets.token_hex(3)}"
    async with AsyncExitStack() as stack:
        broker, address, described = await _broker(choice, stack)
        progress.say(described)
        if choice.prepare is not None:
            await asyncio.to_thread(choice.prepare, folder / JOURNAL)
        mes = Supervised("the MES", mes_arguments(store, address, site), folder / "mes.log", announces=True)
        await stack.enter_async_context(mes)
        opcua_port, modbus_port = free_ports()
        opcua, modbus = [await stack.enter_async_context(Relay(port)) for port in (opcua_port, modbus_port)]
        clock = Clock(datetime.now(UTC) + timedelta(seconds=lead_s), PLANT_START, choice.speed)
        progress.begin(clock)
        log = stack.enter_context(TruthLog(truth, clock))
        scanner = await stack.enter_async_context(ScannerSimulator(reader, FILL, log))
        line = Supervised(
            "the line", line_arguments(truth, clock, opcua_port, modbus_port), folder / "line.log", announces=True
        )
        at = Endpoints(opcua.port, modbus.port, address, reader, folder)
        config.write_text(configuration(site, clock, at), encoding="utf-8")
        at.key.touch(mode=0o600)
        at.key.write_text(DEMO_KEY, encoding="utf-8")
        agent = Supervised("the agent", ("run", "-c", str(config)), folder / "agent.log", announces=False)
        present = await stack.enter_async_context(Present(at.socket))
        # The agent is not waited for: it looks for the machines until they are there.
        await stack.enter_async_context(agent)
        await stack.enter_async_context(line)
        cables = Cables(opcua, modbus, log)
        hold_ups = HoldUps(clock, lambda: [one.pid for one in (agent, line) if one.pid is not None])
        supervisor = Supervisor(agent, broker, present, clock, progress)
        operators = {
            FILL: Operator(Worker(FILL, FILLER_OPERATOR), present, clock, progress, scanner),
            PRESS: Operator(Worker(PRESS, PRESS_OPERATOR), present, clock, progress),
        }
        built = Plant(
            clock, config, truth, store, at.socket, supervisor, present, operators, progress, cables, hold_ups
        )
        jobs = {f"demo.watch.{wc}": supervisor.watch(wc) for wc in operators} | {"demo.hold-ups": hold_ups.run()}
        async with Background({"demo.present": present.follow(), **jobs}):
            await _all_watched(built, agent)
            yield built


async def _all_watched(built: Plant, agent: Supervised) -> None:
    try:
        async with asyncio.timeout(-built.clock.elapsed() / built.clock.speed):
            await built.present.until(lambda view: all(center["link_up"] for center in view["work_centers"]))
    except TimeoutError:
        said = agent.last_words()
        raise TooSlowError(
            f"The agent did not watch both machines before the day began; it said: {said}. "
            "Is this PC busy? Try again when it is not."
        ) from None


async def _broker(choice: Choice, stack: AsyncExitStack) -> tuple[Broker | None, Address, str]:
    if choice.broker is not None:
        given = choice.broker
        return None, given, f"The broker at {given.host}:{given.port}, MQTT {given.protocol}; it is not stopped."
    broker = await stack.enter_async_context(Broker(folder=choice.folder / "broker", kind=choice.kind))
    described = broker.describe()
    if broker.kind == "embedded":
        described += " Install Mosquitto for MQTT 5."
    return broker, Address(broker.host, broker.port, broker.protocol), described


def mes_arguments(store: Path, broker: Address, site: str) -> tuple[str, ...]:
    """The command line of a central MES."""
    where = ("--host", broker.host, "--port", str(broker.port), "--protocol", broker.protocol)
    return ("simulate", "mes", "--store", str(store), *where, "--enterprise", ENTERPRISE, "--site", site)


def free_ports() -> tuple[int, int]:
    """Two ports that nobody listens at; held together, lest one be given twice."""
    with socket.create_server((HOST, 0)) as one, socket.create_server((HOST, 0)) as two:
        return int(one.getsockname()[1]), int(two.getsockname()[1])


def line_arguments(truth: Path, clock: Clock, opcua_port: int, modbus_port: int) -> tuple[str, ...]:
    """The command line of both machines."""
    ports = ("--opcua-port", str(opcua_port), "--modbus-port", str(modbus_port))
    form = "%Y-%m-%dT%H:%M:%S.%f%z"
    times = ("--real-start", clock.real_start.strftime(form), "--plant-start", clock.plant_start.strftime(form))
    return ("simulate", "line", "--truth", str(truth), *ports, "--speed", repr(clock.speed), *times)

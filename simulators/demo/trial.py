"""A plant to try the terminal with: real time, no script for its people, and nothing is kept."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import tempfile
import termios
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulators.background import Background
from simulators.broker import Broker, BrokerUnavailableError
from simulators.clock import Clock
from simulators.demo.configuration import FILL, PRESS, Endpoints, House, configuration
from simulators.demo.plant import free_ports, line_arguments, mes_arguments
from simulators.demo.present import Present, View
from simulators.demo.processes import NotStartedError, Supervised
from simulators.demo.progress import Progress
from simulators.demo.terminal import RESET
from simulators.demo.trial_plan import KEY_FILE, trial_plan
from simulators.mes.credentials import DEMO_KEY
from simulators.mes.link import Address
from simulators.tether import tethered

TerminalCommand = Callable[[Path], Sequence[str]]
"""The command line of a terminal, of the path of the agent's configuration."""

READY_S = 40.0
RESTART_S = 2.0
"""As the service manager waits before it starts an agent again."""
LEAVE_S = 3.0
SAMPLING_MS = {FILL: 100, PRESS: 100}
MINOR_STOP_S = 15.0
"""So that a stop soon asks why."""
_SHIFT_H = 8


def try_out(terminal: TerminalCommand) -> int:
    """Build the plant, run a terminal before it and take everything away when that ends; the exit code."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write("lineside tui --demo: this is no terminal. Run it in one; `lineside demo` plays without.\n")
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="lineside-trial-") as folder:
            return asyncio.run(_try_out(Path(folder), terminal))
    except (BrokerUnavailableError, NotStartedError) as error:
        sys.stderr.write(f"lineside tui --demo: {error}\n")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


async def _try_out(folder: Path, terminal: TerminalCommand) -> int:
    trying = asyncio.current_task()
    assert trying is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        # As Ctrl+C does, so that nothing is left behind.
        asyncio.get_running_loop().add_signal_handler(number, trying.cancel)
    async with _plant(folder, Progress(sys.stdout)) as config:
        return await _operate(terminal(config))


@asynccontextmanager
async def _plant(folder: Path, progress: Progress) -> AsyncIterator[Path]:
    """Everything around the terminal; the agent's configuration."""
    async with AsyncExitStack() as stack:
        progress.say("1/3  broker")
        broker = await stack.enter_async_context(Broker(folder=folder / "broker"))
        clock = Clock.starting()
        opcua_port, modbus_port = free_ports()
        address = Address(broker.host, broker.port, broker.protocol)
        at = Endpoints(opcua_port, modbus_port, address, None, folder)
        config = _write(at, clock)
        mes_options = (*mes_arguments(folder / "mes.sqlite", address, "plant1"), "--plan", str(folder / "plan.json"))
        mes = Supervised("the MES", mes_options, folder / "mes.log", announces=True)
        line_options = (*line_arguments(folder / "truth.jsonl", clock, opcua_port, modbus_port), "--day", "trial")
        line = Supervised("the line", line_options, folder / "line.log", announces=True)
        agent = Supervised("the agent", ("run", "-c", str(config)), folder / "agent.log", announces=False)
        progress.say("2/3  two machines, the MES and the agent")
        for one in (mes, line, agent):
            # Nothing of it is kept, so nobody needs time to say goodbye.
            stack.push_async_callback(one.kill)
        await _start(mes, line, agent)
        progress.say("3/3  orders, people and machines at the agent")
        present = await stack.enter_async_context(Present(at.socket))
        async with Background({"trial.present": present.follow()}):
            await _ready(present, agent)
        async with Background({"trial.agent": _keep_running(agent)}):
            yield config


def _write(at: Endpoints, clock: Clock) -> Path:
    zone = _time_zone()
    hour = clock.now().astimezone(ZoneInfo(zone)).hour
    hours = [f"{(hour + _SHIFT_H * number) % 24:02}:00" for number in range(4)]
    shifts = tuple((str(number + 1), hours[number], hours[number + 1]) for number in range(3))
    house = House(zone, shifts, 1.0, SAMPLING_MS, MINOR_STOP_S, "required", ("supervisor",))
    config = at.folder / "lineside.toml"
    config.write_text(configuration("plant1", clock, at, house), encoding="utf-8")
    key = at.folder / KEY_FILE
    key.touch(mode=0o600)
    key.write_text(DEMO_KEY, encoding="utf-8")
    (at.folder / "plan.json").write_text(json.dumps(trial_plan(clock.now())), encoding="utf-8")
    return config


def _time_zone() -> str:
    """This PC's, so that the terminal's clock is the one on the wall."""
    name = datetime.now(UTC).astimezone().tzname() or ""
    linked = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")[2]
    for zone in (linked, name):
        with suppress(ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(zone).key
    return "UTC"


async def _start(*all_of_it: Supervised) -> None:
    try:
        async with asyncio.TaskGroup() as starting:
            for one in all_of_it:
                starting.create_task(one.start(), name=f"trial.start.{one.name}")
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None


async def _ready(present: Present, agent: Supervised) -> None:
    def at_work(view: View) -> bool:
        return bool(view["reasons"]) and all(center["link_up"] and center["orders"] for center in view["work_centers"])

    try:
        async with asyncio.timeout(READY_S):
            await present.until(at_work)
    except TimeoutError:
        raise NotStartedError(
            f"the agent has not got machines and orders within {READY_S:g} s; it said: {agent.last_words()}"
        ) from None


async def _keep_running(agent: Supervised) -> None:
    """An agent that somebody kills, to see what the terminal does, is back as soon as in a plant."""
    while True:
        await agent.wait()
        await asyncio.sleep(RESTART_S)
        await agent.start()


async def _operate(command: Sequence[str]) -> int:
    """Run a terminal in the foreground; whatever ends it, the screen is left as it was found."""
    with _screen_as_it_was():
        process = await asyncio.create_subprocess_exec(*tethered(*command))
        try:
            return await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LEAVE_S):
                        await process.wait()
            if process.returncode is None:
                process.kill()
                await process.wait()


@contextmanager
def _screen_as_it_was() -> Iterator[None]:
    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        # The terminal may be what has gone.
        with suppress(OSError, termios.error):
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
            sys.stdout.write(RESET)
            sys.stdout.flush()

"""Plays the demonstration, gives its verdict, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from rich.console import Console

from simulators.broker import BrokerUnavailableError
from simulators.demo.checks import Check
from simulators.demo.configuration import FLUSH_S, SAMPLING_MS, TICK_REAL_S
from simulators.demo.evidence import Evidence, read_outputs, without_past
from simulators.demo.plant import Choice, Plant, TooSlowError, plant
from simulators.demo.processes import NotStartedError
from simulators.demo.progress import Progress
from simulators.demo.records import SupervisorLog
from simulators.demo.scenario import DEMO, Scenario, perform
from simulators.demo.tables import print_result
from simulators.demo.terminal import WORDS, Terminal
from simulators.demo.tolerances import Tolerances
from simulators.demo.verdict import judge
from simulators.mes.demo_plan import DEMO_PLAN
from simulators.mes.link import Address
from simulators.mes.report import read_report
from simulators.truth import read_truth

Kind = Literal["auto", "mosquitto", "embedded"]
PORT = 1883
NARROWEST = 100
"""Columns that the tables need."""


def play(*, headless: bool, broker: str | None, kind: Kind, folder: Path | None) -> int:
    """Play the whole demonstration; the exit code is 0 only if everything agrees.

    Args:
        headless: Plain progress; else the operator's terminal in the foreground, where there is a terminal.
        broker: `host:port` of a broker to use, MQTT 5, instead of starting one.
        kind: What to start where none is given.
        folder: Where everything is kept; without it nothing is.
    """
    console = Console()
    if console.width < NARROWEST:
        console = Console(width=NARROWEST)
    try:
        with _place(folder) as place:
            choice = Choice(place, DEMO.speed, kind, _address(broker))
            evidence, checks = asyncio.run(_run(DEMO, choice, with_terminal=not headless and sys.stdout.isatty()))
            print_result(evidence, checks, console)
    except (BrokerUnavailableError, NotStartedError, TooSlowError, ValueError) as error:
        sys.stderr.write(f"lineside demo: {error}\n")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.stderr.write("lineside demo: broken off; there is no verdict.\n")
        return 130
    return 0 if all(check.ok for check in checks) else 1


async def run(scenario: Scenario, choice: Choice, progress: Progress) -> tuple[Evidence, list[Check]]:
    """Play any scenario without a terminal; what was found and what is to be said of it.

    Raises:
        BrokerUnavailableError: no broker can be started.
        NotStartedError: one of the processes did not get ready.
        TooSlowError: this machine is too busy for a fair run.
    """
    async with plant(choice, progress) as built:
        await perform(scenario, built)
        return await _finish(built)


async def _run(scenario: Scenario, choice: Choice, *, with_terminal: bool) -> tuple[Evidence, list[Check]]:
    playing = asyncio.current_task()
    assert playing is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        # As Ctrl+C does, so that nothing is left behind.
        asyncio.get_running_loop().add_signal_handler(number, playing.cancel)
    if not with_terminal:
        return await run(scenario, choice, Progress(sys.stdout))
    progress = Progress(sys.stdout)
    progress.say(WORDS)
    with (choice.folder / "progress.txt").open("w", encoding="utf-8") as file:
        async with plant(choice, progress) as built:
            async with Terminal(built.socket, built.store, progress, file):
                await perform(scenario, built)
            return await _finish(built)


async def _finish(built: Plant) -> tuple[Evidence, list[Check]]:
    notes = await built.end()
    built.progress.say("the agent was stopped; its journal is held against the MES")
    evidence = await _gather(built, notes)
    return evidence, judge(evidence)


async def _gather(built: Plant, notes: SupervisorLog) -> Evidence:
    watched = notes.watched.values()
    period = max(span.start for span in watched), min(span.end for span in watched)
    speed = built.clock.speed
    return Evidence(
        truth=list(read_truth(built.truth)),
        supervisor=notes,
        operators=built.done,
        report=without_past(read_report(built.store, DEMO_PLAN, period), built.store, built.clock.plant_start),
        outputs=read_outputs(built.store),
        sent=await built.sent(),
        tolerances=Tolerances(speed, SAMPLING_MS, TICK_REAL_S * speed, FLUSH_S),
    )


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="lineside-demo-") as temporary:
            yield Path(temporary)
        return
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"the folder '{folder}' is not empty; expected a new one, as each run begins a journal")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


def _address(broker: str | None) -> Address | None:
    if broker is None:
        return None
    host, colon, port = broker.rpartition(":")
    if not colon:
        host, port = broker, str(PORT)
    if not host or not port.isdigit() or not 0 < int(port) < 2**16:
        raise ValueError(f"the broker is '{broker}'; expected host:port, such as 127.0.0.1:{PORT}")
    return Address(host, int(port))

"""`python -m tests.bench [SUBJECT ...] [--large]`: measure, say so, and write `build/bench.json`.

Nothing here fails for being slow: a figure that misses its target says so and is followed up by people.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agent import collector
from tests.bench import (
    dependencies,
    drain,
    footprint,
    journal,
    latency,
    machine,
    modbus,
    recovery,
    scans,
    signals,
    startup,
    telemetry,
    terminal,
    throughput,
)
from tests.bench.measurement import Bench, Benchmark, Measurement

BUILD = Path(__file__).parents[2] / "build"
SUBJECTS: dict[str, Sequence[Benchmark]] = {
    "latency": latency.BENCHMARKS,
    "scans": scans.BENCHMARKS,
    "throughput": throughput.BENCHMARKS,
    "telemetry": telemetry.BENCHMARKS,
    "signals": signals.BENCHMARKS,
    "drain": drain.BENCHMARKS,
    "journal": journal.BENCHMARKS,
    "startup": startup.BENCHMARKS,
    "footprint": footprint.BENCHMARKS,
    "recovery": recovery.BENCHMARKS,
    "modbus": modbus.BENCHMARKS,
    "terminal": terminal.BENCHMARKS,
    "dependencies": dependencies.BENCHMARKS,
}
FIELDS = ("name", "value", "unit", "target", "met")
CONSOLE = Console()


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Figures against the design's targets.")
    parser.add_argument("subject", nargs="*", metavar="SUBJECT", help=f"{', '.join(SUBJECTS)}; all of them")
    parser.add_argument("--large", action="store_true", help="5,000,000 facts waiting instead of 1,000,000")
    arguments = parser.parse_args()
    if unknown := set(arguments.subject) - SUBJECTS.keys():
        parser.error(f"there is no subject {', '.join(unknown)}; expected some of {', '.join(SUBJECTS)}")
    described = machine.describe()
    folder = BUILD / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    found: list[Measurement] = []
    began = time.monotonic()
    # Parts of the agent that are measured in this process run as they do in the agent's own.
    collector.settle()
    # Outages are made on purpose here; what the agent says of them is no news.
    logging.getLogger("agent").addHandler(logging.NullHandler())
    bench = Bench(folder, arguments.large, lambda what: CONSOLE.print(f"[dim]{what} …[/]"))
    try:
        for subject in arguments.subject or SUBJECTS:
            asyncio.run(_measure(subject, bench, found))
    finally:
        shutil.rmtree(folder)
        # Also of a run that was broken off: what was measured stays true.
        _report(found, described, time.monotonic() - began)


async def _measure(subject: str, bench: Bench, found: list[Measurement]) -> None:
    for benchmark in SUBJECTS[subject]:
        bench.say(f"{subject}: {benchmark.__name__.replace('_', ' ')}")
        async for measurement in benchmark(bench):
            found.append(measurement)
            CONSOLE.print(f"  {measurement.name}: {_figure(measurement)}", highlight=False)


def _report(found: Sequence[Measurement], described: dict[str, str], seconds: float) -> None:
    table = Table(title="Benchmarks", title_justify="left", expand=True)
    table.add_column("what", ratio=4)
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("target", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("included", ratio=4, style="dim")
    for one in found:
        verdict = {True: "[green]met[/]", False: "[bold red]missed[/]", None: ""}[one.met]
        table.add_row(one.name, _figure(one), one.target or "", verdict, one.note)
    CONSOLE.print()
    CONSOLE.print("\n".join(f"{name}: {value}" for name, value in described.items()), highlight=False)
    CONSOLE.print("load average at the end: " + " ".join(f"{load:.2f}" for load in os.getloadavg()), highlight=False)
    CONSOLE.print(table)
    path = BUILD / "bench.json"
    rows = [{field: row[field] for field in FIELDS} for row in map(asdict, found)]
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    CONSOLE.print(f"{len(found)} figures in {seconds:.0f} s; for machines: {path.relative_to(BUILD.parent)}")


def _figure(one: Measurement) -> str:
    digits = 0 if abs(one.value) >= 1000 else 1 if abs(one.value) >= 100 else 2
    return f"{one.value:,.{digits}f} {one.unit}"


if __name__ == "__main__":
    main()

"""What each direct dependency costs: time to import it, and memory that it then holds while nothing happens.

Each is imported alone by a fresh interpreter, so that what several need (asyncio, typing-extensions) is counted with
each of them: figures may be compared, not added up. Time is that of the processor, with files in the cache, so that it
says the same beside other work.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import AsyncIterator
from typing import Final

from tests.bench.measurement import Bench, Measurement

RUNS: Final = 7
IMPORTED: Final = {
    "aiohttp": "aiohttp.web",
    "amqtt": "amqtt.broker",
    "asyncua": "asyncua",
    "biip": "biip",
    "cryptography": "cryptography.x509",
    "orjson": "orjson",
    "paho-mqtt": "paho.mqtt.client",
    "pydantic": "pydantic.main",
    "pymodbus": "pymodbus.client",
    "pyserial": "serial",
    "python-barcode": "barcode",
    "python-snap7": "snap7",
    "rich": "rich.console",
    "segno": "segno",
    "tenacity": "tenacity",
    "textual": "textual.app",
    "textual-serve": "textual_serve.server",
    "typer": "typer",
}
"""Direct dependencies of a line PC, each with the module of it that the program imports."""
PROBE: Final = """
import sys, time
began = time.process_time()
{statement}
spent = time.process_time() - began
with open("/proc/self/status") as status:
    kib = next(line.split()[1] for line in status if line.startswith("VmRSS:"))
print(spent * 1e3, int(kib) / 1024)
"""


async def each(bench: Bench) -> AsyncIterator[Measurement]:
    """One dependency after the other, in an interpreter that has nothing else."""
    del bench
    _, bare = await _probed("pass")
    yield Measurement("memory of Python alone", bare, "MB RSS")
    for name, module in IMPORTED.items():
        milliseconds, memory = await _probed(f"import {module}")
        note = f"import {module}, median of {RUNS}"
        yield Measurement(f"import of {name}", milliseconds, "ms", note=note)
        yield Measurement(f"memory of {name}", memory - bare, "MB RSS", note="above Python alone")


async def _probed(statement: str) -> tuple[float, float]:
    """Milliseconds and MB, each the median of some runs; the first run, which fills caches, does not count."""
    await _once(statement)
    runs = [await _once(statement) for _ in range(RUNS)]
    return statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs)


async def _once(statement: str) -> tuple[float, float]:
    asked = (sys.executable, "-I", "-c", PROBE.format(statement=statement))
    process = await asyncio.create_subprocess_exec(*asked, stdout=asyncio.subprocess.PIPE)
    answer, _ = await process.communicate()
    milliseconds, memory = map(float, answer.split())
    return milliseconds, memory


BENCHMARKS = (each,)

"""Machines that drivers of other kinds read, and how such a driver is installed for a test."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from agent.core.machine_settings import MachineSettings, Role, SignalSettings
from agent.core.observations import SignalValue
from agent.core.sources.driver_settings import DriverSettings, Option
from tests.drivers.plants import TIMEOUT_S, Plant, ServerProcess

Observed: TypeAlias = tuple[str, str, str, str, dict[str, str]]
"""Item, category, tag, text and attributes of what an MTConnect agent observes."""
PAGE: Final = Path(__file__).parents[2] / "docs" / "drivers.md"


def blocks(language: str) -> list[str]:
    """Those of docs/drivers.md."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def install(folder: Path, name: str, program: str, target: str | None = None) -> None:
    """A distribution of one module, as an installer leaves it in a folder, which is put on the path."""
    (folder / f"{name}.py").write_text(program, encoding="utf-8")
    about = folder / f"lineside_{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: lineside-{name}\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(f"[lineside.drivers]\n{name} = {target or name}\n", encoding="utf-8")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()


def machine_of(kind: str, options: Mapping[str, Option], **at: str) -> MachineSettings:
    """With the signals `state`, `count`, `run` and `bad` at these places."""
    roles = {"state": Role.PACKML_STATE, "count": Role.TOTAL, "run": Role.RUN, "bad": Role.FAULT}
    return MachineSettings(
        work_center="WC-1",
        driver=DriverSettings(kind=kind, timeout_s=TIMEOUT_S, poll_ms=20, options=dict(options)),
        signal=tuple(SignalSettings(key=key, role=roles[key], at=place) for key, place in at.items()),
    )


def word(value: SignalValue) -> str:
    """As the meter says it."""
    if isinstance(value, bool):
        return "ON" if value else "OFF"
    return str(value)


class MeterPlant:
    """The meter of docs/drivers.md, read by the driver that the page shows."""

    bad_status = "ERR no such name"
    spoilt_status = "ERR broken"

    def __init__(self, folder: Path) -> None:
        self.server = ServerProcess("meter")
        self.absence = rf"nobody answers at 127\.0\.0\.1:{self.server.port}"
        [program] = blocks("python")
        install(folder, "flow", program)
        options: dict[str, Option] = {"host": "127.0.0.1", "port": self.server.port}
        self.machine = machine_of("flow", options, state="STATE", count="COUNT", run="RUN", bad="NONE")

    def start(self) -> None:
        self.server.start()
        self.write(state=6, count=100_000, run=True)

    def write(self, **values: SignalValue) -> None:
        self.server.tell(write={key.upper(): word(value) for key, value in values.items()})

    def spoil(self) -> None:
        self.server.tell(write={"STATE": "ERR broken"})

    def mend(self) -> None:
        self.write(state=6)


class MTConnectPlant:
    """A press behind a small agent of ours."""

    bad_status = "no such data item"
    spoilt_status = "UNAVAILABLE"

    def __init__(self) -> None:
        self.server = ServerProcess("mtconnect_agent")
        self.absence = rf"no MTConnect agent answers at http://127\.0\.0\.1:{self.server.port}.*Is the PLC on"
        options: dict[str, Option] = {"url": f"http://127.0.0.1:{self.server.port}", "device": "press"}
        self.machine = machine_of("mtconnect", options, state="st", count="pc", run="exec=ACTIVE", bad="none")

    def start(self) -> None:
        self.server.start()
        self.write(state=6, count=100_000, run=True)

    def write(self, **values: SignalValue) -> None:
        said = {"state": ("st", "Samples", "Level"), "count": ("pc", "Events", "PartCount")}
        run: Observed = ("exec", "Events", "Execution", "ACTIVE" if values.get("run") else "STOPPED", {})
        self.observe(*(run if key == "run" else (*said[key], str(value), {}) for key, value in values.items()))

    def observe(self, *those: Observed) -> None:
        """Item, category, tag, text and attributes of each."""
        self.server.tell(observe=those)

    def spoil(self) -> None:
        self.observe(("st", "Samples", "Level", "UNAVAILABLE", {}))

    def mend(self) -> None:
        self.write(state=6)


class S7Plant:
    """A controller by the server of python-snap7."""

    bad_status = "Object does not exist (0x0a)"
    spoilt_status = "Object does not exist (0x0a)"

    def __init__(self, module: str = "s7_plc") -> None:
        self.server = ServerProcess(module)
        self.absence = rf"no S7 controller answers at 127\.0\.0\.1:{self.server.port}.*Is the PLC on"
        options: dict[str, Option] = {"host": "127.0.0.1", "port": self.server.port}
        places = {"state": "DB2.DBW0:INT", "count": "DB1.DBD2:UDINT", "run": "M10.2", "bad": "DB99.DBX0.0"}
        self.machine = machine_of("s7", options, **places)

    def start(self) -> None:
        self.server.start()
        self.write(state=6, count=100_000, run=True)

    def write(self, **values: SignalValue) -> None:
        self.server.tell(write=values)

    def spoil(self) -> None:
        self.server.tell(spoil=True)

    def mend(self) -> None:
        self.write(state=6)


def s7(_: Path) -> Plant:
    return S7Plant()


def mtconnect(_: Path) -> Plant:
    return MTConnectPlant()


def the_page(folder: Path) -> Plant:
    return MeterPlant(folder)


OTHERS: Final[tuple[Callable[[Path], Plant], ...]] = (the_page, mtconnect, s7)
"""Each given a folder of its own."""

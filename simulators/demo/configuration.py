"""The configuration of the demonstration's agent, as a plant's engineer would write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from simulators.broker import HOST
from simulators.clock import Clock
from simulators.mes.link import Address
from simulators.opcua import NAMESPACE

ENTERPRISE = "demo"
AREA = "hall-1"
FILL, PRESS = "FILL-1", "PRESS-1"

SAMPLING_MS = {FILL: 20, PRESS: 25}
"""Real milliseconds between two looks at a machine."""
FLUSH_S = 10.0
"""Plant seconds in which counts are gathered into one fact."""
TICK_REAL_S = 1 / 12
"""Real seconds between two commits of a state that made no fact."""

SHIFTS = (("night", "22:00", "06:30"), ("early", "06:30", "14:30"), ("late", "14:30", "22:00"))
"""The crews change half an hour into the day, whatever the machines do then."""
EVERY_DAY = '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'

IMPATIENCE = {"ack_timeout_s": 2.0, "reconnect_max_s": 2.0}
"""Real seconds: a demonstration is over before the shipped values would have been needed twice."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where everything is found."""

    opcua_port: int
    modbus_port: int
    broker: Address
    scanner: Path | None
    """The filler's serial reader; None where there is none."""
    folder: Path
    """Where journal and socket are."""

    @property
    def opcua_url(self) -> str:
        """The filler."""
        return f"opc.tcp://{HOST}:{self.opcua_port}/lineside/"

    @property
    def key(self) -> Path:
        """The key under which badges are known."""
        return self.folder / "site-key"

    @property
    def socket(self) -> Path:
        """The agent's local API."""
        return self.folder / "agent.sock"


@dataclass(frozen=True, slots=True)
class House:
    """What one plant does otherwise than another."""

    time_zone: str = "UTC"
    shifts: tuple[tuple[str, str, str], ...] = SHIFTS
    """Name, start and end on the plant's clock."""
    tick_real_s: float = TICK_REAL_S
    sampling_ms: Mapping[str, int] = field(default_factory=lambda: SAMPLING_MS)
    """Work center to real milliseconds between two looks."""
    minor_stop_max_s: float = 120.0
    """Longest stop that needs no reason, in plant seconds."""
    sign_on: str = "optional"
    pin_with_badge: tuple[str, ...] = ()


def configuration(site: str, clock: Clock, at: Endpoints, house: House | None = None) -> str:
    """The whole `lineside.toml`.

    What is about the network and the PC takes real time however fast the plant runs, so in plant seconds it grows with
    the speed: a tick, patience with a silent machine, trust in a clock, lateness of a reading. What is about the
    machine, the thresholds of stops above all, stays as it is shipped.
    """
    house = house or House()
    speed = clock.speed
    rest = _stop(speed, house) + "\n" + _people(house)
    agent = {"enterprise": ENTERPRISE, "site": site, "area": AREA, "id": "edge-1", "time_zone": house.time_zone}
    places = {"data": str(at.folder / "journal"), "socket": str(at.socket)}
    looks = house.sampling_ms
    parts = [
        _table("agent", **agent, **places, tick_s=house.tick_real_s * speed),
        _table("mes", host=at.broker.host, port=at.broker.port, protocol=at.broker.protocol, **IMPATIENCE),
        _table("people", key_file=str(at.key)),
        _simulation(clock),
        _list("machine", work_center=FILL),
        _table(
            "machine.opcua", endpoint=at.opcua_url, security="none", publishing_ms=looks[FILL], sampling_ms=looks[FILL]
        ),
        _filler_signals(),
        rest,
        _rest(2.0),
        _list("machine", work_center=PRESS),
        _table("machine.modbus", host=HOST, port=at.modbus_port, poll_ms=looks[PRESS]),
        _press_signals(),
        rest,
        _rest(1.5),
        *(() if at.scanner is None else (_list("scanner", name="hand-1", work_center=FILL, device=str(at.scanner)),)),
        *(
            _list("calendar.shift", id=name, start=start, end=end) + f"days = {EVERY_DAY}\n"
            for name, start, end in house.shifts
        ),
    ]
    return "\n".join(parts)


def _simulation(clock: Clock) -> str:
    real, plant = clock.real_start.isoformat(), clock.plant_start.isoformat()
    return f"[simulation]\nspeed = {clock.speed!r}\nreal_start = {real}\nplant_start = {plant}\n"


def _stop(speed: float, house: House) -> str:
    return _table(
        "machine.stop",
        comm_timeout_s=2.0 * speed,
        skew_max_s=max(5.0, speed),
        reorder_s=max(0.25, 0.1 * speed),
        minor_stop_max_s=house.minor_stop_max_s,
    )


def _people(house: House) -> str:
    roles = ", ".join(f'"{role}"' for role in house.pin_with_badge)
    return _table("machine.people", sign_on=house.sign_on) + f"pin_with_badge = [{roles}]\n"


def _filler_signals() -> str:
    nodes = {
        "packml_state": "Status.StateCurrent",
        "mode": "Status.UnitModeCurrent",
        "starved": "Status.EquipmentStarved",
        "blocked": "Status.EquipmentBlocked",
        "total": "Admin.ProdProcessedCount.AccCount",
        "scrap": "Admin.ProdDefectiveCount.AccCount",
        "alarm": "Admin.AlarmCode",
        "heartbeat": "Admin.Heartbeat",
        "boot": "Admin.BootId",
    }
    counters = {"total": 2**31, "scrap": 2**31}
    return "\n".join(
        _list("machine.signal", key=role, role=role, node=f"nsu={NAMESPACE};s={FILL}.{path}") + _counter(role, counters)
        for role, path in nodes.items()
    )


def _press_signals() -> str:
    registers = {"total": (0, "uint32"), "scrap": (2, "uint16"), "alarm": (3, "uint16"), "mode": (4, "uint16")}
    registers |= {"heartbeat": (5, "uint16"), "boot": (6, "uint16")}
    counters = {"total": 2**32, "scrap": 2**16}
    signals = [
        _list("machine.signal", key=role, role=role, table="input", address=address, type=kind)
        + _counter(role, counters)
        for role, (address, kind) in registers.items()
    ]
    signals += [
        _list("machine.signal", key=role, role=role, table="discrete", address=address, type="bit")
        for address, role in enumerate(("run", "fault", "starved", "blocked"))
    ]
    return "\n".join(signals)


def _counter(role: str, moduli: dict[str, int]) -> str:
    return f"counter = {{ modulus = {moduli[role]} }}\n" if role in moduli else ""


def _rest(cycle_s: float) -> str:
    setup = "[machine.condition]\nsetup_modes = [4]\n\n"
    return setup + _table("machine.output", flush_s=FLUSH_S, cycle_s=cycle_s)


def _table(table: str, /, **values: str | float) -> str:
    return f"[{table}]\n" + _lines(values)


def _list(table: str, /, **values: str | float) -> str:
    return f"[[{table}]]\n" + _lines(values)


def _lines(values: dict[str, str | float]) -> str:
    # Python writes these strings and numbers as TOML does.
    return "".join(
        f'{key} = "{value}"\n' if isinstance(value, str) else f"{key} = {value!r}\n" for key, value in values.items()
    )

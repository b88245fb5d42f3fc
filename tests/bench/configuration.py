"""Settings of the benchmarks' agents, as values for parts in this process and as a file for agents of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.core.codes.code_settings import ScannerSettings
from agent.core.machine_settings import CounterSettings, MachineSettings, OutputSettings, Role, SignalSettings
from agent.core.settings import AgentSettings, MesSettings, Settings
from agent.core.sources.modbus_settings import ModbusSettings
from agent.core.sources.opcua_settings import OpcUaSettings
from agent.core.stops.stop_settings import StopSettings
from simulators.opcua import NAMESPACE
from tests.bench.servers.counter import NAMESPACE as COUNTER_NAMESPACE

WORK_CENTER = "BENCH-1"
NOWHERE = 9
"""A port at which nobody listens (RFC 863, discard)."""
FAST = CounterSettings(modulus=2**32, max_rate=1e6)
"""A counter that may count as fast as a benchmark makes it."""


def settings(
    folder: Path, *machines: MachineSettings, broker: int = NOWHERE, scanners: tuple[ScannerSettings, ...] = ()
) -> Settings:
    """An agent with its journal and socket in a folder."""
    return Settings(
        agent=AgentSettings(
            enterprise="bench", site="bench", area="bench", id="bench-1", data=folder, socket=folder / "agent.sock"
        ),
        mes=MesSettings(host="127.0.0.1", port=broker),
        machine=machines,
        scanner=scanners,
    )


def synthetic(wc_id: str = WORK_CENTER, flush_s: float = 1.0) -> MachineSettings:
    """A machine that no driver looks at: its readings are made up here."""
    words = (Role.PACKML_STATE, Role.MODE, Role.STARVED, Role.BLOCKED, Role.FAULT)
    roles = (*words, Role.ALARM, Role.TOTAL, Role.SCRAP, Role.HEARTBEAT, Role.BOOT)
    counters = {Role.TOTAL: FAST, Role.SCRAP: FAST}
    return MachineSettings(
        work_center=wc_id,
        opcua=OpcUaSettings(endpoint="opc.tcp://127.0.0.1:4840", security="none"),
        signal=tuple(
            SignalSettings(key=role, role=role, node=f"ns=0;s={role}", counter=counters.get(role)) for role in roles
        ),
        stop=StopSettings(skew_max_s=3600.0),
        output=OutputSettings(flush_s=flush_s),
    )


def counting(endpoint: str, publishing_ms: int = 20) -> MachineSettings:
    """The counter server; every count that is seen is a fact at once."""
    return MachineSettings(
        work_center=WORK_CENTER,
        opcua=OpcUaSettings(endpoint=endpoint, security="none", publishing_ms=publishing_ms, sampling_ms=publishing_ms),
        signal=(
            SignalSettings(key="state", role=Role.PACKML_STATE, node=f"nsu={COUNTER_NAMESPACE};s=state"),
            SignalSettings(key="total", role=Role.TOTAL, node=f"nsu={COUNTER_NAMESPACE};s=count", counter=FAST),
        ),
        output=OutputSettings(flush_s=0.01),
    )


def filler(endpoint: str) -> MachineSettings:
    """FILL-1 of the simulated line."""
    nodes = {
        Role.PACKML_STATE: "Status.StateCurrent",
        Role.MODE: "Status.UnitModeCurrent",
        Role.STARVED: "Status.EquipmentStarved",
        Role.BLOCKED: "Status.EquipmentBlocked",
        Role.TOTAL: "Admin.ProdProcessedCount.AccCount",
        Role.SCRAP: "Admin.ProdDefectiveCount.AccCount",
        Role.ALARM: "Admin.AlarmCode",
        Role.HEARTBEAT: "Admin.Heartbeat",
        Role.BOOT: "Admin.BootId",
    }
    return MachineSettings(
        work_center="FILL-1",
        opcua=OpcUaSettings(endpoint=endpoint, security="none"),
        signal=tuple(
            SignalSettings(key=role, role=role, node=f"nsu={NAMESPACE};s=FILL-1.{path}") for role, path in nodes.items()
        ),
    )


def press(port: int) -> MachineSettings:
    """PRESS-1 of the simulated line."""
    registers = (Role.SCRAP, Role.ALARM, Role.MODE, Role.HEARTBEAT, Role.BOOT)
    bits = (Role.RUN, Role.FAULT, Role.STARVED, Role.BLOCKED)
    return MachineSettings(
        work_center="PRESS-1",
        modbus=ModbusSettings(host="127.0.0.1", port=port),
        signal=(
            SignalSettings(key="total", role=Role.TOTAL, table="input", address=0, type="uint32"),
            *(SignalSettings(key=role, role=role, table="input", address=at) for at, role in enumerate(registers, 2)),
            *(
                SignalSettings(key=role, role=role, table="discrete", address=at, type="bit")
                for at, role in enumerate(bits)
            ),
        ),
    )


def write(agent: Settings, path: Path) -> Path:
    """The settings as a configuration file."""
    document = agent.model_dump(mode="json", exclude_defaults=True)
    path.write_text("\n".join(_toml(document, "")), encoding="utf-8")
    return path


def _toml(table: dict[str, Any], name: str) -> Iterator[str]:
    # JSON writes these strings, numbers and truths as TOML does.
    yield from (f"{key} = {json.dumps(value)}" for key, value in table.items() if not _inner(value))
    for key, value in table.items():
        path = f"{name}.{key}" if name else key
        if isinstance(value, dict):
            yield f"[{path}]"
            yield from _toml(value, path)
        elif _inner(value):
            for one in value:
                yield f"[[{path}]]"
                yield from _toml(one, path)


def _inner(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))

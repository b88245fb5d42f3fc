"""Which driver looks at which device. Only what is configured is imported: OPC UA alone costs 0.3 s and 25 MB."""

from __future__ import annotations

import time
from collections.abc import Sequence

from agent.core.backfill.asking import Memories, Memory
from agent.core.codes.code_settings import ScannerSettings
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Instant
from drivers.contract import Driver, Now, Tap
from drivers.keys import Keys
from drivers.modbus_lines import Lines
from drivers.probed import Probed


def open_machine(machine: MachineSettings, now: Now, keys: Keys | None = None, lines: Lines | None = None) -> Driver:
    """The driver for a machine, not yet connected.

    Args:
        machine: what is read.
        now: the agent's clock.
        keys: what a connection with security is made with.
        lines: the places that this process reads; machines at the same one share it. Alone at its place without them.

    Raises:
        DeviceError: the driver of another kind that is configured is not there, or cannot use what is configured.
    """
    if machine.opcua is not None:
        from drivers.opcua import OpcUaDriver  # noqa: PLC0415 - imported only where it is configured

        return OpcUaDriver(machine, now, keys)
    if machine.driver is not None:
        from drivers.plugin import open_by_kind  # noqa: PLC0415 - imported only where it is configured

        return open_by_kind(machine, now)
    from drivers.modbus import ModbusDriver  # noqa: PLC0415 - imported only where it is configured

    return ModbusDriver(machine, now, lines)


def open_scanner(scanner: ScannerSettings, now: Now, tap: Tap | None = None) -> Driver:
    """The driver for a barcode reader, not yet opened; `tap` is shown every byte that it sends."""
    if scanner.host is not None:
        from drivers.tcp_scanner import TcpScannerDriver  # noqa: PLC0415 - imported only where it is configured

        return TcpScannerDriver(scanner, now, tap)
    if scanner.input is not None:
        from drivers.input_device import InputDeviceDriver  # noqa: PLC0415 - imported only where it is configured

        return InputDeviceDriver(scanner, now, tap)
    from drivers.scanner import SerialScannerDriver  # noqa: PLC0415 - imported only where it is configured

    return SerialScannerDriver(scanner, now, tap)


def _now() -> Instant:
    """Of this PC's clocks, for who looks once and keeps nothing."""
    return Instant(time.time(), time.monotonic())


async def probe_machine(
    machine: MachineSettings, keys: Keys | None = None, lines: Lines | None = None, *, subscribe: bool = False
) -> Probed:
    """Ask a machine for each configured value once, over a connection of its own, made with `keys`.

    Args:
        machine: which.
        keys: what a connection with security is made with.
        lines: the places that this process looks at, so that a serial line is opened once.
        subscribe: have an OPC UA server take the subscription for a moment, too.

    Raises:
        ProbeError: nobody answers there, not in time, or it lets us not come to the values.
    """
    if machine.opcua is not None:
        from drivers.opcua_probe import probe_opcua  # noqa: PLC0415 - imported only where it is configured

        return await probe_opcua(machine, keys, subscribe=subscribe)
    if machine.driver is not None:
        from drivers.driver_probe import probe_by_driver  # noqa: PLC0415 - imported only where it is configured

        return await probe_by_driver(lambda: open_machine(machine, _now, keys, lines), machine)
    from drivers.modbus_probe import probe_modbus  # noqa: PLC0415 - imported only where it is configured

    return await probe_modbus(machine, lines)


async def remember_machine(
    machine: MachineSettings, wanted: Sequence[str], since: float, until: float, keys: Keys | None = None
) -> Memories:
    """Ask a machine, over a connection of its own, what it remembers; for one that keeps a history.

    Args:
        machine: which.
        wanted: keys of its signals.
        since: of the values, in seconds since 1970 UTC.
        until: likewise.
        keys: what a connection with security is made with.

    Raises:
        DeviceError: nobody answers, or what answers refuses us.
    """
    from drivers.opcua_history import history  # noqa: PLC0415 - imported only where it is configured

    found = await history(machine, keys, wanted, since, until)
    signals = tuple(Memory(one.key, one.values, one.until, one.why) for one in found.signals)
    return Memories(signals, found.started)

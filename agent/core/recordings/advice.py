"""What a configuration cannot see or survive, said before it matters (domain.md K5, R25)."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from agent.core.counts.counting import RATE_PER_CYCLE
from agent.core.machine_settings import COUNTER_ROLES, CounterSettings, MachineSettings, SignalSettings
from agent.core.sources.opcua_settings import OpcUaSettings

UNITS = ((86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes"), (1.0, "seconds"))


@dataclass(frozen=True, slots=True)
class CounterAdvice:
    """How long one counter may stay unread."""

    key: str
    role: str
    survivable_s: float
    """Longest gap after which it is known what was counted in it, in seconds of plant time."""
    text: str


@dataclass(frozen=True, slots=True)
class MachineAdvice:
    """What there is to say of one machine."""

    work_center: str
    counters: tuple[CounterAdvice, ...]
    warnings: tuple[str, ...]


def advise(machine: MachineSettings, speed: float = 1.0) -> MachineAdvice:
    """Advice on one machine.

    Args:
        machine: its configuration.
        speed: plant seconds per real second.
    """
    counters = tuple(
        _survivable(signal, machine.output.cycle_s) for signal in machine.signal if signal.role in COUNTER_ROLES
    )
    return MachineAdvice(machine.work_center, counters, tuple(_warnings(machine, speed)))


def _survivable(signal: SignalSettings, cycle_s: float) -> CounterAdvice:
    settings = signal.counter or CounterSettings()
    rate = settings.max_rate or RATE_PER_CYCLE / (cycle_s * settings.scale)
    turn_s = signal.modulus / rate
    told_apart = settings.reset == "never"
    survivable_s = turn_s if told_apart else turn_s / 2
    why = (
        f"at {rate:g} counts a second it goes round its {signal.modulus} in {_span(turn_s)}"
        if told_apart
        else f"half of the {_span(turn_s)} in which it goes round its {signal.modulus} at {rate:g} counts a second, "
        "as a reset may look like it"
    )
    text = f"counter {signal.key}: exact after gaps of up to {_span(survivable_s)}; {why}"
    return CounterAdvice(signal.key, signal.role.value, survivable_s, text)


def _warnings(machine: MachineSettings, speed: float) -> list[str]:
    confirm = machine.stop.stop_confirm_s
    periods: dict[str, int] = {}
    warnings: list[str] = []
    if (polled := _polled(machine)) is not None:
        name, poll_ms = polled
        periods = {name: poll_ms}
        if poll_ms / 1000 * speed >= machine.stop.comm_timeout_s:
            warnings.append(
                f"{name} = {poll_ms} is no faster than stop.comm_timeout_s = "
                f"{machine.stop.comm_timeout_s:g} s: the machine is UNKNOWN between two readings. "
                "Read it more often, or raise comm_timeout_s."
            )
    if machine.opcua is not None:
        periods = _periods(machine.opcua)
        warnings += _short_queue(machine.opcua)
    slow = [name for name, real_ms in periods.items() if real_ms / 1000 * speed >= confirm]
    warnings += [
        f"{name} = {periods[name]} is no faster than stop.stop_confirm_s = {confirm:g} s: shorter stops are not seen."
        for name in slow
    ]
    return warnings


def _polled(machine: MachineSettings) -> tuple[str, int] | None:
    """The key that says how often a machine is asked, and what it says."""
    if machine.modbus is not None:
        return "modbus.poll_ms", machine.modbus.poll_ms
    return None if machine.driver is None else ("driver.poll_ms", machine.driver.poll_ms)


def _periods(opcua: OpcUaSettings) -> dict[str, int]:
    if opcua.read == "poll":
        return {"opcua.poll_ms": opcua.poll_ms}
    return {"opcua.sampling_ms": opcua.sampling_ms, "opcua.publishing_ms": opcua.publishing_ms}


def _short_queue(opcua: OpcUaSettings) -> list[str]:
    values = ceil(opcua.publishing_ms / opcua.sampling_ms) if opcua.sampling_ms else 0
    if opcua.read == "poll" or values <= opcua.queue:
        return []
    kept = f"opcua.queue = {opcua.queue} keeps fewer values than the {values} that are sampled between two publications"
    return [f"{kept}; the oldest are lost. Raise it, or publish more often."]


def _span(seconds: float) -> str:
    size, unit = next((one for one in UNITS if seconds >= one[0]), UNITS[-1])
    return f"{seconds / size:,.1f} {unit}"

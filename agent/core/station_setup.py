"""What a station is told about its work center: configuration, worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from agent.core.codes.code_settings import CodeSettings
from agent.core.counts import output
from agent.core.counts.counters import CounterRules
from agent.core.draft import Provenance
from agent.core.machine_settings import CounterSettings, MachineSettings, Role, SignalSettings
from agent.core.settings import DEFAULT_FLOOR, FloorRules
from agent.core.shifts.calendar_settings import CalendarSettings
from agent.core.shifts.figures import Rules

NO_COUNTER = CounterSettings()
UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Setup:
    """What a station is told about its work center."""

    machine: MachineSettings
    codes: CodeSettings
    provenance: Provenance
    roles: dict[str, Role]
    """By signal key."""
    names: dict[Role, str]
    """Signal keys by role."""
    pulses: bool
    """Nothing but the counter's pulses tells whether the machine runs (domain.md R4)."""
    signals: dict[Role, SignalSettings]
    """What is configured, by role."""
    output_role: Role | None
    """The counter that counts as output."""
    counted: frozenset[Role]
    """The counters that quantities are made of; the others are diagnostic (domain.md K12, K14)."""
    measures_all: bool
    """Total, good and scrap are counted each by itself."""
    calendar: CalendarSettings | None = None
    """When the plant works, by configuration."""
    zone: ZoneInfo = UTC
    """The plant's time zone."""
    floor: FloorRules = DEFAULT_FLOOR
    """What all work centers of the site go by."""
    counter_rules: dict[tuple[Role, float], CounterRules] = field(default_factory=dict, compare=False)
    """What follows from the configuration of a counter at a nominal cycle, once it has been worked out."""

    @property
    def counts_output(self) -> bool:
        """Whether output is told by itself, by a counter or by serials, and nobody has to report it."""
        return self.output_role is not None or self.machine.output.count_by == "serial"

    @property
    def recalls(self) -> bool:
        """Whether a history can tell what nobody watched; of pulses alone none tells enough."""
        return self.machine.has_history and not self.pulses


def figure_rules(machine: MachineSettings) -> Rules:
    """How stops are counted at a work center."""
    minor_is_delay = machine.stop.minor_stop_loss == "availability"
    return Rules(minor_is_delay, machine.key_machine, machine.manual and machine.orders)


def make_setup(
    machine: MachineSettings,
    codes: CodeSettings,
    provenance: Provenance,
    calendar: CalendarSettings | None,
    zone: ZoneInfo,
    floor: FloorRules,
) -> Setup:
    """The setup of a work center."""
    roles = {signal.key: signal.role for signal in machine.signal}
    signals = {signal.role: signal for signal in machine.signal}
    if machine.deciding is not Role.SPEED and Role.SPEED in signals:
        # What is believed before it says more; it is not heard.
        del roles[signals[Role.SPEED].key]
    made_by = output.output_role(signals)
    told = {made_by, Role.SCRAP, Role.REWORK} if machine.output.count_by == "counter" else set()
    return Setup(
        machine=machine,
        codes=codes,
        provenance=provenance,
        roles=roles,
        names={role: signal.key for role, signal in signals.items()},
        pulses=machine.deciding in {Role.TOTAL, Role.GOOD},
        signals=signals,
        output_role=made_by,
        counted=frozenset(role for role in signals if role in told),
        measures_all={Role.TOTAL, Role.GOOD, Role.SCRAP} <= signals.keys(),
        calendar=calendar,
        zone=zone,
        floor=floor,
    )

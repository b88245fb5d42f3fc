"""The configuration of one work center and its machine (domain.md C3, K1).

Durations are seconds of plant time unless the name says otherwise.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Literal, Self, TypeAlias

from pydantic import Field, model_validator

from agent.core.conditions import Condition
from agent.core.correction_settings import CorrectionSettings
from agent.core.people_settings import PeopleSettings
from agent.core.quality_settings import QualitySettings
from agent.core.settings_base import Id, NodeId, Port, Seconds, Section, unique
from agent.core.unit_settings import UnitSettings


class Role(StrEnum):
    """What a signal means to the station."""

    PACKML_STATE = "packml_state"
    """OPC 30050 StateCurrent as its number, 1 to 17."""
    RUN = "run"
    """True while the machine runs."""
    MACHINERY_STATE = "machinery_state"
    """OPC 40001-1 MachineryItemState as its number: 0 not available, 1 out of service, 2 not executing, 3 executing."""
    STATE = "state"
    """The machine's own state, a number or a text; `states` says what each means."""
    SPEED = "speed"
    """Speed in any unit; the machine runs at `run_speed` and above."""
    FAULT = "fault"
    """True while the machine has a fault."""
    STARVED = "starved"
    """True while the machine waits for material from upstream."""
    BLOCKED = "blocked"
    """True while the machine waits for room downstream."""
    MODE = "mode"
    """PackML UnitModeCurrent: 1 produce, 2 maintenance, 3 manual; 4 and above by `setup_modes`."""
    MACHINERY_MODE = "machinery_mode"
    """OPC 40001-1 MachineryOperationMode as its number: 0 none, 1 maintenance, 2 setup, 3 processing."""
    ALARM = "alarm"
    """Code of the active alarm; 0 or an empty text means none."""
    TOTAL = "total"
    """Counter of all parts made, good or not."""
    GOOD = "good"
    """Counter of good parts."""
    SCRAP = "scrap"
    """Counter of rejected parts."""
    INFEED = "infeed"
    """Counter of parts that went in; watched, but no quantity is made of it."""
    REWORK = "rework"
    """Counter of parts sent to rework."""
    HEARTBEAT = "heartbeat"
    """Changes while the controller's program runs; while it does not, nothing the machine says is believed."""
    BOOT = "boot"
    """Changes when the controller started anew, and at no other time."""


Answer: TypeAlias = Literal["allow", "warn", "block"]
COUNTER_ROLES = frozenset({Role.TOTAL, Role.GOOD, Role.SCRAP, Role.INFEED, Role.REWORK})
STATE_ROLES = (Role.PACKML_STATE, Role.MACHINERY_STATE, Role.STATE)
DECIDING_ROLES = (*STATE_ROLES, Role.RUN, Role.TOTAL, Role.GOOD, Role.SPEED)
"""Where several say whether the machine runs, the first of these is believed (domain.md R2)."""


class CounterSettings(Section):
    """How a counter counts (domain.md K1)."""

    modulus: int = Field(default=2**32, ge=2)
    """Raw value after which the counter starts again at 0: 65536 for 16 bits, 4294967296 for 32, 10000 for 4 digits."""
    max_rate: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """Most counts a second that are believed. Without it: 3 per nominal cycle."""
    reset: Literal["never", "on_order", "on_shift", "unknown"] = "unknown"
    """When the counter starts anew by itself: never but with its controller, at each order, at each shift, or nobody
    knows. Where it never does, a fall is no reset."""
    reset_to_zero: bool = True
    """Whether it starts anew at 0, so that what it shows then was made since."""
    scale: int = Field(default=1, ge=1)
    """Parts that one count stands for. For the roles total and good the order may say otherwise."""
    decrement_tolerance: int = Field(default=0, ge=0)
    """Counts by which it may be set back by hand, or tremble, without having started anew."""
    zero_hold: int = Field(default=3, ge=1)
    """Where there is a heartbeat: zeros in a row after the first that are believed though the heartbeat stands."""


class AddressSettings(Section):
    """Where the machine has a value."""

    key: Id
    """Name of the value, unique within the machine."""
    node: NodeId | None = None
    """OPC UA node id by namespace URI."""
    table: Literal["holding", "input", "coil", "discrete"] | None = None
    """Modbus table: holding (function code 3), input (4), coil (1) or discrete (2)."""
    address: int | None = Field(default=None, ge=0, le=65535)
    """Modbus address from 0 of the first register or of the bit."""
    type: Literal["uint16", "int16", "uint32", "int32", "bit"] = "uint16"
    """Modbus data type; bits stand in coil and discrete tables only."""
    word_order: Literal["big", "little"] = "big"
    """Order of the two registers of a 32-bit value; confirm it with a known value above 65,535 (domain.md K9)."""

    @property
    def width(self) -> int:
        """Registers or bits that the value takes."""
        return 2 if self.type in {"uint32", "int32"} else 1

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.table is not None and (self.table in {"coil", "discrete"}) != (self.type == "bit"):
            raise ValueError(
                f"type '{self.type}' does not stand in table '{self.table}': "
                "bits stand in coil and discrete, the rest in holding and input"
            )
        if self.address is not None and self.address + self.width > 65536:
            raise ValueError(f"type '{self.type}' at address {self.address} ends behind the last address, 65535")
        return self


class SignalSettings(AddressSettings):
    """One reading of the machine that facts are made of."""

    role: Role
    """What the station takes it for; each role at most once a machine."""
    counter: CounterSettings | None = None
    """For the roles total, good, scrap, infeed and rework."""

    @property
    def modulus(self) -> int:
        """Raw value after which a counter starts again at 0; its registers hold no more, whatever is configured."""
        configured = (self.counter or CounterSettings()).modulus
        return configured if self.table is None else min(configured, 2 ** (16 * self.width))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.counter is not None and self.role not in COUNTER_ROLES:
            raise ValueError(f"'counter' belongs to the roles of counters, not to '{self.role}'")
        return self


class TelemetrySettings(AddressSettings):
    """One process value that is sent on as it is and that no fact is made of."""

    scale: float = Field(default=1.0, allow_inf_nan=False)
    """What a number is multiplied by, such as 0.1 for a register in tenths of a degree."""
    deadband: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """A number is kept when it is further than this from the one kept last, in scaled units; 0 keeps any change."""
    interval_s: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """Of the values of so many seconds one is kept, the last; 0 keeps them all."""
    uom: str | None = Field(default=None, max_length=64, pattern=r"^\S+$")
    """Unit of measure, such as `Cel` or `1/min`, for those who read it."""


class OpcUaSettings(Section):
    """An OPC UA server (IEC 62541)."""

    endpoint: str = Field(pattern=r"^opc\.tcp://[^/\s]+")
    """Endpoint URL, `opc.tcp://host:port/path`."""
    publishing_ms: int = Field(default=100, ge=5, le=400)
    """Publishing interval of the subscription in real milliseconds."""
    sampling_ms: int = Field(default=100, ge=0, le=60_000)
    """Sampling interval of each node in real milliseconds; 0 asks for the server's fastest."""
    queue: int = Field(default=50, ge=2, le=10_000)
    """Values kept by the server for each node between two publications (domain.md R25)."""
    timeout_s: Seconds = 2.0
    """Real seconds without an answer or a keep-alive after which the connection is given up."""


class ModbusSettings(Section):
    """A Modbus TCP server."""

    host: str = Field(min_length=1)
    """Host name or address."""
    port: Port = 502
    """TCP port."""
    unit: int = Field(default=1, ge=0, le=255)
    """Unit identifier."""
    poll_ms: int = Field(default=200, ge=5, le=1_000)
    """Real milliseconds between two readings of the whole image."""
    timeout_s: Seconds = 0.8
    """Real seconds without an answer after which the connection is given up."""
    gap: int = Field(default=8, ge=0, le=100)
    """Unused registers that are read along rather than asked for in a request of their own."""


class ConditionSettings(Section):
    """How the machine's own words become a condition (domain.md R1)."""

    setup_modes: frozenset[int] = frozenset()
    """PackML unit modes, 4 and above, that mean setup."""
    states: dict[str, Condition] = Field(default_factory=dict)
    """States of this machine, numbers or texts: all of them for role `state`, else those that differ from the
    standard's (domain.md B4, trap)."""
    transient_max_s: Seconds = 30.0
    """How long a PackML state that a machine only passes through, such as Stopping, leaves the condition as it was."""
    run_speed: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """For role `speed`: the machine runs at this speed and above."""
    run_speed_hysteresis: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """How far below `run_speed` a running machine's speed may fall. Without it: a tenth of `run_speed`."""
    contradiction_s: Seconds = 60.0
    """How long the machine's state and its counter may contradict each other before that is told (domain.md R2)."""
    heartbeat_timeout_s: Seconds | None = None
    """How long the heartbeat may stand still; the condition is UNKNOWN then, from its last change on (domain.md R16).
    Without it: `comm_timeout_s`."""
    speed_window_s: Seconds = 60.0
    """Span over which the mean cycle is taken, and at least ten nominal cycles (domain.md R23)."""
    slow_factor_avg: float = Field(default=1.1, gt=1, allow_inf_nan=False)
    """Mean cycle, in nominal cycles, above which the speed is reduced."""
    speed_confirm_s: Seconds = 60.0
    """How long the speed must be reduced to be told."""

    @property
    def hysteresis(self) -> float:
        """How far below `run_speed` a running machine's speed may fall."""
        return 0.1 * (self.run_speed or 0.0) if self.run_speed_hysteresis is None else self.run_speed_hysteresis


class StopSettings(Section):
    """When a standstill becomes a stop, and what becomes of it (domain.md C3)."""

    stop_confirm_s: Seconds = 5.0
    """Shortest standstill that is a stop."""
    slow_factor: float = Field(default=1.7, ge=1, allow_inf_nan=False)
    """Where pulses alone tell that the machine runs: it stands when none came for so many nominal cycles, and for at
    least `stop_confirm_s` (domain.md R4)."""
    run_confirm_s: Seconds = 3.0
    """Shortest run that ends a stop."""
    run_confirm_cycles: int = Field(default=1, ge=0)
    """Parts that must be counted in that run, where there is a counter."""
    minor_stop_max_s: Seconds = 120.0
    """Longest minor stop; beyond it the same stop is a downtime and a reason is asked for."""
    minor_stop_loss: Literal["performance", "availability"] = "performance"
    """What minor stops cost in the indicative figures."""
    alarm_pre_s: float = Field(default=10.0, ge=0, allow_inf_nan=False)
    """An alarm this long before a stop may be its cause."""
    alarm_post_s: float = Field(default=5.0, ge=0, allow_inf_nan=False)
    """An alarm this long after a stop began may be its cause."""
    sticky_run_cycles: int = Field(default=3, ge=1)
    """Parts in one run that end a stop whose reason is sticky, such as a breakdown."""
    inherit_s: float = Field(default=60.0, ge=0, allow_inf_nan=False)
    """A stop so soon after another one with the same first alarm has the same reason until somebody says otherwise."""
    merge_gap_s: float = Field(default=60.0, ge=0, allow_inf_nan=False)
    """Longest run between two stops that a supervisor may make one."""
    split_min_s: Seconds = 60.0
    """Shortest part into which a person may split a stop."""
    break_grace_s: float = Field(default=120.0, ge=0, allow_inf_nan=False)
    """A stop that ends so soon after a break belongs to the break; a longer one is a late return from it."""
    carry_max_s: float = Field(default=48 * 3600.0, ge=0, allow_inf_nan=False)
    """Longest time without a shift over which a reason is carried to the next shift."""
    no_order_grace_s: Seconds = 60.0
    """Running without an order for longer is a discrepancy."""
    edit_grace_s: float = Field(default=24 * 3600.0, ge=0, allow_inf_nan=False)
    """How long after the end of their shift operators may explain and split its stops."""
    comm_timeout_s: Seconds = 10.0
    """Silence of the machine after which its condition is UNKNOWN, from the last good reading on."""
    skew_max_s: Seconds = 5.0
    """Largest difference between the source's clock and ours at which its times are used."""
    reorder_s: float = Field(default=0.25, ge=0, allow_inf_nan=False)
    """How late a reading may come; confirmation by time waits that long."""


class SetupSettings(Section):
    """What counts as setting up (domain.md R10)."""

    on_order_change: bool = True
    """A stop before the first good parts of an order is setup."""
    good_parts: int = Field(default=1, ge=1)
    """Good parts that end a setup which an order change began; the machine or a person ends their own."""


class OutputSettings(Section):
    """How counts become facts."""

    flush_s: Seconds = 1.0
    """A count is a fact at once if none was made in the last flush_s, else at the end of that interval."""
    uom: Id = "EA"
    """Unit of measure of one part, where no order gives it."""
    cycle_s: Seconds = 1.0
    """Nominal seconds for one part, where no order gives a norm."""
    flush_n: int | None = Field(default=None, ge=1)
    """So many parts become a fact at once, before flush_s is over. Without it only time decides."""
    tail_s: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """What is counted so soon after an operation ended still belongs to it. Without it: one nominal cycle."""
    in_process: int = Field(default=2, ge=0)
    """Parts that may be between the counters of total, good and scrap, where all three are measured."""
    count_by: Literal["counter", "serial"] = "counter"
    """What output is: what the counter counted, or the serials scanned; then counters only check it."""


class PlanSettings(Section):
    """What becomes of work that contradicts the plan (domain.md G4).

    `allow` says nothing, `warn` records it and raises a discrepancy, `block` refuses to begin it.
    """

    order_unknown: Answer = "warn"
    """The order is not in the directory."""
    order_not_released: Answer = "warn"
    """The order's business status is another one than released."""
    operation_out_of_sequence: Answer = "warn"
    """A mandatory operation before it is not completed, neither as the MES knows nor here."""
    wrong_work_center: Answer = "warn"
    """The plan has it done elsewhere."""
    stale_version: Answer = "warn"
    """Another version of bill of materials, route or norm is in force than it works with. One that comes into force
    while it is in progress is raised, never refused."""
    over_quantity: Literal["allow", "warn"] = "warn"
    """More was made than planned: good, scrap and rework together."""
    over_tolerance_pct: Decimal = Field(default=Decimal(0), ge=0, le=1000)
    """How far more than planned may be made, in percent, where the order says nothing."""
    order_on_hold: Answer = "block"
    """The order is held; where that does not block it is recorded as a deviation."""


class MachineSettings(Section):
    """One work center and its machine."""

    work_center: Id
    """Equipment id of the work center (WCID)."""
    manual: bool = False
    """There is no machine to read: people say when work stops and goes on (domain.md R22)."""
    opcua: OpcUaSettings | None = None
    """Reads the machine over OPC UA."""
    modbus: ModbusSettings | None = None
    """Reads the machine over Modbus TCP."""
    signal: tuple[SignalSettings, ...] = ()
    """What is read."""
    telemetry: tuple[TelemetrySettings, ...] = ()
    """Process values that are read beside it and sent on; none unless configured."""
    condition: ConditionSettings = ConditionSettings()
    """How states are read."""
    stop: StopSettings = StopSettings()
    """When a standstill is a stop."""
    setup: SetupSettings = SetupSettings()
    """What counts as setting up."""
    orders: bool = True
    """Work here is done to orders: a stop without one has the reason NO_ORDER, running without one is a discrepancy."""
    plan: PlanSettings = PlanSettings()
    """What becomes of work that contradicts the plan."""
    key_machine: bool = True
    """Starved and blocked stops count against the line here (domain.md R11)."""
    output: OutputSettings = OutputSettings()
    """How counts become facts."""
    quality: QualitySettings = QualitySettings()
    """What becomes of checks and of what fails them."""
    people: PeopleSettings = PeopleSettings()
    """Who signs on, and who may do what."""
    units: UnitSettings = UnitSettings()
    """How units and lots made here are numbered, taken and decided on."""
    correction: CorrectionSettings = CorrectionSettings()
    """How facts are corrected."""

    @property
    def readings(self) -> tuple[AddressSettings, ...]:
        """Everything that is read, what facts are made of first."""
        return (*self.signal, *self.telemetry)

    @property
    def deciding(self) -> Role | None:
        """What tells whether the machine runs (domain.md R2)."""
        roles = {signal.role for signal in self.signal}
        return next((role for role in DECIDING_ROLES if role in roles), None)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.manual:
            if self.opcua is not None or self.modbus is not None or self.readings:
                raise ValueError("a manual work center reads no machine: take out 'opcua', 'modbus' and signals")
            return self
        if (self.opcua is None) == (self.modbus is None):
            raise ValueError("expected exactly one of the tables 'opcua' and 'modbus', or manual = true")
        for reading in self.readings:
            what = f"{'signal' if isinstance(reading, SignalSettings) else 'telemetry'} '{reading.key}'"
            if self.opcua is not None and reading.node is None:
                raise ValueError(f"{what} needs 'node', as the machine is read over OPC UA")
            if self.modbus is not None and (reading.table is None or reading.address is None):
                raise ValueError(f"{what} needs 'table' and 'address', as the machine is read over Modbus")
        unique("key", [reading.key for reading in self.readings])
        unique("role", [signal.role for signal in self.signal])
        roles = {signal.role for signal in self.signal}
        if {Role.MODE, Role.MACHINERY_MODE} <= roles:
            raise ValueError("expected one of the roles 'mode' and 'machinery_mode', not both")
        self._check_condition(roles)
        return self

    def _check_condition(self, roles: set[Role]) -> None:
        if not roles.intersection(DECIDING_ROLES):
            known = ", ".join(f"'{role}'" for role in DECIDING_ROLES)
            raise ValueError(f"expected a signal with one of the roles {known}: without it no condition is known")
        stated = [f"'{role}'" for role in STATE_ROLES if role in roles]
        if len(stated) > 1:
            raise ValueError(f"expected one of the roles {' and '.join(stated)}, not both: one state is believed")
        if Role.STATE in roles and not self.condition.states:
            raise ValueError("role 'state' needs 'condition.states': what each state of this machine means")
        if self.deciding is Role.SPEED and self.condition.run_speed is None:
            raise ValueError("role 'speed' needs 'condition.run_speed': the speed from which on the machine runs")

"""The configuration of one work center and its machine (domain.md C3, K1).

Durations are seconds of plant time unless the name says otherwise.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from agent.core.corrections.correction_settings import CorrectionSettings
from agent.core.machine.condition_settings import ConditionSettings
from agent.core.orders.plan_settings import PlanSettings
from agent.core.people.people_settings import PeopleSettings
from agent.core.quality.quality_settings import QualitySettings
from agent.core.settings_base import Endpoint, Host, Id, NodeId, Port, Seconds, Section, unique
from agent.core.stops.stop_settings import StopSettings
from agent.core.units.unit_settings import UnitSettings


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
    def place(self) -> tuple[object, ...]:
        """Where it is read, and how its bits are taken."""
        return self.node, self.table, self.address, self.type, self.word_order

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

    endpoint: Endpoint
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

    host: Host
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

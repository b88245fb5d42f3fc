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
from agent.core.settings_base import Id, Seconds, Section, unique
from agent.core.sources.address import AddressSettings
from agent.core.sources.driver_settings import DriverSettings
from agent.core.sources.modbus_settings import ModbusSettings
from agent.core.sources.opcua_settings import OpcUaSettings
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
        return configured if self.table is None else min(configured, self.capacity)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.counter is not None and self.role not in COUNTER_ROLES:
            raise ValueError(f"'counter' belongs to the roles of counters, not to '{self.role}'")
        if self.role in COUNTER_ROLES and self.table is not None and self.type in {"bit", "string"}:
            raise ValueError(f"role '{self.role}' counts, and type '{self.type}' is no number: expected another type")
        if self.is_scaled and self.role != Role.SPEED:
            raise ValueError(
                f"'scale' and 'offset' are for measured values, such as the role speed, not for '{self.role}'; "
                "what one count stands for is 'counter.scale'"
            )
        return self


class TelemetrySettings(AddressSettings):
    """One process value that is sent on as it is and that no fact is made of."""

    deadband: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """A number is kept when it is further than this from the one kept last, in scaled units; 0 keeps any change."""
    interval_s: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """Of the values of so many seconds one is kept, the last; 0 keeps them all."""
    uom: str | None = Field(default=None, max_length=64, pattern=r"^\S+$")
    """Unit of measure, such as `Cel` or `1/min`, for those who read it."""


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
    """Reads the machine over Modbus."""
    driver: DriverSettings | None = None
    """Reads the machine by a driver of another kind."""
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
    def source(self) -> OpcUaSettings | ModbusSettings | DriverSettings | None:
        """What reads the machine; None where people say what it does."""
        return self.opcua or self.modbus or self.driver

    @property
    def has_history(self) -> bool:
        """Whether the machine keeps a history that may be read to find out what nobody watched."""
        return self.opcua is not None and self.opcua.history

    @property
    def readings(self) -> tuple[AddressSettings, ...]:
        """Everything that is read, what facts are made of first."""
        return (*self.signal, *self.telemetry)

    @property
    def first_alarm(self) -> SignalSettings | None:
        """The signal that events tell, and no value of a node."""
        if self.opcua is None or self.opcua.alarms is None:
            return None
        return next((signal for signal in self.signal if signal.role is Role.ALARM), None)

    @property
    def deciding(self) -> Role | None:
        """What tells whether the machine runs (domain.md R2)."""
        roles = {signal.role for signal in self.signal}
        return next((role for role in DECIDING_ROLES if role in roles), None)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.manual:
            if self.source is not None or self.readings:
                raise ValueError("a manual work center reads no machine: take out its device and its signals")
            return self
        if [self.opcua, self.modbus, self.driver].count(None) != 2:
            raise ValueError("expected exactly one of the tables 'opcua', 'modbus' and 'driver', or manual = true")
        for reading in self.readings:
            what = f"{'signal' if isinstance(reading, SignalSettings) else 'telemetry'} '{reading.key}'"
            if self.opcua is not None and reading.node is None and reading is not self.first_alarm:
                raise ValueError(f"{what} needs 'node', as the machine is read over OPC UA")
            if self.modbus is not None and (reading.table is None or reading.address is None):
                raise ValueError(f"{what} needs 'table' and 'address', as the machine is read over Modbus")
            if self.modbus is not None and (obstacle := self.modbus.obstacle(reading)):
                raise ValueError(f"{what} {obstacle}")
            if self.driver is not None and reading.at is None:
                raise ValueError(f"{what} needs 'at', as the machine is read by the driver '{self.driver.kind}'")
        self._check_alarms()
        unique("key", [reading.key for reading in self.readings])
        unique("role", [signal.role for signal in self.signal])
        roles = {signal.role for signal in self.signal}
        if {Role.MODE, Role.MACHINERY_MODE} <= roles:
            raise ValueError("expected one of the roles 'mode' and 'machinery_mode', not both")
        self._check_condition(roles)
        return self

    def _check_alarms(self) -> None:
        if self.opcua is None or self.opcua.alarms is None:
            return
        signal = self.first_alarm
        if signal is None:
            raise ValueError("'opcua.alarms' tells the first alarm: expected a signal of role 'alarm' without 'node'")
        if signal.node is not None:
            raise ValueError(
                f"signal '{signal.key}' of role 'alarm' is told by the events of 'opcua.alarms': "
                "take out its 'node', or 'alarms' where it is the node that is meant"
            )

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

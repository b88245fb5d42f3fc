"""The configuration as values: typed, frozen, unknown keys refused, a sentence per field.

Durations are seconds of plant time unless the name says otherwise. Files are read in `agent/configuration.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self, TypeAlias

from pydantic import AwareDatetime, Field, model_validator

from agent.core.codes.code_settings import CodeSettings, ScannerSettings
from agent.core.contract.exchange import ExchangeSettings
from agent.core.discrepancies.care import CARE, HOUR_S, Care
from agent.core.facts import DiscrepancyCode
from agent.core.machine_settings import MachineSettings
from agent.core.materials.material_settings import MaterialSettings
from agent.core.people.people_settings import SiteKeySettings
from agent.core.reconciliation.reconciliation_settings import CareSettings, ReconciliationSettings
from agent.core.settings_base import Area, Host, Id, Port, Seconds, Section, ZoneName, unique
from agent.core.shifts.calendar_settings import CalendarSettings
from agent.core.sources.modbus_lines import check_lines
from agent.core.terminal_settings import TerminalSettings

CommandName: TypeAlias = Literal["replay", "message", "resolve", "settle", "correct", "reconcile", "reload"]


class AgentSettings(Section):
    """Who this agent is and where it keeps things."""

    enterprise: Id
    """Enterprise of the ISA-95 equipment hierarchy, first level of every topic."""
    site: Id
    """Site of the ISA-95 equipment hierarchy."""
    area: Area
    """Area of the ISA-95 equipment hierarchy that this agent's work centers belong to."""
    id: Id
    """Name of this agent, unique within the site; never given to another PC while the first may come back."""
    data: Path = Path("/var/lib/lineside")
    """Folder of the journal. It must stand on a local disk."""
    socket: Path = Path("/run/lineside/agent.sock")
    """Unix socket of the local API."""
    health_port: Port | None = None
    """TCP port of 127.0.0.1 at which `/healthz` and `/metrics` are served too. None is open without it."""
    time_zone: ZoneName = "UTC"
    """The plant's time zone, for its calendar and for what people are shown. Facts are in UTC."""
    tick_s: Seconds = 1.0
    """How often time alone is told to the stations, and how old an uncommitted change without facts may get."""


class JournalSettings(Section):
    """How long delivered facts, records and the history of the MES's objects stay, and how much space they may take."""

    keep_days: int = Field(default=30, ge=1, le=3650)
    """Days that a fact stays after it was recorded. One that the MES has not confirmed stays whatever its age, and each
    stays at least 24 hours after its confirmation."""
    records_days: int = Field(default=400, ge=31, le=3650)
    """Days that the record of a unit, a lot, a stop or an operation stays after it was touched last. For so long a
    serial that comes again is known."""
    history_days: int = Field(default=400, ge=1, le=3650)
    """Days that is kept what became of each message of the MES about its objects."""
    history_revisions: int = Field(default=200, ge=1, le=10_000)
    """Entries of one object in that history at most, whatever their age."""
    reserve_mb: int = Field(default=200, ge=1)
    """Space in MB that is kept for what machines count. At three times as much no telemetry is kept any more, at twice
    as much no detail, and from here on scans and entries are refused aloud."""
    budget_mb: int | None = Field(default=None, ge=1)
    """Greatest size of the journal in MB; what is left of it counts like free space. Without it the disk decides."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.budget_mb is not None and self.budget_mb < 4 * self.reserve_mb:
            raise ValueError(f"budget_mb must be at least four times reserve_mb, so {4 * self.reserve_mb} or more")
        return self


class TlsSettings(Section):
    """TLS 1.2 or newer to the broker, whose certificate and host name are always verified; an empty table is enough.

    The files are read anew for every connection, so that a renewed certificate needs no restart.
    """

    ca_file: Path | None = None
    """PEM file with the plant's own certificate authorities; without it those of the operating system are believed."""
    cert_file: Path | None = None
    """PEM file with this agent's certificate, and those in between if any: mutual TLS."""
    key_file: Path | None = None
    """PEM file with the key of that certificate, without a passphrase. Without it the systemd credential
    `lineside-tls-key` is taken."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.key_file is not None and self.cert_file is None:
            raise ValueError("key_file is the key of a certificate; expected cert_file beside it")
        return self


class MesSettings(Section):
    """The broker on the way to the MES and how delivery is confirmed."""

    host: Host
    """Host name or address of the MQTT broker."""
    port: Port = 1883
    """TCP port of the MQTT broker; by custom 8883 with TLS."""
    tls: TlsSettings | None = None
    """TLS to the broker; plain TCP without this table."""
    protocol: Literal["5", "3.1.1"] = "5"
    """MQTT version. 3.1.1 acknowledges even what it throws away; use it only where the broker has no 5."""
    confirm: Literal["mes", "broker"] = "mes"
    """What counts as delivered: the MES's own `ack`, or the broker's PUBACK for an MES without one."""
    root: Id = "lineside"
    """First word of every topic."""
    window: int = Field(default=40, ge=1, le=1000)
    """Messages in flight at most; the broker's Receive Maximum lowers it further."""
    ack_timeout_s: Seconds = 30.0
    """Real seconds without progress of the MES's `ack.through` after which one window is sent again."""
    reconnect_max_s: Seconds = 60.0
    """Longest wait in real seconds before a lost broker is tried again."""
    keep_alive_s: int = Field(default=15, ge=2, le=600)
    """Real seconds between signs of life on an idle connection; a dead broker is noticed after 1.5 times this."""
    username: str | None = None
    """User name at the broker."""
    password_file: Path | None = None
    """File with the password at the broker; a password never stands in the configuration. Without it the systemd
    credential `lineside-mes-password` is taken."""
    allow_plaintext: bool = False
    """Send the password over plain TCP to another host. Anybody on that network can read it then."""
    exchange: ExchangeSettings = ExchangeSettings()
    """What goes at once and what in batches; without it everything goes at once."""
    commands: tuple[CommandName, ...] = ("replay", "message", "resolve", "settle")
    """Commands of the MES that this agent carries out. `correct` changes what facts come to, whatever is closed."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.confirm == "broker" and self.protocol == "3.1.1":
            raise ValueError(
                "confirm = 'broker' needs protocol = '5': MQTT 3.1.1 reports success even for what it throws away"
            )
        if self.username and not (self.tls or self.is_local or self.allow_plaintext):
            raise ValueError(
                "a password over plain TCP to another host needs a table [mes.tls] or allow_plaintext = true"
            )
        return self

    @property
    def is_local(self) -> bool:
        """Whether the broker runs on this PC."""
        return self.host in {"127.0.0.1", "::1", "localhost"}

    @property
    def is_trusted(self) -> bool:
        """Whether both ends of the link prove who they are, or it does not leave this PC."""
        if self.tls is None:
            return self.is_local
        return self.is_local or self.tls.cert_file is not None or self.username is not None


class TelemetryBudget(Section):
    """How much telemetry may wait for the broker. What is read is said beside each machine's signals."""

    keep_mb: int = Field(default=64, ge=1)
    """Greatest size of its file in MB; beyond it the oldest values are dropped and counted."""
    flush_s: Seconds = 1.0
    """Real seconds after which a value is on the disk, and the most that a kill can cost."""


class SimulationSettings(Section):
    """Only for simulated lines: plant time runs faster than real time, and every fact says `simulation`."""

    speed: float = Field(gt=0, le=10_000)
    """Plant seconds per real second."""
    real_start: AwareDatetime
    """The real instant at which plant time stood at `plant_start`."""
    plant_start: AwareDatetime
    """Plant time at `real_start`."""


@dataclass(frozen=True, slots=True)
class FloorRules:
    """What all work centers of the site go by, whatever their machines: one table of the configuration each."""

    materials: MaterialSettings = field(default_factory=MaterialSettings)
    readers: frozenset[tuple[str, str]] = frozenset()
    """The barcode readers that are configured, each by its work center and its name."""


DEFAULT_FLOOR = FloorRules()


class AttributeSettings(Section):
    """Something that this plant notes beside the MES's copy of an object, never in it (requirement 8)."""

    object: str = Field(min_length=1, max_length=200)
    """Name of the object as in its topic behind `dir/`, such as `items/CAP-28` or `orders/PO-1001`."""
    work_center: Id | None = None
    """Work center that the object belongs to; none for an object of the site."""
    name: str = Field(min_length=1, max_length=64)
    """What is noted, such as `line_code`."""
    value: str = Field(max_length=200)
    """What it is here."""


class Settings(Section):
    """The whole configuration of one agent."""

    version: int = Field(default=1, ge=1)
    """Of the form of this file; `lineside check --migrate` brings an old one up to date."""
    include: tuple[str, ...] = ()
    """Files whose values hold where this file says nothing else, the later over the earlier; beside this file unless
    absolute. `*` stands for any letters, `{hostname}` for the first word of this PC's name."""
    agent: AgentSettings
    """Who this agent is."""
    mes: MesSettings
    """Where facts go."""
    journal: JournalSettings = JournalSettings()
    """How long delivered facts stay, and how much space they may take."""
    telemetry: TelemetryBudget = TelemetryBudget()
    """How much telemetry may wait for the broker."""
    simulation: SimulationSettings | None = None
    """Only for simulated lines."""
    machine: tuple[MachineSettings, ...] = Field(min_length=1)
    """The work centers of this PC."""
    scanner: tuple[ScannerSettings, ...] = ()
    """The barcode readers of this PC."""
    codes: CodeSettings = CodeSettings()
    """What the site's plain codes look like."""
    people: SiteKeySettings = SiteKeySettings()
    """The key under which badges are known."""
    terminal: TerminalSettings = TerminalSettings()
    """The operator's terminal of this PC."""
    materials: MaterialSettings = MaterialSettings()
    """How strictly the loading and using of material is checked."""
    discrepancies: dict[DiscrepancyCode, CareSettings] = Field(default_factory=dict)
    """By code of a discrepancy: its owner and when it is due, where they are other than by default."""
    attribute: tuple[AttributeSettings, ...] = ()
    """Local attributes of the MES's objects."""
    reconciliation: ReconciliationSettings = ReconciliationSettings()
    """When what was told is added up for both sides to compare."""
    calendar: CalendarSettings | None = None
    """When the plant works, as long as the MES does not say it; without it no shift and no break is known."""

    @property
    def floor(self) -> FloorRules:
        """What all work centers go by."""
        return FloorRules(
            self.materials, readers=frozenset((scanner.work_center, scanner.name) for scanner in self.scanner)
        )

    @property
    def care(self) -> Mapping[DiscrepancyCode, Care]:
        """Who looks after which discrepancy, and how soon."""
        said = {code: (CARE[code], one) for code, one in self.discrepancies.items()}
        return {
            **CARE,
            **{
                code: Care(one.owner or known.owner_role, known.due_s if one.due_h is None else one.due_h * HOUR_S)
                for code, (known, one) in said.items()
            },
        }

    @property
    def execution_mode(self) -> Literal["production", "simulation"]:
        """What every fact says of itself."""
        return "production" if self.simulation is None else "simulation"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        centers = [machine.work_center for machine in self.machine]
        unique("work_center", centers)
        unique("name", [scanner.name for scanner in self.scanner])
        modbus = [(machine.work_center, machine.modbus) for machine in self.machine if machine.modbus is not None]
        lines = {settings.serial for _, settings in modbus if settings.serial is not None}
        unique("device", [scanner.place for scanner in self.scanner] + sorted(lines))
        check_lines(modbus)
        unique("attribute", [f"{one.work_center or '-'}/{one.object}: {one.name}" for one in self.attribute])
        for attribute in self.attribute:
            if attribute.work_center not in {None, *centers}:
                raise ValueError(
                    f"attribute '{attribute.name}' of '{attribute.object}' names work center "
                    f"'{attribute.work_center}'; expected one of {', '.join(centers)}"
                )
        for scanner in self.scanner:
            if scanner.work_center not in centers:
                raise ValueError(
                    f"scanner '{scanner.name}' names work center '{scanner.work_center}'; "
                    f"expected one of {', '.join(centers)}"
                )
        for name in ("serial_template", "lot_template"):
            # Without the work center in it, two of them would number alike.
            shared = [template for one in self.machine if "{wc}" not in (template := getattr(one.units, name))]
            unique(name, shared)
        for stranger in self.calendar.strangers(centers) if self.calendar else ():
            raise ValueError(f"calendar names work center '{stranger}'; expected one of {', '.join(centers)}")
        return self

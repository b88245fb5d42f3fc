"""Facts about the agent itself and what it hears from the MES."""

from __future__ import annotations

from typing import Literal, TypeAlias

from agent.core.facts.blocks import FactData, Number, Timestamp

WithheldReason: TypeAlias = Literal["damaged", "retired", "too_large", "format", "disconnects"]
StorageLevel: TypeAlias = Literal["ample", "low", "scarce", "reserve"]
ConfigCause: TypeAlias = Literal["start", "sighup", "command"]
"""Why a configuration was read: the agent started, was sent SIGHUP, or the MES asked for it."""


class AgentStarted(FactData):
    """The agent began to watch."""

    TYPE = "agent.started"
    version: str
    instance: str
    after: Literal["first_start", "clean_stop", "crash"]
    down_since: Timestamp | None
    """The last instant of which the journal holds a sign of life."""


class AgentStopping(FactData):
    """The agent was told to stop and finishes what it has in hand."""

    TYPE = "agent.stopping"
    instance: str


class ConfigChanged(FactData):
    """The agent goes by another configuration than before."""

    TYPE = "agent.config_changed"
    hash: str
    """SHA-256 of the canonical JSON of everything in it that is not by default, hexadecimal."""
    former_hash: str
    cause: ConfigCause
    changed: tuple[str, ...]
    """Keys that say something else now, such as `mes.host` or `machine.FILL-1.stop`."""
    needs_restart: tuple[str, ...]
    """Of the keys those that are in force with the next start only."""


class LinkChanged(FactData):
    """A device cannot be reached, or can be again."""

    device: str
    reader: str | None = None
    """Name of the barcode reader, where it is one."""
    detail: str


class LinkLost(LinkChanged):
    """A device cannot be reached any more."""

    TYPE = "link.lost"


class LinkRestored(LinkChanged):
    """A device can be reached again."""

    TYPE = "link.restored"


class DirectoryApplied(FactData):
    """A read-only copy of an object that the MES owns was taken, refused or withdrawn."""

    TYPE = "agent.directory_applied"
    name: str
    outcome: Literal["applied", "refused", "withdrawn", "scheduled"]
    """scheduled: taken, and in force from `effective_from` on, when another fact says `applied`."""
    rev: str | None
    owner: str | None = None
    """The system that owns the object."""
    effective_from: Timestamp | None = None
    supersedes: str | None = None
    """Revision that it takes the place of."""
    sha256: str
    detail: str


class CommandRun(FactData):
    """A command of the MES was carried out or refused."""

    TYPE = "agent.command_run"
    command_id: str
    name: str
    outcome: Literal["done", "refused"]
    detail: str
    actor: str | None


class FactWithheld(FactData):
    """Stands in the place of a fact that cannot be sent, under its sequence, so that nothing behind it waits.

    It is made when it is sent and stands in no journal. A retry sends the fact itself, under its own id.
    """

    TYPE = "fact.withheld"
    sequence: int
    withheld_id: str | None
    """Id of the fact; null where not even that can be read any more."""
    withheld_type: str | None = None
    """Its type, as `family.name`; null where it cannot be read."""
    withheld_key: str | None = None
    """The work center that it is about; null where it is about the agent itself or cannot be read."""
    reason: WithheldReason
    detail: str
    sha256: str | None
    """Of the fact's data as UTF-8 JSON, hexadecimal; null where it cannot be read."""


class StorageChanged(FactData):
    """The space that is left for facts fell below a threshold, or rose above it again."""

    TYPE = "storage.low"
    level: StorageLevel
    """low: no telemetry is kept. scarce: detail is shed too. reserve: scans and entries are refused. ample: as ever."""
    free_bytes: int
    """Free on the disk."""
    journal_bytes: int


class ClockStepped(FactData):
    """The wall clock was set (domain.md R24). What was open goes on by the new time, and lasts what it truly did."""

    TYPE = "clock.stepped"
    cause: Literal["set", "restart"]
    """set: while the agent ran. restart: it was set back while the agent did not run, by this much at least."""
    before: Timestamp
    """By the old time."""
    after: Timestamp
    """By the new time, the same instant."""
    offset_s: Number
    """Seconds that it is later now; negative where it was set back."""


class DetailShed(FactData):
    """Detail was not kept while space was scarce (domain.md G6)."""

    TYPE = "detail.shed"
    count: int
    start: Timestamp
    end: Timestamp

"""What people and other programs are shown: the present, as one document of the local API.

All times are RFC 3339 in UTC; the terminal shows them in `time_zone`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from agent.core.facts import (
    Block,
    DiscrepancyCode,
    Timestamp,
)
from agent.core.people.crew import LetIn
from agent.core.work_center_view import WorkCenterView

API_VERSION = 6
"""Grows when a client made for the former version would misread or be refused."""

LONGEST_CODE = 4096
"""Characters of one scan; a longer one is no label of a shop floor."""

OF_COMMANDS = "cmd-"
"""The ids under which answers to the MES's commands are kept begin with it."""


def _of_client(client_id: str) -> str:
    if client_id.startswith(OF_COMMANDS):
        raise ValueError(f"'{OF_COMMANDS}…' are the MES's; expected an id of your own, such as a UUID 4")
    return client_id


ClientId: TypeAlias = Annotated[str, Field(min_length=8, max_length=64), AfterValidator(_of_client)]
"""Made by a client; a command of the MES that came later under the same one would be taken for done."""
UplinkState: TypeAlias = Literal["online", "sending", "not_confirming", "offline"]


class Reply(Block):
    """The answer to an entry, a scan or a command, given after its commit."""

    accepted: bool
    code: str
    """`ok`, or the rule that refused it, such as `ALREADY_REPORTED`."""
    message: str
    """One sentence for the operator: what happened, or what was found and what to do. In English."""
    pattern: str = ""
    """The same with names in place of its values, for other languages; empty where there is none."""
    values: dict[str, str] = Field(default_factory=dict)
    """What stands in it, by name."""
    fact_ids: tuple[str, ...] = ()
    let_in: LetIn | None = None
    """Who showed by it who it is; null as a rule."""
    session: Annotated[str | None, Field(repr=False)] = None
    """Token of the session that begins with it: what is sent with it as `Authorization: Bearer …` is done by the one
    who was let in (docs/local-api.md). Kept nowhere."""


class UplinkView(Block):
    """How delivery goes."""

    state: UplinkState
    since: Timestamp
    waiting: Annotated[int, Field(ge=0)]
    """Facts that the MES has not confirmed."""
    oldest_age_s: float | None
    """Plant seconds since the oldest of them was committed."""
    autonomy_s: float | None
    """Plant seconds until only the reserve of the disk is left, at the pace of the last hour; null while unknown."""
    parked: Annotated[int, Field(ge=0)]
    """Facts that the broker or the MES did not take; somebody must look."""
    last_ack: Timestamp | None
    held: Annotated[int, Field(ge=0)] = 0
    """Of those that wait, so many for the next batch."""
    next_batch: Timestamp | None = None
    """When everything that waits is sent; null where everything goes at once."""
    detail: str


class HealthView(Block):
    """What `/healthz` says to who asks for JSON."""

    well: bool
    reasons: tuple[str, ...]
    """What keeps the agent from its work, a sentence each."""


class AlarmView(Block):
    """One thing that is wrong and somebody must act on."""

    code: str
    since: Timestamp
    text: str
    """What was found and what to do."""


class CodeView(Block):
    """A code that people choose: the reason of a stop, a defect."""

    code: str
    text: dict[str, str]
    """By language: en, ru, kk."""
    group: str | None = None
    """The first level of a choice of two."""
    generic: bool = False
    """It explains nothing by itself: a comment is asked for (domain.md R19)."""


class ListView(Block):
    """A list of codes in use."""

    codes: tuple[CodeView, ...]
    groups: dict[str, dict[str, str]] = Field(default_factory=dict)
    """What each group is called, by language."""


class DiscrepancyView(Block):
    """A contradiction that nobody has resolved (domain.md G4)."""

    discrepancy_id: str
    code: DiscrepancyCode
    wc_id: str | None
    """Null where it is about the agent itself."""
    order_id: str | None
    owner_role: str
    due: Timestamp
    status: Literal["open", "acknowledged", "expired", "resolved"]
    text: str
    """The evidence, in short."""


class ConfigView(Block):
    """The configuration that the agent read last."""

    path: str
    hash: str
    """SHA-256 of the canonical JSON of everything in it that is not by default, hexadecimal; `lineside check --json`
    says the same of the file as it is now."""
    loaded_at: Timestamp
    """Plant time."""
    needs_restart: tuple[str, ...]
    """Keys that were changed and are in force with the next start only."""


class AgentView(Block):
    """The whole present of one agent."""

    api_version: int
    version: str
    agent_id: str
    site: str
    instance: str
    epoch: str
    execution_mode: Literal["production", "simulation"]
    plant_time: Timestamp
    speed: float
    """Plant seconds per real second; 1 except on simulated lines."""
    time_zone: str
    config: ConfigView
    """What it goes by."""
    uplink: UplinkView
    alarms: tuple[AlarmView, ...]
    """What is wrong, the oldest first."""
    reasons: tuple[CodeView, ...]
    """What a stop can be given."""
    reason_groups: dict[str, dict[str, str]] = Field(default_factory=dict)
    """What each group of reasons is called, by language."""
    lists: dict[str, ListView] = Field(default_factory=dict)
    """The other lists of codes, by name: defects, causes, corrections, skips, interruptions, returns, deviations and
    holds."""
    open_discrepancies: Annotated[int, Field(ge=0)] = 0
    """All that are unresolved."""
    discrepancies: tuple[DiscrepancyView, ...] = ()
    """The first few of them to look at: those that are expired, then the one that is due next."""
    work_centers: tuple[WorkCenterView, ...]
    badge_pattern: str | None = None
    """What the codes of badges look like: a regular expression. A terminal does not show them."""


class EntryBody(Block):
    """What a client posts to `/v1/entries`."""

    client_id: ClientId
    """Made by the client, the same again when it repeats the entry after a lost answer."""
    wc_id: str
    action: Annotated[str, Field(pattern="^[a-z_]{3,40}$")]
    """One of the table in docs/entries.md; another one is refused with UNKNOWN_ACTION."""
    arguments: Annotated[dict[Annotated[str, Field(max_length=40)], str], Field(max_length=40)] = Field(
        default_factory=dict
    )
    """By name, as the table says. Instants are RFC 3339, quantities decimal texts."""
    actor: str | None = None
    """Null: whose session it comes in, else whoever signed on last at the work center. Somebody else is named by
    trusted callers alone."""
    role: Literal["operator", "supervisor", "quality", "maintenance"] = "operator"
    """What the actor may do, where no directory of operators is known; with one, that directory alone says it. A
    supervisor's action by somebody else is refused with NEEDS_SUPERVISOR."""


class SignOnBody(Block):
    """What a client posts to `/v1/sign-ons`: somebody says by a PIN who it is."""

    client_id: ClientId
    wc_id: str
    operator_id: Annotated[str, Field(min_length=1, max_length=64)]
    pin: Annotated[str, Field(min_length=1, max_length=64, repr=False)]
    activity: Literal["direct", "indirect"] | None = None
    """Null: direct, and of who only unlocks the one that goes on."""


class ScanBody(Block):
    """What a client posts to `/v1/scans`."""

    client_id: ClientId
    wc_id: str
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_CODE)]
    manual: bool = False
    """Typed by hand rather than read by a scanner."""


class ExplainBody(Block):
    """What a client posts to `/v1/explain`: what a text would come to if it were scanned now."""

    wc_id: str
    text: Annotated[str, Field(min_length=1, max_length=4096)]


class Problem(Block):
    """RFC 9457 problem details."""

    title: str
    status: int
    detail: str
    code: str = ""
    """By which programs know it, such as `SESSION_ENDED`; empty where the status says enough."""

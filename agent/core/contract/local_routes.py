"""The local API's routes: the one table that it is served by, checked against and published from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pydantic import BaseModel

from agent.core.desk.directory_views import DirectoryList, HistoryList, InForceView
from agent.core.parked_views import ParkedList, RetryBody, RetryReply
from agent.core.readings import ReadingsView
from agent.core.reconciliation.reconciliation_view import ReconciliationView
from agent.core.views import AgentView, EntryBody, ExplainBody, Reply, ScanBody, SignOnBody

METRICS_TYPE: Final = "text/plain; version=0.0.4"
MOST_FACTS: Final = 1000
"""That one answer shows."""
Who: TypeAlias = Literal["anybody", "session", "trusted"]
"""session: anybody, and whoever sends the token of a session acts as its holder."""


@dataclass(frozen=True, slots=True)
class Query:
    """What can be asked for behind the path."""

    name: str
    description: str
    kind: Literal["string", "integer"] = "string"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Other:
    """An answer that is no document of ours."""

    content_type: str
    description: str
    events: bool = False
    """An array of CloudEvents."""


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that can be asked of an agent."""

    name: str
    method: Literal["get", "post"]
    path: str
    summary: str
    answer: type[BaseModel] | Other
    body: type[BaseModel] | None = None
    query: tuple[Query, ...] = ()
    who: Who = "anybody"
    problems: Mapping[int, str] | None = None
    """By status what an answer other than 200 says, beside what any answer may say."""


_CENTER: Final = Query("wc", "The work center; without it all, or the site.")
_OBJECT: Final = Query("name", "Of the object, such as `items/CAP-28`.", required=True)
_NO_CENTER: Final = {404: "The agent has no such work center."}
ROUTES: Final[tuple[Route, ...]] = (
    Route("status", "get", "/v1/status", "The whole present.", AgentView),
    Route(
        "live",
        "get",
        "/v1/live",
        "The whole present at each change, and at least every 2 s, as text messages of a WebSocket. Whoever reads "
        "slowly gets fewer of them, the newest next.",
        AgentView,
        problems={400: "It is no WebSocket."},
    ),
    Route(
        "readings",
        "get",
        "/v1/readings",
        "What machines say at this moment: each configured value with its quality and its age. What was read over a "
        "connection that is lost is unknown, and what it was last stands beside it.",
        ReadingsView,
        query=(Query("wc", "The work center; without it all that have a machine."),),
        problems=_NO_CENTER,
    ),
    Route(
        "entries",
        "post",
        "/v1/entries",
        "What somebody enters: an action of docs/entries.md. A refusal is an answer too.",
        Reply,
        EntryBody,
        who="session",
        problems={
            **_NO_CENTER,
            403: "`NOT_WHO_ACTS`: it names somebody whose session it does not come in, and the caller is not trusted.",
        },
    ),
    Route(
        "scans",
        "post",
        "/v1/scans",
        "A code that was scanned or typed. A badge begins a session.",
        Reply,
        ScanBody,
        who="session",
        problems=_NO_CENTER,
    ),
    Route(
        "sign_ons",
        "post",
        "/v1/sign-ons",
        "Somebody says by a PIN who it is, which begins a session. A token that is sent along ends.",
        Reply,
        SignOnBody,
        problems=_NO_CENTER,
    ),
    Route(
        "explain",
        "post",
        "/v1/explain",
        "What a text would come to if it were scanned now. Nothing of it is kept.",
        Reply,
        ExplainBody,
        problems=_NO_CENTER,
    ),
    Route(
        "facts",
        "get",
        "/v1/facts",
        "The last facts, the oldest first.",
        Other("application/json", "CloudEvents", events=True),
        query=(Query("last", f"So many; 20 unless it is said, {MOST_FACTS} at most.", "integer"),),
    ),
    Route(
        "reconciliation",
        "get",
        "/v1/reconciliation",
        "Both sides of a reconciliation: what facts add up to, and the MES's figures.",
        ReconciliationView,
        query=(
            _CENTER,
            Query("shift", "`{business_date}/{shift_id}`, or a business date."),
            Query("order", "An order."),
            Query("lot", "A lot that was made or used up."),
            Query("days", "So many days back, where no shift is named; 7 unless it is said.", "integer"),
        ),
        problems=_NO_CENTER,
    ),
    Route(
        "parked",
        "get",
        "/v1/parked",
        "Facts that the broker or the MES did not take, by position, 100 at most.",
        ParkedList,
        query=(Query("after", "From behind this position on.", "integer"),),
    ),
    Route(
        "retry_parked",
        "post",
        "/v1/parked/retry",
        "Have parked facts sent again.",
        RetryReply,
        RetryBody,
        who="trusted",
        problems={404: "Some are not parked; nothing was asked for."},
    ),
    Route(
        "directories",
        "get",
        "/v1/directories",
        "The MES's objects: what is in force and what is scheduled.",
        DirectoryList,
        query=(Query("wc", "Those of this work center; `-` is the site."),),
    ),
    Route(
        "object_in_force",
        "get",
        "/v1/directories/in-force",
        "The payload of an object as it is in force.",
        InForceView,
        query=(_OBJECT, _CENTER),
    ),
    Route(
        "object_history",
        "get",
        "/v1/directories/history",
        "What became of each message about an object, the newest first.",
        HistoryList,
        query=(_OBJECT, _CENTER, Query("before", "From before this number on.", "integer")),
    ),
    Route(
        "health",
        "get",
        "/healthz",
        "Whether the agent does its work: `ok`, or what keeps it from it; JSON (`well`, `reasons`) where Accept asks "
        "for it.",
        Other("text/plain", "`ok`"),
        problems={503: "A sentence a line says what keeps the agent from its work."},
    ),
    Route(
        "metrics",
        "get",
        "/metrics",
        "Numbers for Prometheus; docs/metrics.md lists their names.",
        Other(METRICS_TYPE, "Prometheus text format"),
    ),
    Route("openapi", "get", "/v1/openapi.json", "This document.", Other("application/json", "OpenAPI 3.1")),
    Route("docs", "get", "/v1/docs", "This document as a page.", Other("text/html", "A page by itself")),
)
"""Every route, in the order in which it is shown."""
EVERY_TIME: Final[Mapping[int, str]] = {503: "The journal cannot be read."}
"""Problems of any route."""
OF_BODIES: Final[Mapping[int, str]] = {400: "The body is not as expected.", 413: "The body is too large."}
OF_QUERIES: Final[Mapping[int, str]] = {400: "The query is not as expected."}
OF_CALLERS: Final[Mapping[Who, Mapping[int, str]]] = {
    "anybody": {},
    "session": {401: "`SESSION_ENDED`: send the same again without Authorization, or sign on first."},
    "trusted": {403: "`NOT_TRUSTED`: call as root, as the agent's user or as a member of lineside-admin."},
}


def problems(route: Route) -> Mapping[int, str]:
    """By status what answers other than 200 say."""
    of_input = {**(OF_QUERIES if route.query else {}), **(OF_BODIES if route.body else {})}
    found = {**of_input, **OF_CALLERS[route.who], **EVERY_TIME, **(route.problems or {})}
    return dict(sorted(found.items()))

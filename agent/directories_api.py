"""The part of the local API that shows the copies of the MES's objects. It shows them, and changes none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from aiohttp import web

from agent.core.desk.directory_views import (
    AttributeView,
    DirectoryList,
    HistoryList,
    HistoryView,
    InForceView,
    ObjectView,
    RevisionView,
)
from agent.core.directories.copies import Kept
from agent.core.settings import AttributeSettings
from agent.core.times import iso
from agent.in_force import InForce
from agent.journal.copies import ALL, Copies, Happening, Held
from agent.problems import Handler, json

MOST = 50
"""Entries of a history in one answer."""


class DirectoriesApi:
    """Shows what one journal holds."""

    def __init__(self, copies: Copies, configuration: InForce) -> None:
        self._copies = copies
        self._configuration = configuration

    def handlers(self) -> Mapping[str, Handler]:
        """By route."""
        return {"directories": self._list, "object_in_force": self._in_force, "object_history": self._history}

    async def _list(self, request: web.Request) -> web.Response:
        objects = _objects(await self._copies.held(), self._configuration.settings.attribute)
        wanted = request.query.get("wc")
        return json(DirectoryList(directories=tuple(one for one in objects if wanted in {None, one.wc_id or "-"})))

    async def _in_force(self, request: web.Request) -> web.Response:
        asked = (request.query.get("wc"), _name(request), "applied")
        held = (one.kept for one in await self._copies.held())
        found = next((one for one in held if (one.wc_id, one.name, one.outcome) == asked), None)
        payload = None if found is None else found.payload.decode(errors="backslashreplace")
        return json(InForceView(payload=payload))

    async def _history(self, request: web.Request) -> web.Response:
        name = _name(request)
        try:
            before = int(request.query.get("before", str(ALL)))
        except ValueError:
            raise web.HTTPBadRequest(text="'before' must be a whole number") from None
        found = await self._copies.history(request.query.get("wc"), name, MOST, before)
        return json(HistoryList(history=tuple(_happening(one) for one in found)))


def _name(request: web.Request) -> str:
    name = request.query.get("name", "")
    if not name:
        raise web.HTTPBadRequest(text="'name' is missing; expected that of an object, such as items/CAP-28")
    return name


def _objects(held: Iterable[Held], attributes: Iterable[AttributeSettings]) -> list[ObjectView]:
    in_force: dict[tuple[str, str], RevisionView] = {}
    scheduled: dict[tuple[str, str], list[RevisionView]] = defaultdict(list)
    noted: dict[tuple[str, str], list[AttributeView]] = defaultdict(list)
    for one in held:
        key = (one.kept.wc_id or "", one.kept.name)
        view = RevisionView(**_revision(one.kept), received=one.received, sha256=one.sha256)
        if one.kept.outcome == "scheduled":
            scheduled[key].append(view)
        else:
            in_force[key] = view
    for attribute in attributes:
        key = (attribute.work_center or "", attribute.object)
        noted[key].append(AttributeView(name=attribute.name, value=attribute.value))
    return [
        ObjectView(
            wc_id=key[0] or None,
            name=key[1],
            in_force=in_force.get(key),
            scheduled=tuple(scheduled.get(key, ())),
            attributes=tuple(noted.get(key, ())),
        )
        for key in sorted({*in_force, *scheduled, *noted})
    ]


def _happening(one: Happening) -> HistoryView:
    kept = one.kept
    return HistoryView(
        **_revision(kept),
        received=one.recorded,
        sha256=one.sha256,
        number=one.number,
        outcome=kept.outcome,
        supersedes=kept.supersedes,
        detail=kept.detail,
        payload=kept.payload.decode(errors="backslashreplace"),
    )


def _revision(kept: Kept) -> dict[str, str | None]:
    effective = None if kept.effective_from is None else iso(kept.effective_from)
    return {"rev": kept.rev, "owner": kept.owner, "effective_from": effective}

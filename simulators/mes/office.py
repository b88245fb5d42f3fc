"""What the MES does beside taking facts: it hands out objects, commands, settles movements and says its own figures."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from simulators.mes.commands import LIFE, Answers, head, settling_id
from simulators.mes.control import Request
from simulators.mes.duties import SUMS, Due, Proposed, Settling, figures_due, figures_of, proposed
from simulators.mes.facts import StoredFact
from simulators.mes.link import Link
from simulators.mes.publishing import Directory
from simulators.mes.store import Store
from simulators.mes.topics import Place, Source

T = TypeVar("T")
_NEWS = SUMS | {"material.issued", "material.returned"}
_ANSWER_WITHIN_S = 10.0

_log = logging.getLogger(__name__)


class Office:
    """It outlives connections; what it says is said over the present one."""

    def __init__(self, place: Place, directory: Directory, store: Store, within: Callable[..., Awaitable[Any]]) -> None:
        self._place = place
        self._directory = directory
        self._store = store
        self._within = within
        self._answers = Answers()
        self._settling = Settling()
        self._wrong_by = Decimal(0)
        self._row = 0
        self._due: list[Due] = []
        self._asked: set[str] = set()
        self._link: Link | None = None
        self._group: asyncio.TaskGroup | None = None

    async def begin(self) -> None:
        """What had arrived before this process began has had its answer."""
        self._row, _ = await self._within(partial(self._store.news, 0, ()))

    async def open(self, link: Link, group: asyncio.TaskGroup) -> None:
        """A connection stands: all that is handed out goes over it, and what waited for an answer gets one."""
        self._link, self._group = link, group
        self._asked.clear()
        for topic, payload in self._directory:
            link.publish(topic, payload, retain=True)
        for one in await self._within(partial(self._store.ask, proposed)):
            self._settle_later(one)

    def close(self) -> None:
        """The connection is gone."""
        self._link = self._group = None

    def hear_answer(self, payload: bytes) -> None:
        """An agent answered a command."""
        self._answers.take(payload)

    def learn(self, topic: str) -> None:
        """A topic of facts tells where its work center is."""
        found = self._place.work_center(topic)
        if found is not None:
            area, wc_id = found
            self._directory.learn(wc_id, area)

    async def look(self) -> None:
        """Facts arrived: do what they ask for."""
        self._row, facts = await self._within(partial(self._store.news, self._row, _NEWS))
        for fact in facts:
            if fact.type in SUMS:
                due = figures_due(fact)
                self._due += [] if due is None else [due]
            elif fact.data["state"] == "proposed":
                self._settle_later(_proposed(fact))
        for due in tuple(self._due):
            receipt = await self._within(partial(self._store.receipt, due.source))
            # What is not there yet would be a difference that is none.
            if receipt.through >= due.sequence:
                self._due.remove(due)
                await self._say_figures(due, receipt.through)

    async def _say_figures(self, due: Due, through: int) -> None:
        def made(connection: sqlite3.Connection) -> list[tuple[str, dict[str, Any]]]:
            return list(figures_of(connection, due, through, self._wrong_by))

        for name, document in await self._within(partial(self._store.ask, made)):
            try:
                self._publish(name, document, due.wc_id)
            except ValueError as error:
                _log.warning("MES: no figures: %s", error)

    def _settle_later(self, one: Proposed) -> None:
        if self._group is not None and one.movement_id not in self._asked:
            self._asked.add(one.movement_id)
            self._group.create_task(self._settle(one), name="mes: settle")

    async def _settle(self, one: Proposed) -> None:
        verdict = self._settling.of(one.item_id)
        await asyncio.sleep(self._settling.after_s)
        if verdict == "none" or self._link is None:
            return
        reason = "counted and booked" if verdict == "confirmed" else "not wanted"
        command_id = settling_id(one.agent_id, one.movement_id)
        command = head(reason, actor="erp", command_id=command_id, life=None)
        self._say(one.agent_id, "settle", command | {"movement_id": one.movement_id, "state": verdict})

    def _say(self, agent_id: str, name: str, command: dict[str, Any]) -> None:
        if self._link is None:
            raise ValueError("the MES has no connection to the broker")
        self._link.publish(self._place.command(agent_id, name), json.dumps(command, ensure_ascii=False).encode())

    def _publish(self, name: str, document: dict[str, Any] | None, wc_id: str | None) -> str:
        topic, payload = self._directory.put(name, document, wc_id)
        return self._out(topic, payload)

    def _out(self, topic: str, payload: bytes) -> str:
        if self._link is not None:
            self._link.publish(topic, payload, retain=True)
        return topic

    async def carry(self, request: Request) -> dict[str, Any]:
        """Carry out a request; see `simulators.mes.control`.

        Raises:
            ValueError: it cannot be done; the message says why.
            KeyError: it lacks something.
            TimeoutError: the agent does not answer.
        """
        deeds: dict[str, Callable[[Request], Awaitable[dict[str, Any]]]] = {
            "publish": self._hand_out,
            "withdraw": self._hand_out,
            "release": self._change,
            "change": self._change,
            "command": self._command,
            "settling": self._settle_so,
            "wrong_figures": self._be_wrong,
        }
        if request["do"] not in deeds:
            raise ValueError(f"'{request['do']}' is nothing that can be done here; expected {', '.join(deeds)}")
        return await deeds[request["do"]](request)

    async def _hand_out(self, request: Request) -> dict[str, Any]:
        document = request["document"] if request["do"] == "publish" else None
        return {"topic": self._publish(request["name"], document, request.get("wc_id"))}

    async def _change(self, request: Request) -> dict[str, Any]:
        changes = request["changes"] if request["do"] == "change" else {"release_status": "released"}
        return {"topic": self._out(*self._directory.change(request["order_id"], request.get("op_no"), changes))}

    async def _settle_so(self, request: Request) -> dict[str, Any]:
        told = {name: request[name] for name in ("verdict", "after_s") if name in request}
        self._settling = Settling(**told, rejected_items=frozenset(request.get("rejected_items", ())))
        return {}

    async def _be_wrong(self, request: Request) -> dict[str, Any]:
        self._wrong_by = Decimal(request["by"])
        return {}

    async def _command(self, request: Request) -> dict[str, Any]:
        agent_id = request.get("agent_id") or await self._only_agent()
        fields = dict(request.get("fields", {}))
        command = head("asked by hand", life=LIFE) | fields
        self._say(agent_id, request["name"], command)
        within_s = float(request.get("within_s", _ANSWER_WITHIN_S))
        return {"answer": await self._answers.of(command["command_id"], within_s)}

    async def _only_agent(self) -> str:
        receipts = await self._within(self._store.receipts)
        agents = sorted({Source.parse(receipt.source).agent_id for receipt in receipts})
        if len(agents) != 1:
            raise ValueError(f"which agent? Heard of: {', '.join(agents) or 'none'}")
        return agents[0]


def _proposed(fact: StoredFact) -> Proposed:
    return Proposed(Source.parse(fact.source).agent_id, fact.data["movement_id"], fact.key("item_id"))

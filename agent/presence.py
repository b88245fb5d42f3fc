"""The present, published as retained views beside the facts: it never queues behind the past."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from operator import is_not
from typing import Any

import orjson

from agent.broker import Outgoing, Session
from agent.core.contract.topics import Topics
from agent.core.machine.conditions import Condition
from agent.core.views import AgentView
from agent.core.work_center_view import WorkCenterView
from agent.intake import Intake

INTERVAL_S = 0.5
"""Real seconds between two looks at what changed; every view is at most a second old."""
STATE_EXPIRY_S = 24 * 3600
MOST_ORDERS = 50
"""Operations of the dispatch queue that are shown with their statuses."""
OF_QUEUE = {"order_id", "op_no", "status", "release_status", "qty_good", "qty_scrap", "qty_planned", "uom"}
FOR_PEOPLE = {"times", "instructions", "resources", "predecessors", "contradictions", "steps", "work_centers"}
"""What changes with every second, or is the MES's own."""


class Presence:
    """Publishes what changed of the present."""

    def __init__(self, intake: Intake, topics: Topics, look: Callable[[], Awaitable[AgentView]]) -> None:
        self._intake = intake
        self._topics = topics
        self._look = look

    async def run(self, session: Session) -> None:
        """Publish over this session until it is lost; what did not change is not sent again."""
        sent: dict[str, bytes] = {}
        while True:
            shown = self._intake.present
            for topic, document in self._documents(await self._look()):
                comparable = orjson.dumps({**document, "observedtime": None})
                if sent.get(topic) != comparable:
                    await session.room()
                    session.publish(_state(topic, document))
                    sent[topic] = comparable
            await asyncio.sleep(INTERVAL_S)
            await self._intake.until(partial(is_not, shown))

    async def say_goodbye(self, session: Session) -> list[asyncio.Future[int]]:
        """A clean stop: every work center is UNKNOWN from now on."""
        view = await self._look()
        return [
            session.publish(
                _state(self._topics.state(center.wc_id, "machine"), _machine(view, center, Condition.UNKNOWN))
            )
            for center in view.work_centers
        ]

    def _documents(self, view: AgentView) -> Iterator[tuple[str, dict[str, Any]]]:
        for center in view.work_centers:
            yield self._topics.state(center.wc_id, "machine"), _machine(view, center, center.condition)
            stop = None if center.stop is None else center.stop.model_dump(mode="json")
            yield self._topics.state(center.wc_id, "stop"), {**_stamp(view), "stop": stop}
            yield self._topics.state(center.wc_id, "order"), {**_stamp(view), **_orders(center)}
        yield self._topics.queue, {**_stamp(view), **view.uplink.model_dump(mode="json", exclude={"oldest_age_s"})}


def _stamp(view: AgentView) -> dict[str, Any]:
    return {"instance": view.instance, "observedtime": view.plant_time}


def _orders(center: WorkCenterView) -> dict[str, Any]:
    """Execution statuses beside business statuses, so that the MES sees where both sides disagree (requirement 79)."""
    waiting = [order.model_dump(mode="json", include=OF_QUEUE) for order in center.orders[:MOST_ORDERS]]
    current = None if center.order is None else center.order.model_dump(mode="json", exclude=FOR_PEOPLE)
    return {"order": current, "queue": waiting}


def _machine(view: AgentView, center: WorkCenterView, condition: Condition) -> dict[str, Any]:
    return {
        **_stamp(view),
        "condition": condition,
        "since": center.condition_since,
        "mode": center.mode,
        "link_up": center.link_up,
    }


def _state(topic: str, document: dict[str, Any]) -> Outgoing:
    return Outgoing(topic, orjson.dumps(document), retain=True, expiry_s=STATE_EXPIRY_S)

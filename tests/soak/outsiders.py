"""The suite of every broker at RabbitMQ and NATS: `make soak-brokers`. Not collected by `make test`, by its name.

What each of them cannot do is told in docs/brokers.md.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulators.mes.link import Received, connected
from tests.agent.mes_peer import Sender
from tests.agent.parts import AGENT, eventually
from tests.brokers.kinds import Running
from tests.brokers.test_matrix import (
    a_sender_at,
    test_a_broker_killed_in_the_middle_costs_nothing,
    test_an_agent_that_falls_silent_is_said_to_be_offline,
    test_an_outage_with_a_backlog_costs_nothing,
    test_facts_are_delivered_and_commands_answered,
)
from tests.soak.brokers import OUTSIDERS, an_outsider

__all__ = [
    "test_a_broker_killed_in_the_middle_costs_nothing",
    "test_an_agent_that_falls_silent_is_said_to_be_offline",
    "test_an_outage_with_a_backlog_costs_nothing",
    "test_facts_are_delivered_and_commands_answered",
]


@pytest.fixture(params=OUTSIDERS)
async def running(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Running]:
    async with an_outsider(request.param, tmp_path / "broker") as broker:
        yield broker


async def test_who_comes_late_and_names_the_topic_sees_the_present(running: Running, tmp_path: Path) -> None:
    """RabbitMQ sends nothing retained to who asks with a wildcard."""
    sender: Sender
    async with a_sender_at(running, tmp_path) as sender:
        await sender.online()
        for topic in (f"{AGENT}/status", f"{AGENT}/state/queue"):
            found: list[Received] = []

            async def hear(topic: str = topic, found: list[Received] = found) -> None:
                async with connected(running.address, "late") as link:
                    await link.subscribe([topic])
                    found += await link.receive()

            hearing = asyncio.create_task(hear())
            await eventually(lambda found=found: bool(found), topic)  # type: ignore[misc]
            await hearing
            assert json.loads(found[0].payload)

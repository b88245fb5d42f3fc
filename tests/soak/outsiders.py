"""The suite of every broker at RabbitMQ and NATS: `make soak-brokers`. Not collected by `make test`, by its name.

What each of them cannot do is told in docs/brokers.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.brokers.kinds import Running
from tests.brokers.test_matrix import (
    test_a_broker_killed_in_the_middle_costs_nothing,
    test_an_agent_that_falls_silent_is_said_to_be_offline,
    test_an_outage_with_a_backlog_costs_nothing,
    test_facts_are_delivered_and_commands_answered,
    test_who_comes_late_sees_the_present,
)
from tests.soak.brokers import OUTSIDERS, an_outsider

__all__ = [
    "test_a_broker_killed_in_the_middle_costs_nothing",
    "test_an_agent_that_falls_silent_is_said_to_be_offline",
    "test_an_outage_with_a_backlog_costs_nothing",
    "test_facts_are_delivered_and_commands_answered",
    "test_who_comes_late_sees_the_present",
]


@pytest.fixture(params=OUTSIDERS)
async def running(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Running]:
    async with an_outsider(request.param, tmp_path / "broker") as broker:
        yield broker

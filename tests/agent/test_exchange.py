"""Facts that wait for a batch: nothing is sent before its time, and then all of it, in sequence and without a hole."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

from agent.core.facts import DetailShed, Fact, Keys
from agent.journal.store import Commit
from simulators.broker import Broker
from tests.agent.happenings import QUALITY, facts
from tests.agent.mes_peer import Sender, a_mes, a_sender
from tests.agent.parts import CLOCK

QUIET_S = 1.5


def an_online_fact(number: int) -> Commit:
    data = DetailShed(keys=Keys(), quality=QUALITY, count=1, start="", end="")
    return Commit(facts=[Fact(UUID(int=number), data, number, number, f"test:{number}")])


async def recorded(sender: Sender, commit: Commit) -> None:
    await sender.journal.commit(commit, CLOCK.now().wall)


async def test_what_is_batched_waits_and_goes_along_with_the_next_fact_that_goes_at_once(
    broker: Broker, tmp_path: Path
) -> None:
    exchange = {"online": ["detail.shed"], "batch_every_s": 86_400.0 * 3650}
    async with a_mes(broker, acking=True) as mes, a_sender(tmp_path, broker.port, exchange=exchange) as sender:
        await sender.online()
        await recorded(sender, facts(1, 3))
        await asyncio.sleep(QUIET_S)
        assert mes.sequences() == []
        assert (await sender.overview.way.look(CLOCK.now().wall)).held == 3
        await recorded(sender, an_online_fact(4))
        await recorded(sender, facts(5, 5))
        await sender.confirmed(4)
        await asyncio.sleep(QUIET_S)
        assert mes.sequences() == [1, 2, 3, 4]


async def test_with_nothing_online_all_goes_in_scheduled_batches(broker: Broker, tmp_path: Path) -> None:
    exchange = {"online": [], "batch_every_s": 4.0}
    async with a_mes(broker, acking=True) as mes, a_sender(tmp_path, broker.port, exchange=exchange) as sender:
        await sender.online()
        shown = await sender.overview.way.look(CLOCK.now().wall)
        assert shown.next_batch is not None
        await recorded(sender, facts(1, 30))
        await sender.confirmed(30, within=8.0)
        assert mes.sequences() == list(range(1, 31))


async def test_what_a_batch_was_due_for_while_the_broker_was_away_is_sent_on_its_return(
    broker: Broker, tmp_path: Path
) -> None:
    exchange = {"online": [], "batch_every_s": 86_400.0 * 3650}
    async with a_mes(broker, acking=True) as mes, a_sender(tmp_path, broker.port, exchange=exchange) as sender:
        await sender.online()
        # Recorded before the last batch was due, as after a restart.
        await sender.journal.commit(facts(1, 2), 5.0)
        await recorded(sender, facts(3, 3))
        await sender.confirmed(2)
        await asyncio.sleep(QUIET_S)
        assert mes.sequences() == [1, 2]

"""Journals of an older version, whose migration is killed: at the next start all is there, and is delivered once."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.journal.opening import FILE_NAME
from simulators.broker import Broker
from simulators.demo.checks import Check, equal, none
from simulators.demo.configuration import ENTERPRISE
from simulators.demo.plant import PLANT_START, mes_arguments
from simulators.demo.processes import Supervised
from simulators.demo.progress import Progress
from simulators.demo.records import RANDOM
from simulators.demo.supervisor import point_said
from simulators.mes.link import Address
from tests.soak.old_facts import Past, claims_of, make_version_1
from tests.soak.points import POINTS, program

SITE = "plant1"
KILLED_WITHIN_S = 20.0
DELIVERED_WITHIN_S = 40.0
LOOK_S = 0.1

CONFIGURATION = """
[agent]
enterprise = "{enterprise}"
site = "{site}"
area = "hall-1"
id = "edge-{name}"
data = "{folder}/journal"
socket = "{folder}/agent.sock"

[mes]
host = "{broker.host}"
port = {broker.port}
protocol = "{broker.protocol}"

[simulation]
speed = 1.0
real_start = {real_start}
plant_start = {plant_start}

[[machine]]
work_center = "OLD-1"
modbus = {{ host = "127.0.0.1", port = 9 }}
signal = [{{ key = "run", role = "run", table = "discrete", address = 0, type = "bit" }}]
"""
"""An agent whose machine is away: only its past is of interest."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """What became of one journal."""

    point: str
    """Where it was killed."""
    wrong: tuple[str, ...]
    """Everything that is not as it should be, in words."""


async def migrate_under_fire(points: Sequence[str], folder: Path, seed: int, progress: Progress) -> list[Migrated]:
    """One journal for each point, one after the other, at a broker and an MES of their own."""
    dice = random.Random(seed)
    found: list[Migrated] = []
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(Broker(folder=folder / "broker", kind="mosquitto"))
        address = Address(broker.host, broker.port, broker.protocol)
        store = folder / "mes.sqlite"
        mes = Supervised("the MES", mes_arguments(store, address, SITE), folder / "mes.log", announces=True)
        await stack.enter_async_context(mes)
        for number, point in enumerate(points):
            past = Past(f"past{number:04}", dice.randint(50, 400), dice.randint(210, 400))
            place = folder / f"m{number:04}"
            make_version_1(place / "journal", past)
            agent = _agent(place, address)
            reached = await _killed(agent, point, dice)
            wrong = await _gone_on(agent, place, past, store)
            found.append(Migrated(reached, tuple(f"{point}, {place.name}: {words}" for words in wrong)))
            progress.say(
                f"migration {number + 1} of {len(points)}: killed at {reached}{': ' if wrong else ''}{wrong or ''}"
            )
    return found


def migration_checks(found: Sequence[Migrated]) -> list[Check]:
    """What is to be said of all of them."""
    wrong = [words for one in found for words in one.wrong]
    whole = sum(not one.wrong for one in found)
    return [equal("journals migrated whole", len(found), whole), none("faults after a migration", wrong)]


def _agent(place: Path, broker: Address) -> Supervised:
    now = datetime.now(UTC)
    config = place / "lineside.toml"
    config.write_text(
        CONFIGURATION.format(
            enterprise=ENTERPRISE,
            site=SITE,
            name=place.name,
            folder=place,
            broker=broker,
            real_start=now.isoformat(),
            plant_start=(PLANT_START + timedelta(minutes=1)).isoformat(),
        )
    )
    return Supervised("the agent", ("run", "-c", str(config)), place / "agent.log", announces=False)


async def _killed(agent: Supervised, point: str, dice: random.Random) -> str:
    """Let the migration begin and die; where it did."""
    await agent.start(program(point, dice.randint(1, POINTS[point].most)))
    try:
        async with asyncio.timeout(KILLED_WITHIN_S):
            await agent.wait()
    except TimeoutError:
        pass
    finally:
        await agent.kill()
    return point_said(agent.said()) or RANDOM


async def _gone_on(agent: Supervised, place: Path, past: Past, store: Path) -> list[str]:
    """Start it again and let it deliver; what is wrong then."""
    await agent.start()
    try:
        async with asyncio.timeout(DELIVERED_WITHIN_S):
            while _delivered(store, past) < past.facts and agent.ended is None:  # noqa: ASYNC110 - another process's file tells nobody
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        pass
    finally:
        await agent.kill()
    wrong = []
    if (there := _delivered(store, past)) != past.facts:
        wrong.append(f"{there} of {past.facts} facts delivered once; the agent said {agent.last_words()}")
    if (kept := claims_of(place / "journal")) != past.claims:
        wrong.append(f"{kept} of {past.claims} claims kept")
    copy = place / "journal" / "journal.schema1.sqlite"
    if not copy.exists() or (copied := _facts_in(copy)) != past.facts:
        wrong.append(f"the copy made before holds {copied if copy.exists() else 0} of {past.facts} facts")
    if (kept := _facts_in(place / "journal" / FILE_NAME)) != past.facts:
        wrong.append(f"{kept} of {past.facts} facts kept")
    return wrong


def _delivered(store: Path, past: Past) -> int:
    """Facts of the past at the MES, those that are there under two ids not counted."""
    once = (
        "SELECT count(*) FROM (SELECT sequence FROM events WHERE epoch = ? AND sequence <= ? AND type = 'link.lost' {})"
    )
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        query = once.format("AND wc = 'OLD-1' GROUP BY sequence HAVING count(*) = 1")
        return int(connection.execute(query, (past.epoch, past.facts)).fetchone()[0])


def _facts_in(file: Path) -> int:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM facts WHERE dedupkey LIKE 'link:past%'").fetchone()[0])

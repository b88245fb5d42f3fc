"""Whole agents on damaged journals: `python -m tests.soak.damaged_agents --agents N`.

A real agent at a real line makes a past without a broker and is killed. Each of N agents gets a copy of what it left,
damaged somewhere, a broker and an MES: it must go on, deliver, and say nothing that was not so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from agent.journal.opening import FILE_NAME
from simulators.broker import Broker
from simulators.demo.processes import Supervised
from simulators.mes.link import Address
from tests.agent.processes import AgentProcess, a_free_port, a_line, an_agent, asked, configuration
from tests.journal.damage import DAMAGES, Span

PAST_S = 15.0
"""Real seconds, each a minute of the plant."""
DELIVERED_WITHIN_S = 60.0
LOOK_S = 0.2
MOST_BEGINNINGS = 3
"""So often a run may let go of its journal and begin again: more is a loop."""
MOST_LOST = 30
"""A damage touches two pages at most, of about ten facts each."""
AGAIN = "lets go of everything and begins again"
_EVENTS = "SELECT epoch, sequence, id, type, payload FROM events WHERE source LIKE ?"


@dataclass(frozen=True, slots=True)
class Past:
    """What the killed agent left."""

    folder: Path
    text: str
    """Its configuration."""
    facts: Mapping[str, dict[str, object]]
    """The data of each fact by its id, as SQLite shows them in the undamaged file."""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one agent."""

    damage: str
    lost: int
    wrong: tuple[str, ...]


async def campaign(agents: int, seed: int, folder: Path) -> list[Found]:
    """One agent after the other, at one broker and one MES."""
    dice = random.Random(seed)
    past = await a_past(folder / "past")
    found: list[Found] = []
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(Broker(folder=folder / "broker", kind="mosquitto"))
        store = folder / "mes.sqlite"
        where = Address(broker.host, broker.port, broker.protocol)
        mes = Supervised("the MES", _mes(store, where), folder / "mes.log", announces=True)
        await stack.enter_async_context(mes)
        for number in range(1, agents + 1):
            place = folder / f"agent-{number:04}"
            shutil.copytree(past.folder, place / "journal")
            found.append(await _one(f"edge-{number}", past, place, broker.port, store, dice))
            if not found[-1].wrong:
                shutil.rmtree(place)
            print(f"{number} of {agents}: {found[-1]}", flush=True)  # noqa: T201
    return found


async def a_past(folder: Path) -> Past:
    """Let an agent work in a folder for a while without a broker, and kill it."""
    with a_line(folder) as line:
        text = configuration(folder, line, a_free_port())
        async with an_agent(folder, text) as agent:
            await agent.manager.hears("READY=1")
            await asyncio.sleep(PAST_S)
            agent.process.kill()
            await agent.process.wait()
    left = folder / "left"
    shutil.copytree(folder / "journal", left, ignore=shutil.ignore_patterns("*-shm", "*.lock"))
    with closing(sqlite3.connect(f"file:{folder / 'journal' / FILE_NAME}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT id, data FROM facts").fetchall()
    return Past(left, configuration(folder, None, 1), {_name(one): json.loads(data) for one, data in rows})


async def _one(name: str, past: Past, place: Path, port: int, store: Path, dice: random.Random) -> Found:
    hit, way = _damaged(place / "journal" / FILE_NAME, dice)
    text = configuration(place, None, port).replace('id = "edge-1"', f'id = "{name}"')
    async with an_agent(place, text, watchdog_s=30.0) as agent:
        wrong = await _delivered(agent, place)
    return _judged(name, past, store, f"{way} at {hit}", wrong)


def _damaged(path: Path, dice: random.Random) -> tuple[Span, str]:
    """Somewhere in the file or its log, each byte as likely as any other."""
    sizes = {suffix: _size(path.with_name(path.name + suffix)) for suffix in ("", "-wal")}
    suffix = dice.choices(list(sizes), list(sizes.values()))[0]
    way = dice.choice(list(DAMAGES))
    return DAMAGES[way](path, Span(suffix, 0, sizes[suffix]), dice), way


async def _delivered(agent: AgentProcess, place: Path) -> list[str]:
    """Until the MES has everything; what is wrong with how it came to that."""
    try:
        async with asyncio.timeout(DELIVERED_WITHIN_S):
            while not await _is_done(place):
                if agent.process.returncode is not None:
                    return [f"the agent ended with status {agent.process.returncode}"]
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        return [f"not delivered within {DELIVERED_WITHIN_S:.0f} s"]
    beginnings = agent.log.count(AGAIN)
    return [f"it began anew {beginnings} times"] if beginnings > MOST_BEGINNINGS else []


async def _is_done(place: Path) -> bool:
    try:
        status, body = await asked(place / "agent.sock", "GET /v1/status")
    except (OSError, ValueError):
        return False
    view = json.loads(body) if status == 200 else None
    return view is not None and view["uplink"]["state"] == "online" and view["uplink"]["waiting"] == 0


def _judged(name: str, past: Past, store: Path, damage: str, wrong: list[str]) -> Found:
    arrived: set[str] = set()
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        events = connection.execute(_EVENTS, (f"%:{name}:%",)).fetchall()
    places = Counter((epoch, sequence) for epoch, sequence, *_ in events)
    wrong += [f"sequence {sequence} of epoch {epoch} came twice" for (epoch, sequence), n in places.items() if n > 1]
    for _, _, one, type_name, payload in events:
        data = json.loads(payload)["data"]
        if one in past.facts:
            arrived.add(one)
            if data != past.facts[one]:
                wrong.append(f"fact {one} ({type_name}) was not written like that")
    lost = len(past.facts.keys() - arrived)
    if lost > MOST_LOST:
        wrong.append(f"{lost} facts are lost, more than two pages hold")
    return Found(damage, lost, tuple(wrong))


def _mes(store: Path, broker: Address) -> tuple[str, ...]:
    where = ("--host", broker.host, "--port", str(broker.port), "--protocol", broker.protocol)
    return ("simulate", "mes", "--store", str(store), *where, "--enterprise", "acme", "--site", "ala1")


def _name(identity: bytes) -> str:
    text = identity.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def main() -> None:
    """Run the campaign; exit code 1 where anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.damaged_agents", description=__doc__)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked_for = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lineside-damaged-"))
    (folder / "past").mkdir()
    found = asyncio.run(campaign(asked_for.agents, asked_for.seed, folder))
    wrong = [one for one in found if one.wrong]
    lost = sum(one.lost for one in found)
    print(f"{len(found)} damaged agents of seed {asked_for.seed}: {lost} facts lost, {len(wrong)} agents with faults")  # noqa: T201
    if wrong:
        sys.exit(f"journals, logs and the MES's store are kept in {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()

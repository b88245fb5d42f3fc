"""Two PCs with a copy of the same journal: a cloned disk, or a backup that was put back beside the original."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.journal.reading import read_latest
from simulators.broker import Broker
from tests.agent.mes_peer import Mes, a_mes
from tests.agent.parts import eventually
from tests.agent.processes import Line, a_line, an_agent, configuration


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with a_line(tmp_path_factory.mktemp("line")) as running:
        yield running


def facts_of(folder: Path) -> int:
    return len(read_latest(folder / "journal", 100_000))


def online(mes: Mes) -> str | None:
    """The instance that says last that it is online."""
    said = [json.loads(message.payload) for message in mes.messages("/status") if message.payload]
    return said[-1]["instance"] if said and said[-1]["online"] else None


async def test_of_two_agents_with_one_identity_one_is_online_and_both_acquire(
    line: Line, broker: Broker, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    async with a_mes(broker, acking=True) as mes:
        async with an_agent(first, configuration(first, line, broker.port)) as agent:
            await agent.manager.hears("READY=1")
            await eventually(lambda: len(mes.events()) > 3, "facts are delivered", 20)
            await agent.stopped()
        second.mkdir()
        shutil.copytree(first / "journal", second / "journal")
        async with an_agent(first, configuration(first, line, broker.port)) as agent:
            await agent.manager.hears("READY=1")
            await eventually(lambda: online(mes) is not None, "the first is online", 20)
            whose, before = online(mes), facts_of(second)
            async with an_agent(second, configuration(second, line, broker.port)) as other:
                await other.manager.hears("READY=1")
                await other.says("is online as 'edge-1'")
                await eventually(lambda: facts_of(second) > before + 3, "the second acquires all the same", 20)
                heard = len(mes.events())
                await eventually(lambda: len(mes.events()) > heard, "the first goes on delivering", 20)
                assert online(mes) == whose
                assert agent.process.returncode is None
                assert "identity" not in agent.log
                await asyncio.wait([asyncio.create_task(other.stopped())])
        identities: dict[tuple[str, str], set[str]] = {}
        for event in mes.events():
            identities.setdefault((event["source"], event["sequence"]), set()).add(event["id"])
        assert max(map(len, identities.values())) == 1, "no sequence was given twice"

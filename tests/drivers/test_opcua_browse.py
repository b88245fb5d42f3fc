from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from asyncua import ua
from asyncua.client.ua_client import UaClient
from hypothesis import given
from hypothesis import strategies as st

from agent.core.errors import DeviceError
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.opcua_browse import OpcUaBrowser, Variable
from drivers.opcua_values import node_id, node_text
from drivers.opcua_walk import Extent
from simulators.clock import Clock
from simulators.day import Day
from simulators.opcua import NAMESPACE, OpcUaSimulator
from simulators.script import FILLER
from simulators.truth import TruthLog
from tests.drivers.plants import free_port
from tests.drivers.servers.opcua_maze import Maze, Narrow

MAZE = "nsu=urn:maze%3Bwith 100%25;s="


def server_at(url: str) -> OpcUaSettings:
    return OpcUaSettings(endpoint=url, security="none", timeout_s=5.0)


async def walked(url: str, extent: Extent | None = None, start: str | None = None) -> tuple[list[Variable], bool]:
    async with OpcUaBrowser(server_at(url)) as browser:
        found = [variable async for variable in browser.walk(extent or Extent(), start=start)]
        return found, browser.is_cut


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def maze() -> AsyncIterator[Maze]:
    async with Maze(free_port(), machines=20, values=50) as wide:
        yield wide


@pytest.mark.asyncio(loop_scope="module")
async def test_who_ends_a_look_in_the_very_turn_of_an_answer_is_heard(
    maze: Maze, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = UaClient.read

    async def swallowing(client: UaClient, *rest: Any) -> Any:  # noqa: ANN401 - handed on as they come
        answer = await read(client, *rest)
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0)
        return answer

    monkeypatch.setattr(UaClient, "read", swallowing)
    look = asyncio.create_task(walked(maze.url))
    await asyncio.wait([look])
    assert look.cancelled()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_machine_is_found_with_its_values_and_nothing_but_reading_is_asked_for(tmp_path: Path) -> None:
    clock = Clock.starting()
    with TruthLog(tmp_path / "truth.jsonl", clock) as log:
        async with OpcUaSimulator([Day(FILLER)], clock, log) as server, OpcUaBrowser(server_at(server.url)) as browser:
            found = [variable async for variable in browser.walk(Extent())]
            [again] = await browser.read([(f"nsu={NAMESPACE};s=FILL-1.Status.StateCurrent", None, None)])
            assert server.violations == []
    state = Variable(
        f"nsu={NAMESPACE};s=FILL-1.Status.StateCurrent",
        ("FILL-1", "Status", "StateCurrent"),
        "Int32",
        6,
        "",
        rights="read",
    )
    assert state in found
    assert again == 6
    assert len(found) == 10
    assert not browser.is_cut


@pytest.mark.asyncio(loop_scope="module")
async def test_a_server_that_answers_little_at_once_is_walked_whole() -> None:
    async with Maze(free_port(), machines=20, values=30, narrow=Narrow()) as narrow:
        found, is_cut = await walked(narrow.url)
        asked = narrow.asked
    assert sorted(one.node for one in found) == sorted(f"{MAZE}m{m}.v{v}" for m in range(20) for v in range(30))
    assert {one.value for one in found} == set(range(30))
    assert not is_cut
    assert asked.refused > 0
    assert asked.following > 0
    assert asked.without_point > 0


@pytest.mark.asyncio(loop_scope="module")
async def test_loops_end_and_each_value_is_told_once(maze: Maze) -> None:
    found, is_cut = await walked(maze.url, Extent(depth=100))
    assert len({one.node for one in found}) == len(found) == 1_000
    assert not is_cut


@pytest.mark.asyncio(loop_scope="module")
async def test_a_large_address_space_is_cut_at_the_limit_and_that_is_told(maze: Maze) -> None:
    found, is_cut = await walked(maze.url, Extent(nodes=500))
    assert (len(found), is_cut) == (500 - 20, True)
    everything, is_cut = await walked(maze.url, Extent(nodes=1_021))
    assert (len(everything), is_cut) == (1_000, False)


@pytest.mark.asyncio(loop_scope="module")
async def test_depth_is_kept_and_a_walk_may_begin_anywhere(maze: Maze) -> None:
    assert await walked(maze.url, Extent(depth=1)) == ([], True)
    found, _ = await walked(maze.url, Extent(depth=1), start=f"{MAZE}m1")
    assert [one.path for one in found] == [(f"Value {value}",) for value in range(50)]
    with pytest.raises(LookupError, match="no namespace urn:elsewhere"):
        await walked(maze.url, start="nsu=urn:elsewhere;s=x")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_walk_that_is_cancelled_hangs_up(maze: Maze) -> None:
    seen = asyncio.Event()

    async def walk() -> None:
        async with OpcUaBrowser(server_at(maze.url)) as browser:
            async for _ in browser.walk(Extent()):
                seen.set()
                await asyncio.sleep(0)

    walking = asyncio.create_task(walk())
    await seen.wait()
    walking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await walking
    found, _ = await walked(maze.url)
    assert len(found) == 1_000


async def test_who_is_not_there_is_told_of_in_a_sentence() -> None:
    with pytest.raises(DeviceError, match=r"No OPC UA server answers at .*: connection refused\. Is the PLC on"):
        async with OpcUaBrowser(server_at(f"opc.tcp://127.0.0.1:{free_port()}")):
            pass


NAMESPACES = ["http://opcfoundation.org/UA/", "urn:a", "urn:semi;colon", "http://x.y/100%"]


@given(
    st.integers(0, 3),
    st.one_of(
        st.integers(0, 2**31 - 1), st.text(min_size=1).filter(str.isprintable), st.uuids(), st.binary(min_size=1)
    ),
)
def test_a_node_id_that_is_written_is_read_back(index: int, identifier: object) -> None:
    node = ua.NodeId(identifier, ua.Int16(index))  # type: ignore[arg-type]  # of the four kinds
    text = node_text(node, NAMESPACES)
    assert text is not None
    assert node_id(text, NAMESPACES) == node

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from agent.core.views import API_VERSION, AgentView, Reply, ScanBody
from agent.tui.connection import Connection, Loss
from agent.tui.deliveries import WAITING_AT_MOST, Answered, Delayed, Deliveries, GivenUp, Lost, News, Seen, in_touch
from tests.tui.fake_agent import DONE, FakeAgent
from tests.tui.operating import eventually
from tests.tui.views import CENTER, STOPPED, VIEW, showing


@dataclass
class Listener:
    """Everything that was told, in order."""

    told: list[News] = field(default_factory=list)

    @property
    def views(self) -> list[AgentView]:
        return [news.view for news in self.told if isinstance(news, Seen)]

    @property
    def losses(self) -> set[Loss]:
        return {news.loss for news in self.told if isinstance(news, Lost)}


@asynccontextmanager
async def listening(socket: Path) -> AsyncIterator[tuple[Listener, Deliveries]]:
    listener, deliveries = Listener(), Deliveries()
    async with in_touch(socket, deliveries, listener.told.append):
        yield listener, deliveries


def scan(number: int = 1) -> ScanBody:
    return ScanBody(client_id=f"client-{number:04}", wc_id="WC-12", text=f"SN:{number}")


async def test_every_view_arrives_in_order(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), listening(socket) as (listener, _):
        await eventually(lambda: agent.followers == 1, "the terminal follows")
        agent.show(showing(STOPPED))
        agent.show(showing(CENTER))
        await eventually(lambda: len(listener.views) == 4, "four views")
        assert listener.views == [VIEW, VIEW, showing(STOPPED), showing(CENTER)]
        assert listener.losses == set()


async def test_an_agent_that_ends_is_told_at_once_and_found_again(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with listening(socket) as (listener, _):
        await eventually(lambda: listener.losses == {Loss.ABSENT}, "nobody there")
        async with agent.serving(socket):
            await eventually(lambda: agent.followers == 1, "followed")
        listener.told.clear()
        await eventually(lambda: listener.losses == {Loss.ABSENT}, "lost", within=1.0)
        async with agent.serving(socket):
            await eventually(lambda: bool(listener.views), "found again", within=2.0)


async def test_an_agent_that_says_nothing_is_lost_for_its_silence(socket: Path) -> None:
    async with FakeAgent(VIEW, silent=True).serving(socket), listening(socket) as (listener, _):
        await eventually(lambda: listener.losses == {Loss.SILENT}, "silent")


@pytest.mark.parametrize(
    ("version", "loss"), [(str(API_VERSION + 1), Loss.NEWER_AGENT), ("0", Loss.OLDER_AGENT), ("", Loss.OLDER_AGENT)]
)
async def test_another_version_is_named_and_tried_again(socket: Path, version: str, loss: Loss) -> None:
    agent = FakeAgent(VIEW, version=version)
    async with agent.serving(socket), listening(socket) as (listener, _):
        await eventually(lambda: listener.losses == {loss}, "the versions differ")
        assert listener.views == []
        agent.version = str(API_VERSION)
        await eventually(lambda: bool(listener.views), "updated meanwhile")


async def test_a_reply_is_handed_over_with_its_entry(socket: Path) -> None:
    refused = Reply(accepted=False, code="UNKNOWN_CODE", message="no")
    agent = FakeAgent(VIEW, reply=refused)
    async with agent.serving(socket), listening(socket) as (listener, deliveries):
        assert deliveries.submit(scan())
        await eventually(lambda: Answered(scan(), refused) in listener.told, "the reply")
        assert agent.received == [scan()]


async def test_a_problem_document_is_a_refusal(socket: Path) -> None:
    async def refuse(_: web.Request) -> web.Response:
        problem = '{"title": "Disk full", "status": 503, "detail": "Nothing can be recorded. Call maintenance."}'
        return web.Response(text=problem, status=503, headers={"Lineside-Api": str(API_VERSION)})

    application = web.Application()
    application.add_routes([web.post("/v1/scans", refuse)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.UnixSite(runner, str(socket)).start()
    async with Connection(socket) as connection:
        reply = await connection.post(scan())
    await runner.cleanup()
    assert reply == Reply(accepted=False, code="Disk full", message="Nothing can be recorded. Call maintenance.")


def at(wc_id: str, number: int) -> ScanBody:
    return scan(number).model_copy(update={"wc_id": wc_id})


async def test_a_session_is_sent_with_all_that_is_for_its_work_center(socket: Path) -> None:
    agent = FakeAgent(VIEW, reply=DONE.model_copy(update={"session": "token-1"}))
    async with agent.serving(socket), Connection(socket) as connection:
        await connection.post(at("WC-12", 1))
        agent.reply = DONE
        for wc_id in ("WC-12", "WC-13", "WC-12"):
            await connection.post(at(wc_id, 2))
    assert agent.tokens == [None, "token-1", None, "token-1"]


async def test_an_entry_whose_session_has_ended_is_sent_once_more_without_it(socket: Path) -> None:
    agent = FakeAgent(VIEW, reply=DONE.model_copy(update={"session": "token-1"}))
    async with agent.serving(socket), Connection(socket) as connection:
        await connection.post(scan(1))
        agent.reply, agent.ended = DONE, {"token-1"}
        assert await connection.post(scan(2)) == DONE
        assert await connection.post(scan(3)) == DONE
    assert agent.received == [scan(1), scan(2), scan(2), scan(3)]
    assert agent.tokens == [None, "token-1", None, None]


async def test_the_answer_says_that_whoever_was_let_in_is_no_more(socket: Path) -> None:
    agent = FakeAgent(VIEW, reply=DONE.model_copy(update={"session": "token-1"}))
    async with agent.serving(socket), listening(socket) as (listener, deliveries):
        deliveries.submit(scan(1))
        await eventually(lambda: Answered(scan(1), agent.reply) in listener.told, "let in")
        agent.reply, agent.ended = DONE, {"token-1"}
        deliveries.submit(scan(2))
        deliveries.submit(scan(3))
        await eventually(lambda: Answered(scan(3), DONE) in listener.told, "not let in any more")
        assert Answered(scan(2), DONE, shut_out=True) in listener.told


async def test_an_entry_whose_answer_was_lost_is_repeated_with_the_same_id(socket: Path) -> None:
    agent = FakeAgent(VIEW, lose_answers=2)
    async with agent.serving(socket), listening(socket) as (listener, deliveries):
        deliveries.submit(scan())
        await eventually(lambda: Answered(scan(), DONE) in listener.told, "the answer")
        assert agent.received == [scan(), scan(), scan()]
        assert listener.told.count(Delayed(scan())) == 2


async def test_entries_made_while_the_agent_is_away_arrive_in_order_when_it_is_back(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    scans = [scan(number) for number in range(5)]
    async with listening(socket) as (listener, deliveries):
        assert [deliveries.submit(body) for body in scans] == [True] * 5
        await eventually(lambda: Delayed(scans[0]) in listener.told, "waiting")
        async with agent.serving(socket):
            await eventually(lambda: Answered(scans[-1], DONE) in listener.told, "all answered")
    assert agent.received == scans


async def test_giving_up_ends_the_waiting_and_drops_what_was_never_sent(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with listening(socket) as (listener, deliveries):
        deliveries.submit(scan(1))
        deliveries.submit(scan(2))
        await eventually(lambda: Delayed(scan(1)) in listener.told, "waiting")
        assert deliveries.give_up()
        await eventually(lambda: GivenUp(scan(1), unsent=1) in listener.told, "given up")
        assert (deliveries.waiting, deliveries.give_up()) == (0, False)
        async with agent.serving(socket):
            deliveries.submit(scan(3))
            await eventually(lambda: Answered(scan(3), DONE) in listener.told, "the next one goes through")
    assert agent.received == [scan(3)]


async def test_no_more_entries_are_taken_than_an_operator_can_oversee() -> None:
    deliveries = Deliveries()
    assert [deliveries.submit(scan(number)) for number in range(WAITING_AT_MOST + 1)] == [True] * WAITING_AT_MOST + [
        False
    ]


async def test_leaving_while_an_entry_waits_ends_at_once(socket: Path) -> None:
    async with asyncio.timeout(2):
        async with listening(socket) as (listener, deliveries):
            deliveries.submit(scan())
            await eventually(lambda: Delayed(scan()) in listener.told, "waiting")

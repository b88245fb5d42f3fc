"""Who acts at this terminal is shown for as long as the agent believes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from agent.core.people.crew import LetIn
from agent.core.views import Reply
from tests.tui.fake_agent import DONE, FakeAgent
from tests.tui.operating import Operator, eventually, operating
from tests.tui.people import ASEL, MANNED, MARAT
from tests.tui.views import showing

LET_IN = Reply(
    accepted=True, code="ok", message="", let_in=LetIn(operator_id=MARAT.operator_id, number=1), session="token-1"
)


def acting(operator: Operator) -> str | None:
    scene = operator.terminal.desk.scene(0.0)
    return scene.acting.operator_id if scene and scene.acting else None


@asynccontextmanager
async def marat_was_let_in(socket: Path) -> AsyncIterator[tuple[FakeAgent, Operator]]:
    """Asel signed on after him."""
    agent = FakeAgent(showing(MANNED), reply=LET_IN)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        operator.scan("BDG:4711")
        await eventually(lambda: acting(operator) == MARAT.operator_id, "Marat acts")
        agent.reply = DONE
        yield agent, operator


async def test_an_entry_in_a_session_that_has_ended_is_made_all_the_same_and_who_acts_now_is_shown(
    socket: Path,
) -> None:
    async with marat_was_let_in(socket) as (agent, operator):
        agent.ended = {"token-1"}
        operator.scan("SN:1")
        await eventually(lambda: acting(operator) == ASEL.operator_id, "who signed on last acts")
        assert agent.tokens == [None, "token-1", None]
        assert agent.received[1] == agent.received[2]


async def test_whoever_was_let_in_acts_no_more_when_the_agent_has_begun_anew(socket: Path) -> None:
    async with marat_was_let_in(socket) as (agent, operator):
        agent.show(showing(MANNED).model_copy(update={"instance": "another run"}))
        await eventually(lambda: acting(operator) == ASEL.operator_id, "who signed on last acts")

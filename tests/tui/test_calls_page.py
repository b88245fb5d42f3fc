"""Calls for help."""

from __future__ import annotations

from pathlib import Path

from agent.core.views import EntryBody
from agent.tui.sheets import calls
from agent.tui.sheets.sheet import Note, Send
from tests.tui.fake_agent import FakeAgent
from tests.tui.operating import eventually, operating
from tests.tui.people import MANNED, TECHNICIAN
from tests.tui.test_handover_page import scene
from tests.tui.views import showing

CALLED = MANNED.model_copy(update={"calls": (TECHNICIAN,)})


def test_each_role_has_its_digit_whoever_is_called() -> None:
    assert [choice.label for choice in calls.call(scene(MANNED), {}).choices] == [
        "Technician",
        "Quality control",
        "Supervisor",
        "Logistics",
    ]
    sheet = calls.call(scene(CALLED), {})
    assert [choice.label for choice in sheet.choices] == [
        "Technician: called at 11:51",
        "Quality control",
        "Supervisor",
        "Logistics",
        "Somebody came: Technician",
    ]
    assert isinstance(sheet.choices[0].deed, Note), "a second call of the same role is not sent"


def test_enter_says_that_whoever_was_called_first_came() -> None:
    primary = calls.call(scene(CALLED), {}).primary
    assert primary is not None
    assert primary.deed == Send("Somebody came: Technician", "answer_call", {"call_id": "call-1"})
    assert calls.call(scene(MANNED), {}).primary is None


def test_open_calls_are_told_in_one_line() -> None:
    assert calls.told(scene(CALLED)) == "! Called: Technician 11:51"
    assert calls.told(scene(MANNED)) == ""


async def test_f8_and_a_digit_call(socket: Path) -> None:
    agent = FakeAgent(showing(MANNED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        await operator.press("f8", "2")
        await eventually(lambda: len(agent.received) == 1, "the call is sent")
        (body,) = agent.received
        assert isinstance(body, EntryBody)
        assert (body.action, body.arguments) == ("call", {"role": "quality"})

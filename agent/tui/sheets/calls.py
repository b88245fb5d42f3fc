"""Calls for help: who is called by a digit, and that somebody came."""

from __future__ import annotations

from typing import Final

from agent.core.handover.board_view import CallView
from agent.tui.scene import Scene
from agent.tui.sheets.sheet import Choice, Known, Note, Primary, Send, Sheet
from agent.tui.wording import Wording

ROLES: Final = {
    "maintenance": "Technician",
    "quality": "Quality control",
    "supervisor": "Supervisor",
    "logistics": "Logistics",
}
"""Who can be called, by the same digits always, and what they are called."""


def call(scene: Scene, _known: Known) -> Sheet:
    """Whom to call, and behind them the calls that nobody has answered."""
    words, calls = scene.words, scene.center.calls
    called: dict[str, CallView] = {one.role: one for one in calls}
    choices = [_choice(role, called.get(role), words) for role in ROLES]
    choices += [Choice(_came(one, words), _answer(one, words)) for one in calls]
    primary = Primary(_came(calls[0], words), _answer(calls[0], words)) if calls else None
    return Sheet(words.say("Call whom? Press a digit"), choices=tuple(choices), primary=primary)


def named(role: str, words: Wording) -> str:
    """What a role is called; as the agent says it where it is none of ours."""
    return words.say(ROLES[role]) if role in ROLES else role


def told(scene: Scene) -> str:
    """Who is called and has not come, in one line; empty where nobody is."""
    words = scene.words
    since = [f"{named(one.role, words)} {words.minute(one.since)}" for one in scene.center.calls]
    return f"! {words.say('Called')}: {', '.join(since)}" if since else ""


def _choice(role: str, open_call: CallView | None, words: Wording) -> Choice:
    name = named(role, words)
    if open_call is None:
        return Choice(name, Send(words.say("Call: {role}", role=name), "call", {"role": role}))
    already = words.say("{role}: called at {time}", role=name, time=words.minute(open_call.since))
    return Choice(already, Note(already), marked=True)


def _came(one: CallView, words: Wording) -> str:
    return words.say("Somebody came: {role}", role=named(one.role, words))


def _answer(one: CallView, words: Wording) -> Send:
    return Send(_came(one, words), "answer_call", {"call_id": one.call_id})

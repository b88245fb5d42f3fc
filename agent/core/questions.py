"""What is asked once before it is done (domain.md E3): a card is scanned too easily to finish an order with it.

What was asked for is an entry that waits, durably, for the word of whoever asked. It has been tried before it is
asked, and is carried out like any other when it is confirmed: by what holds then, if it is still about the same.
"""

from __future__ import annotations

from typing import Final

from agent.core import sentences
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.corrections import undo
from agent.core.corrections.targets import Target
from agent.core.errors import EntryRefusedError
from agent.core.observations import Entry
from agent.core.people import rights
from agent.core.sentences import Sentence, say
from agent.core.state import Floor, Question
from agent.core.turn import Turn
from agent.core.values import replace

CONFIRM: Final = "CONFIRM"
"""Code of an answer that asks."""
ANSWER_S = 30.0
"""Plant time after which a question is dropped."""


def ask(turn: Turn, entry: Entry, question: Sentence) -> Sentence:
    """Have an entry, which has been tried, wait for its confirmation; returns the question."""
    assert entry.actor is not None
    asked = Question(
        action=entry.action,
        arguments=entry.arguments,
        actor=entry.actor,
        about=_about(turn, entry.action, entry.actor),
        until=entry.observed.wall + ANSWER_S,
        pattern=question.pattern,
        values=dict(question.values),
    )
    turn.floor = replace(turn.floor, question=asked)
    return sentences.answer(CONFIRM, question)


def asked_now(floor: Floor, now: float) -> Question | None:
    """The question that waits for an answer."""
    question = floor.question
    return None if question is None or now >= question.until else question


def drop_late(turn: Turn, now: float) -> None:
    """Drop a question whose time is over."""
    if turn.floor.question is not None and asked_now(turn.floor, now) is None:
        turn.floor = replace(turn.floor, question=None)


def answers(table: Actions) -> Actions:
    """The two answers to a question about an action of this table."""

    def confirm(turn: Turn, entry: Entry) -> str:
        question = _must_wait(turn)
        _must_hold(turn, question, entry)
        turn.floor = replace(turn.floor, question=None)
        action = table[question.action]
        waiting = replace(entry, action=question.action, arguments=question.arguments, role="operator")
        rights.must_be(turn, waiting, *action.roles)
        return action.carry_out(turn, waiting)

    def needs(asked: Asked) -> Claims:
        found = _waiting(table, asked)
        return () if found is None else found[0].needs(found[1])

    def target(asked: Asked) -> Target | None:
        found = _waiting(table, asked)
        return None if found is None else found[0].target(found[1])

    return {"confirm": Action(confirm, needs, target), "cancel": Action(_cancel)}


def _cancel(turn: Turn, _: Entry) -> str:
    _must_wait(turn)
    turn.floor = replace(turn.floor, question=None)
    return say("Cancelled: nothing was done.")


def _must_wait(turn: Turn) -> Question:
    question = turn.floor.question
    if question is None:
        raise EntryRefusedError(
            "NOTHING_TO_CONFIRM", say("Nothing waits for an answer. Scan what is to be done first.")
        )
    return question


def _must_hold(turn: Turn, question: Question, entry: Entry) -> None:
    if entry.actor != question.actor or turn.crew.find(question.actor) is None:
        raise EntryRefusedError(
            "ASKED_BY_ANOTHER",
            say("{actor} asked for it and is not who acts now. Scan what is to be done again.", actor=question.actor),
        )
    if question.about != _about(turn, question.action, question.actor):
        raise EntryRefusedError(
            "CHANGED_SINCE", say("It is about something else by now. Scan what is to be done again.")
        )


def _about(turn: Turn, action: str, actor: str) -> str:
    if action in undo.ACTIONS:
        own = undo.own_word(turn.floor, actor)
        return "" if own is None else str(own.fact_id)
    return turn.execution_id


def _waiting(table: Actions, asked: Asked) -> tuple[Action, Asked] | None:
    question = asked.state.floor.question
    if question is None or question.action not in table:
        return None
    return table[question.action], replace(asked, arguments=question.arguments, actor=question.actor)

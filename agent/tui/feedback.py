"""What the terminal tells the operator about the last scan or entry: one tone, one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from agent.core.views import EntryBody, ReasonView, Reply
from agent.core.work_center_view import ScanView
from agent.tui.connection import Body
from agent.tui.deliveries import Answered, Delayed, GivenUp
from agent.tui.wording import Wording


class Tone(Enum):
    """Colour, word and symbol of a sentence; the value is the symbol."""

    ACCEPTED = "√"
    REFUSED = "×"
    WAITING = "…"
    UNSURE = "?"
    NOTE = "!"
    QUIET = " "


@dataclass(frozen=True, slots=True)
class Feedback:
    """One sentence and how it is meant."""

    tone: Tone
    text: str

    @property
    def rings(self) -> bool:
        """Whether the operator must look up."""
        return self.tone in {Tone.REFUSED, Tone.UNSURE}


QUIET = Feedback(Tone.QUIET, "")
REFUSALS: Final = {"STORAGE_FULL": "Nothing was taken: storage is full. Call maintenance, then repeat it."}
"""Refusals that the terminal words itself, by code; the others are said in the agent's words."""


def readable(code: str) -> str:
    """A scanned text with its control characters made visible: GS becomes ␝."""
    return "".join(chr(0x2400 + ord(character)) if ord(character) < 0x20 else character for character in code)


def named(body: Body, words: Wording, reasons: tuple[ReasonView, ...]) -> str:
    """What the operator calls this entry."""
    if not isinstance(body, EntryBody):
        return readable(body.text)
    if body.action == "set_reason":
        return words.say("Reason: {reason}", reason=words.reason(body.arguments["code"], reasons))
    order, operation = body.arguments["order_id"], body.arguments["op_no"]
    if body.action == "start_operation":
        return words.say("Start {order} / {operation}", order=order, operation=operation)
    return words.say("Finish {order} / {operation}", order=order, operation=operation)


def of_news(news: Answered | Delayed | GivenUp, words: Wording, text: str) -> Feedback:
    """What became of an entry that goes by the name `text`."""
    match news:
        case Answered(reply=reply):
            return _answered(reply, words)
        case Delayed():
            said = words.say("{text}: waiting for the agent… It will be repeated. Esc gives up.", text=text)
            return Feedback(Tone.WAITING, said)
        case GivenUp(unsent=unsent):
            said = words.say("{text}: it is not known whether the agent has it. Look at the last events.", text=text)
            if unsent:
                said += " " + words.say("Not sent: {count}. Enter them again.", count=words.count(unsent))
            return Feedback(Tone.UNSURE, said)


def of_scan(scan: ScanView, words: Wording) -> Feedback:
    """What a scan by any reader of this work center came to."""
    return _answered(scan, words)


def _answered(answer: Reply | ScanView, words: Wording) -> Feedback:
    known = REFUSALS.get(answer.code)
    said = answer.message if known is None else words.say(known)
    return Feedback(Tone.ACCEPTED if answer.accepted else Tone.REFUSED, said)

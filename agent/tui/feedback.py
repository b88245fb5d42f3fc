"""What the terminal tells the operator about the last scan or entry: one tone, one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from agent.core.views import Reply
from agent.core.work_center_view import ScanView
from agent.tui.deliveries import Answered, Delayed, GivenUp
from agent.tui.meanings import Damage
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
HELP: Final = "HELP"
"""Code of the answer to the card that asks for help."""
NOTICES: Final = frozenset({"CONFIRM", "ECHO", "ALREADY_LOADED"})
"""Codes of answers that are neither a deed nor a mistake: a question, a code that was there before."""
DAMAGES: Final = {
    Damage.CUT: "The code was cut off, nothing of it was taken. Scan it again.",
    Damage.MIXED: "Scan and typing came together, nothing was taken. Scan again, hands off the keys.",
    Damage.STRANGE: "A key came in the midst of the code, nothing was taken. Scan it again, hands off the keys.",
    Damage.EMPTY: "The scanner sent an empty code. Scan it again.",
}
"""What is said of a scan that cannot be believed."""


def readable(code: str) -> str:
    """A scanned text with its control characters made visible: GS becomes ␝."""
    return "".join(chr(0x2400 + ord(character)) if ord(character) < 0x20 else character for character in code)


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
    said = readable(words.answer(answer.pattern, answer.values, answer.message))
    if answer.code in NOTICES:
        return Feedback(Tone.NOTE, said)
    return Feedback(Tone.ACCEPTED if answer.accepted else Tone.REFUSED, said)

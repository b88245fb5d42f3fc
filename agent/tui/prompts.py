"""What stands in the line for typing while nothing is typed."""

from __future__ import annotations

from typing import Final

from agent.core.people.person_view import PinAskedView
from agent.tui.scene import Scene
from agent.tui.sheets import undoing
from agent.tui.sheets.sheet import Field, Page
from agent.tui.wording import Wording

_ABOUT_STOPS: Final = frozenset(
    {Page.RUN, Page.LOCKED, Page.QUESTION, Page.REASONS, Page.STOP, Page.PARTS, Page.SPLIT, Page.EXPLAIN}
)
"""Pages on which nothing reminds of the stop that asks why: it stands there, or something else must be done first."""


def pin_prompt(asked: PinAskedView | None, field: Field | None, words: Wording) -> str | None:
    """What asks for a PIN, if anything does: what is typed is hidden."""
    if asked is not None:
        return words.say("{name}: type your PIN and press Enter", name=asked.name)
    return field.prompt if field is not None and field.kind == "pin" else None


def prompt(scene: Scene | None, page: Page, field: Field | None, words: Wording) -> str:
    """What is to be typed, or that it can be; on the run what may be taken back, elsewhere that a stop asks why."""
    if field is not None:
        return field.prompt
    if scene is not None and page is Page.RUN and (offer := undoing.offer(scene)):
        return offer
    if scene is not None and scene.asks_why and page not in _ABOUT_STOPS:
        return words.say("It stands and nobody has said why: F2")
    return words.say("Scan a code, or type it and press Enter")

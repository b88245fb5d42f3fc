"""Why did it stop? The reason of one part of a stop, or of many at once; a generic one with a comment (R19, R20)."""

from __future__ import annotations

from agent.core.views import CodeView
from agent.tui.scene import Scene
from agent.tui.sheets import parts
from agent.tui.sheets.codes import Codes
from agent.tui.sheets.parts import Part
from agent.tui.sheets.sheet import Choice, Deed, Field, Known, Note, Page, Primary, Send, Sheet, Show

NONE = "The agent has no reasons yet. They come from the MES."
PARTS = "parts"
"""Under this name stand the parts of stops that get one reason, by their ids."""
CODE = "code"
THEN = "then"
"""Under this name stands the page that follows, where it is not the run."""


def asking(*asked: Part, then: Page | None = None) -> Show:
    """The page that asks for the reason of these parts."""
    known = {PARTS: " ".join(part.segment_id for part in asked)}
    return Show(Page.REASONS, known if then is None else {**known, THEN: then})


def reasons(scene: Scene, known: Known) -> Sheet | Note:
    """The reasons that can be given."""
    words, asked = scene.words, _asked(scene, known)
    if not asked:
        return Note(words.say("This stop is no longer here."))
    code = None if CODE not in known else of_stops(scene).find(known[CODE])
    if code is not None:
        return _comment(scene, known, code, asked)
    if not scene.view.reasons:
        return Sheet(words.say(NONE))
    title, choices = words.say("Why did it stop? Press a digit"), _choices(scene, Show(Page.REASONS, known), asked)
    if THEN not in known and asked[0].until is None:
        # What it did and since when stands above every page.
        return Sheet(title, choices=choices, primary=_more(scene, asked[0]))
    return Sheet(title, (_about(scene, asked),), choices)


def of_present(scene: Scene) -> tuple[Choice, ...]:
    """The reasons of what is present of the open stop; nothing where none is open."""
    present = parts.of_open(scene)[-1:]
    return _choices(scene, asking(*present), present) if present else ()


def of_stops(scene: Scene, suggested: str | None = None) -> Codes:
    """All reasons of stops."""
    view = scene.view
    return Codes(view.reasons, view.reason_groups, suggested, scene.center.favourites)


def given(scene: Scene, asked: tuple[Part, ...], code: CodeView, comment: str = "", then: Show | None = None) -> Send:
    """Gives each of these parts a reason."""
    said = {CODE: code.code, "comment": comment} if comment else {CODE: code.code}
    entries = [{**said, **part.named} for part in asked]
    name = scene.words.say("Reason: {reason}", reason=scene.words.code(code))
    return Send(name, "set_reason", entries[0], then, tuple(entries[1:]))


def _asked(scene: Scene, known: Known) -> tuple[Part, ...]:
    found = (parts.find(scene, segment_id) for segment_id in known.get(PARTS, "").split())
    return tuple(part for part in found if part is not None)


def _choices(scene: Scene, here: Show, asked: tuple[Part, ...]) -> tuple[Choice, ...]:
    stop, then = scene.stop, _then(here.known, asked[0])
    is_present = stop is not None and [part.segment_id for part in asked] == [stop.segment_id]
    suggested = stop.suggested_reason if stop is not None and is_present else None

    def pick(code: CodeView) -> Deed:
        if code.generic:
            return Show(Page.REASONS, {**here.known, CODE: code.code})
        return given(scene, asked, code, then=then)

    return of_stops(scene, suggested).choices(here, scene.words, pick)


def _comment(scene: Scene, known: Known, code: CodeView, asked: tuple[Part, ...]) -> Sheet:
    words = scene.words

    def take(text: str) -> Deed:
        return given(scene, asked, code, text, _then(known, asked[0]))

    return Sheet(
        words.code(code),
        (words.say("That says nothing by itself. What was it, in a few words?"),),
        field=Field(words.say("Type what it was and press Enter"), "text", take),
    )


def _then(known: Known, first: Part) -> Show | None:
    """What is shown once the reason is given."""
    match known.get(THEN):
        case Page.EXPLAIN:
            return Show(Page.EXPLAIN)
        case Page.PARTS:
            return Show(Page.PARTS, {"stop_id": first.stop_id})
        case _:
            return None


def _about(scene: Scene, asked: tuple[Part, ...]) -> str:
    words = scene.words
    if len(asked) == 1:
        return asked[0].span(scene.now, words)
    told = words.say("One reason for {count} stops", count=words.count(len(asked)))
    late = sum(part.late for part in asked)
    return f"{told}   ! {words.say('counts as late')}: {words.count(late)}" if late else told


def _more(scene: Scene, part: Part) -> Primary:
    return Primary(scene.words.say("Comment, split, other stops"), Show(Page.STOP, {"segment_id": part.segment_id}))

"""Work centers without a machine: people say when it stops (domain.md R22)."""

from __future__ import annotations

from agent.core.views import CodeView
from agent.tui.scene import Scene
from agent.tui.sheets import parts, reasons
from agent.tui.sheets.sheet import Deed, Field, Known, Note, Page, Primary, Send, Sheet, Show


def begin_stop(scene: Scene, known: Known) -> Sheet | Note:
    """A stop begins, with its reason."""
    words = scene.words
    if scene.stop is not None or not scene.center.manual:
        return Note(words.say("A stop is open already. End it first."))
    codes = reasons.of_stops(scene)
    code = codes.find(known.get(reasons.CODE, ""))
    if code is not None:

        def take(text: str) -> Deed:
            return _begun(scene, code, text)

        said = words.say("That says nothing by itself. What was it, in a few words?")
        field = Field(words.say("Type what it was and press Enter"), "text", take)
        return Sheet(words.code(code), (said,), field=field)
    here = Show(Page.BEGIN_STOP, known)

    def pick(chosen: CodeView) -> Deed:
        return Show(Page.BEGIN_STOP, {**known, reasons.CODE: chosen.code}) if chosen.generic else _begun(scene, chosen)

    return Sheet(words.say("It stops now. Why?"), choices=codes.choices(here, words, pick), primary=_primary(scene))


def _begun(scene: Scene, code: CodeView, comment: str = "") -> Send:
    name = scene.words.say("Stop: {reason}", reason=scene.words.code(code))
    return Send(name, "start_stop", {"code": code.code, "comment": comment} if comment else {"code": code.code})


def _primary(scene: Scene) -> Primary | None:
    """To the stops that were; the stop without a reason where the MES has sent none."""
    words, asked = scene.words, parts.to_explain(scene)
    if not scene.view.reasons:
        label = words.say("It stops now")
        return Primary(label, Send(label, "start_stop", {}))
    if asked:
        count = words.count(len(asked))
        return Primary(words.say("Stops to explain: {count}", count=count), Show(Page.EXPLAIN))
    if parts.of_closed(scene):
        return Primary(words.say("Change another stop"), Show(Page.CLOSED_STOPS))
    return None

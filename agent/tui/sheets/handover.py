"""Handing the shift over: what stands, signed by the outgoing crew and acknowledged by the incoming one."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from agent.core.facts import ShiftKeys
from agent.core.handover.board_view import HandoverView
from agent.tui.scene import Scene
from agent.tui.sheets import notes
from agent.tui.sheets.sheet import Choice, Known, Page, Primary, Send, Sheet, Show
from agent.tui.wording import Wording

NOTES_SHOWN: Final = 4
"""Notes on the page itself, where the smallest screen has room for all that it says; more have a page of their own."""
LOTS_SHOWN: Final = 4


def handover(scene: Scene, _known: Known) -> Sheet:
    """The shift so far, or as it was signed; Enter signs or acknowledges, whichever is next."""
    words, waiting = scene.words, _waiting(scene)
    title = words.say("Handover") if waiting is None else words.say("Handover: signed, not acknowledged yet")
    comment = "" if waiting is None else waiting.comment
    lines = (_signature(scene), comment, _quantities(scene), _open(scene), _lots(scene))
    return Sheet(title, tuple(filter(None, lines)), _choices(scene), _primary(scene, waiting))


def told(scene: Scene) -> str:
    """That a handover waits for its acknowledgement, in one line; empty where none does."""
    waiting = _waiting(scene)
    if waiting is None:
        return ""
    time = scene.words.minute(waiting.signed_at)
    said = scene.words.say("Handover of {name}, {time}, waits: F9", name=waiting.signed_by_name, time=time)
    return f"! {said}"


def _waiting(scene: Scene) -> HandoverView | None:
    last = scene.center.handover
    return None if last is None or last.acknowledged_by is not None else last


def _primary(scene: Scene, waiting: HandoverView | None) -> Primary | None:
    words, acting = scene.words, scene.acting
    if acting is None:
        return None
    if waiting is None:
        sign = words.say("Sign: I hand the shift over")
        return Primary(sign, Send(sign, "sign_handover", {}))
    if waiting.signed_by == acting.operator_id:
        again = words.say("Sign again, as it stands now")
        return Primary(again, Send(again, "sign_handover", {}))
    acknowledge = words.say("Acknowledge: I have read it")
    return Primary(acknowledge, Send(acknowledge, "acknowledge_handover", {}))


def _choices(scene: Scene) -> tuple[Choice, ...]:
    words, uncoded, written = scene.words, scene.center.uncoded, scene.center.notes
    choices = [Choice(words.say("Add a note"), Show(Page.ADD_NOTE))]
    if uncoded:
        text = words.say("Not explained: {count}", count=words.count(uncoded))
        choices.append(Choice(text, Show(Page.STOPS), marked=True))
    if len(written) > NOTES_SHOWN:
        choices.append(Choice(words.say("Notes: {count}", count=words.count(len(written))), Show(Page.NOTES)))
    else:
        choices += notes.choices(scene)
    return tuple(choices)


def _signature(scene: Scene) -> str:
    words, last = scene.words, scene.center.handover
    if not scene.center.crew:
        return words.say("Nobody is signed on here. Scan your badge first.")
    if last is None:
        return ""
    signed = words.say("Signed: {name}, {time}.", name=last.signed_by_name, time=words.moment(last.signed_at))
    if last.acknowledged_at is None:
        return signed
    name, time = last.acknowledged_by_name or "", words.moment(last.acknowledged_at)
    return f"{signed} {words.say('Acknowledged: {name}, {time}.', name=name, time=time)}"


def _quantities(scene: Scene) -> str:
    """As it was signed while that waits; of the shift that has just ended while that is signed; else as it is."""
    words, center, signed = scene.words, scene.center, _waiting(scene)
    told, figures = center.ended_shift if signed is None else signed, center.shift_figures
    if told is not None:
        return _made(words, told.shift, told.qty_good, told.qty_scrap)
    if figures is None:
        return ""
    made, oee = _made(words, center.shift, figures.qty_good, figures.qty_scrap), figures.elements.oee
    return made if oee is None else f"{made} OEE {words.count(round(oee * 100))} %."


def _made(words: Wording, shift: ShiftKeys | None, good: Decimal, scrap: Decimal) -> str:
    name = "" if shift is None or shift.shift_id is None else f" {shift.shift_id}"
    return words.say(
        "Shift{name}: good {good}, scrap {scrap}.", name=name, good=words.count(good), scrap=words.count(scrap)
    )


def _open(scene: Scene) -> str:
    words, center = scene.words, scene.center
    said = []
    if center.stop is not None:
        said.append(words.say("Open stop since {time}.", time=words.minute(center.stop.start)))
    if scene.view.open_discrepancies:
        said.append(words.say("Contradictions: {count}.", count=words.count(scene.view.open_discrepancies)))
    if center.open_nc:
        said.append(words.say("Not conforming: {count}.", count=words.count(center.open_nc)))
    return "  ".join(said)


def _lots(scene: Scene) -> str:
    words, lots = scene.words, scene.center.lots
    shown = ", ".join(lots[:LOTS_SHOWN]) or words.say("none")
    more = f" +{len(lots) - LOTS_SHOWN}" if len(lots) > LOTS_SHOWN else ""
    return f"{words.say('Lots')}: {shown}{more}"

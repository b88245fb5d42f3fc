"""What is not to be used or gone on with: put on hold by anybody, released by quality or a supervisor."""

from __future__ import annotations

from agent.core.quality.quality_views import HoldView
from agent.tui.scene import Scene
from agent.tui.sheets import asking
from agent.tui.sheets.asking import CodeQuestion
from agent.tui.sheets.expected import wait_for
from agent.tui.sheets.sheet import Choice, Deed, Field, Known, Note, Page, Primary, Send, Sheet, Show

TARGETS = {"lot": "Lot {name}", "serial": "Unit {name}", "order": "Order {name}"}
"""What can be held, by the word of the entry."""
_SCANNED = "scan"
"""Target of what is not at hand on the screen: a scan says it."""


def holds(scene: Scene, _known: Known) -> Sheet:
    """What is held here."""
    words, found = scene.words, scene.center.quality.holds
    place = words.say("Put something on hold")
    add = Choice(place, Show(Page.HOLD))
    choices = tuple(Choice(_line(one, scene), Show(Page.RELEASE, {"hold_id": one.hold_id})) for one in found)
    title = words.say("On hold: press a digit to release") if found else words.say("Nothing is on hold here.")
    return Sheet(title, choices=(*choices, add), primary=Primary(place, add.deed))


def release(scene: Scene, known: Known) -> Sheet | Note:
    """Asks before it is free again."""
    words = scene.words
    found = next((one for one in scene.center.quality.holds if one.hold_id == known["hold_id"]), None)
    if found is None:
        return Note(words.say("This hold is over."))
    name = words.say("Release")
    deed = Send(name, "release_hold", {"hold_id": found.hold_id}, Show(Page.HOLDS))
    return Sheet(_line(found, scene), primary=Primary(name, deed))


def hold(scene: Scene, known: Known) -> Sheet:
    """What is to be held, out of what is at hand or typed; then why."""
    words = scene.words
    if "target_id" in known:
        held = words.say(TARGETS[known["target"]], name=known["target_id"])
        asked = CodeQuestion(
            Page.HOLD,
            words.say("{name}: why is it held?", name=held),
            "holds",
            "reason",
            lambda said: Send(words.say("Hold: {name}", name=held), "place_hold", said, Show(Page.HOLDS)),
        )
        return asking.code(scene, known, asked)
    if known.get("target") == _SCANNED:
        scan = words.say("Hold what is scanned")
        title = words.say("Why is it held?")
        return asking.code(
            scene, known, CodeQuestion(Page.HOLD, title, "holds", "reason", lambda said: _scanned(scan, said))
        )
    if "target" in known:
        return _typed(scene, known["target"])
    choices = [
        Choice(words.say(TARGETS[target], name=name), Show(Page.HOLD, {"target": target, "target_id": name}))
        for target, name in _at_hand(scene)
    ]
    choices.append(Choice(words.say("Another one: scan it"), Show(Page.HOLD, {"target": _SCANNED})))
    choices.append(Choice(words.say("Another lot: type it"), Show(Page.HOLD, {"target": "lot"})))
    choices.append(Choice(words.say("Another unit: type it"), Show(Page.HOLD, {"target": "serial"})))
    return Sheet(words.say("What is to be held?"), choices=tuple(choices))


def _scanned(name: str, said: Known) -> Send:
    return wait_for(
        name, "place_hold", {key: value for key, value in said.items() if key != "target"}, Show(Page.HOLDS)
    )


def _at_hand(scene: Scene) -> list[tuple[str, str]]:
    center = scene.center
    found = [("lot", lot_id) for lot_id in center.lots]
    if center.lot_out is not None:
        found.append(("lot", center.lot_out))
    if center.last_serial is not None:
        found.append(("serial", center.last_serial))
    if center.order is not None:
        found.append(("order", center.order.order_id))
    held = {(one.target, one.target_id) for one in center.quality.holds}
    return [one for one in found if one not in held]


def _typed(scene: Scene, target: str) -> Sheet:
    words = scene.words

    def take(text: str) -> Deed:
        return asking.name(text, words, lambda name: Show(Page.HOLD, {"target": target, "target_id": name}))

    prompt = words.say("The lot's number") if target == "lot" else words.say("The unit's serial")
    return Sheet(words.say("What is to be held?"), field=Field(prompt, "text", take))


def _line(one: HoldView, scene: Scene) -> str:
    words = scene.words
    reason = asking.code_text(scene, "holds", one.reason_code)
    held = words.say(TARGETS[one.target], name=one.target_id)
    return f"{held}   {words.say('since {time}', time=words.minute(one.since))}   {reason}"

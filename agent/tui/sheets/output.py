"""What is made: good parts where nobody counts them, parts of a setup, serials, lots, and quantities put right."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from agent.core.arguments import MOST_SERIALS
from agent.tui.scene import Scene
from agent.tui.sheets import asking
from agent.tui.sheets.asking import CodeQuestion
from agent.tui.sheets.sheet import Choice, Deed, Field, Known, Note, Page, Primary, Send, Sheet, Show

CATEGORIES: Final = {"good": "Good", "scrap": "Scrap", "rework": "In rework"}
"""Quantities that can be put right, by the word of the entry."""


def output(scene: Scene, known: Known) -> Sheet:
    """Good parts are typed where they are not counted; everything else is a step behind."""
    words = scene.words
    if scene.center.counts_output or "more" in known:
        return _choices(scene)

    def take(text: str) -> Deed:
        qty = asking.parts(text, words)
        if isinstance(qty, Note):
            return qty
        name = words.say("Good {quantity}", quantity=f"{words.count(qty)} {scene.center.uom}")
        return Send(name, "report_good", {"qty": asking.plain(qty)})

    title = words.say("Good parts: how many?")
    more = Primary(words.say("Setup parts, serials, lots, corrections"), Show(Page.OUTPUT, {"more": "1"}))
    field = Field(words.say("Quantity in {uom}", uom=scene.center.uom), "quantity", take)
    return Sheet(title, (_so_far(scene), *_setup_parts(scene)), primary=more, field=field)


def setup_parts(scene: Scene, _known: Known) -> Sheet | Note:
    """How many parts of the setups are good; the others are scrap."""
    words, left = scene.words, scene.center.setup_parts
    if left <= 0:
        return Note(words.say("No parts of a setup wait to be told apart."))

    def take(text: str) -> Deed:
        good = asking.number(text, words)
        if isinstance(good, Note):
            return good
        if not 0 <= good <= left or good != good.to_integral_value():
            return Note(words.say("Type 0 to {most}.", most=words.count(left)))
        said = {"good": asking.plain(good), "scrap": asking.plain(left - good)}
        return Send(words.say("Setup parts"), "dispose_setup", said)

    quantity = f"{words.count(left)} {scene.center.uom}"
    title = words.say("{quantity} made in setup: how many of them are good?", quantity=quantity)
    others = words.say("The others become scrap.")
    field = Field(words.say("Quantity in {uom}", uom=scene.center.uom), "quantity", take)
    return Sheet(title, (others,), primary=Primary(words.say("None is good"), take("0")), field=field)


def serials(scene: Scene, _known: Known) -> Sheet | Note:
    """The next serials, one as a rule."""
    words = scene.words
    if not scene.center.issues_serials:
        return Note(words.say("No serials are issued here now. Scan the label of the unit."))

    def take(text: str) -> Deed:
        count = asking.parts(text, words)
        if isinstance(count, Note) or count > MOST_SERIALS:
            return Note(words.say("Type 1 to {most}.", most=words.count(MOST_SERIALS)))
        return Send(words.say("Next serials"), "assign_serial", {"count": asking.plain(count)})

    last = scene.center.last_serial
    lines = () if last is None else (words.say("Last serial: {serial}", serial=last),)
    field = Field(words.say("How many serials"), "quantity", take)
    one = Primary(words.say("The next serial"), take("1"))
    return Sheet(words.say("Serials: how many?"), lines, primary=one, field=field)


def new_lot(scene: Scene, _known: Known) -> Sheet | Note:
    """From now on another lot is made: the next one by its number, or the one that is typed."""
    words, center = scene.words, scene.center
    lines = () if center.lot_out is None else (_lot_made(scene, center.lot_out),)
    match center.lot_issuer:
        case None:
            return Note(words.say("No order is in progress. F7 starts one."))
        case "mes":
            return Note(words.say("The MES names the lots of this order."))
        case "agent":
            start = Send(words.say("Next lot"), "start_lot", {})
            return Sheet(words.say("Begin the next lot?"), lines, primary=Primary(words.say("Begin it"), start))
        case "external":

            def send(lot_id: str) -> Deed:
                return Send(words.say("Lot {lot_id}", lot_id=lot_id), "start_lot", {"lot_id": lot_id})

            field = Field(words.say("The lot's number"), "text", lambda text: asking.name(text, words, send))
            scan = words.say("Scan the label of the lot that is made now, or type it.")
            return Sheet(words.say("Which lot is made now?"), (*lines, scan), field=field)


def adjust(scene: Scene, known: Known) -> Sheet:
    """Which quantity is wrong, by how much, and why."""
    words, title = scene.words, scene.words.say("Which quantity is wrong?")
    if "category" not in known:
        choices = tuple(
            Choice(
                f"{words.say(said)}: {words.count(_now(scene, category))}", Show(Page.ADJUST, {"category": category})
            )
            for category, said in CATEGORIES.items()
        )
        return Sheet(title, choices=choices)
    if "delta" not in known:
        return _delta(scene, known)
    name = words.say("Correction {delta}", delta=known["delta"])
    asked = CodeQuestion(
        Page.ADJUST,
        words.say("Why is it corrected?"),
        "corrections",
        "reason",
        lambda said: Send(name, "adjust_quantity", said),
    )
    return asking.code(scene, known, asked)


def _choices(scene: Scene) -> Sheet:
    words, center = scene.words, scene.center
    choices = []
    if center.setup_parts > 0:
        choices.append(Choice(words.say("Setup parts: good or scrap"), Show(Page.SETUP_PARTS)))
    if center.issues_serials:
        choices.append(Choice(words.say("Next serials"), Show(Page.SERIALS)))
    if center.lot_issuer in {"agent", "external"}:
        choices.append(Choice(words.say("Another lot is made"), Show(Page.NEW_LOT)))
    if center.open_nc or center.nonconforming:
        choices.append(Choice(_nonconforming(scene), Show(Page.REWORK)))
    choices.append(Choice(words.say("Correct a quantity"), Show(Page.ADJUST)))
    lines = [_so_far(scene), *_setup_parts(scene)]
    if center.counts_output and center.order is not None:
        lines.append(words.say("Good parts are counted by themselves."))
    if center.lot_out is not None:
        lines.append(_lot_made(scene, center.lot_out))
    first = Primary(choices[0].label, choices[0].deed)
    return Sheet(words.say("Output: press a digit"), tuple(lines), tuple(choices), first)


def _delta(scene: Scene, known: Known) -> Sheet:
    words, now = scene.words, _now(scene, known["category"])

    def take(text: str) -> Deed:
        delta = asking.number(text, words)
        if isinstance(delta, Note):
            return delta
        if not delta or delta != delta.to_integral_value():
            return Note(words.say("Type how many more, or with a minus how many less."))
        if now + delta < 0:
            return Note(words.say("There are only {count}.", count=words.count(now)))
        return Show(Page.ADJUST, {**known, "delta": f"{int(delta):+d}"})

    what = f"{words.say(CATEGORIES[known['category']])}: {words.count(now)} {scene.center.uom}"
    title = words.say("{quantity}: by how much is it wrong?", quantity=what)
    line = words.say("5 adds five, -5 takes five off.")
    return Sheet(title, (line,), field=Field(words.say("More, or with a minus less"), "quantity", take))


def _now(scene: Scene, category: str) -> Decimal:
    center = scene.center
    return {"good": center.qty_good, "scrap": center.qty_scrap, "rework": center.qty_rework}[category]


def _so_far(scene: Scene) -> str:
    words, center = scene.words, scene.center
    if center.order is None:
        return words.say("No order is in progress. F7 starts one.")
    return words.say(
        "Good {good}, scrap {scrap}, planned {planned} {uom}.",
        good=words.count(center.qty_good),
        scrap=words.count(center.qty_scrap),
        planned=words.count(center.order.qty_planned),
        uom=center.uom,
    )


def _setup_parts(scene: Scene) -> tuple[str, ...]:
    left = scene.center.setup_parts
    if left <= 0:
        return ()
    quantity = f"{scene.words.count(left)} {scene.center.uom}"
    return (scene.words.say("{quantity} were made in setup: nobody has said what they are.", quantity=quantity),)


def _lot_made(scene: Scene, lot_id: str) -> str:
    return scene.words.say("Lot {lot_id} is being made.", lot_id=lot_id)


def _nonconforming(scene: Scene) -> str:
    count = max(scene.center.open_nc, len(scene.center.nonconforming))
    return scene.words.say("Kept apart: {count}", count=scene.words.count(count))

"""What does not conform and is kept apart: what becomes of it, and that it is good again."""

from __future__ import annotations

from decimal import Decimal

from agent.core.work_center_view import NonconformanceView
from agent.tui.scene import Scene
from agent.tui.sheets import asking
from agent.tui.sheets.asking import CodeQuestion
from agent.tui.sheets.expected import wait_for
from agent.tui.sheets.scrap import DISPOSITIONS
from agent.tui.sheets.sheet import Choice, Deed, Field, Known, Note, Page, Primary, Send, Sheet, Show
from agent.tui.wording import Wording


def rework(scene: Scene, _known: Known) -> Sheet:
    """All that is open, newest first."""
    words, found = scene.words, scene.center.nonconforming
    apart = words.say("Keep parts apart")
    keep = Choice(apart, Show(Page.KEEP_APART))
    if not found:
        return Sheet(words.say("Nothing is kept apart."), choices=(keep,), primary=Primary(apart, keep.deed))
    choices = tuple(Choice(_line(one, scene), Show(Page.NONCONFORMING, {"nc_id": one.nc_id})) for one in found)
    left = scene.center.open_nc - len(found)
    lines = (words.say("and {count} more", count=words.count(left)),) if left > 0 else ()
    first = Primary(_name(found[0], scene), choices[0].deed)
    return Sheet(words.say("Kept apart: what becomes of it?"), lines, (*choices, keep), first)


def nonconforming(scene: Scene, known: Known) -> Sheet | Note:
    """One of them: how much of it, then what becomes of it."""
    words = scene.words
    found = next((one for one in scene.center.nonconforming if one.nc_id == known["nc_id"]), None)
    if found is None:
        return Note(words.say("This is settled."))
    if found.serial is None and found.qty > 1 and "qty" not in known:
        return _how_many(scene, found)
    said = {"nc_id": found.nc_id, **({"qty": known["qty"]} if "qty" in known else {})}
    then = Show(Page.REWORK)
    passed = Choice(
        words.say("It passed: good again"),
        Send(words.say("Passed"), "pass_retest", said, then),
    )
    choices = tuple(
        Choice(
            words.say(name),
            Send(words.say(name), "dispose_nc", {**said, "disposition": disposition}, then),
            marked=disposition == found.disposition,
        )
        for disposition, name in DISPOSITIONS.items()
    )
    if found.disposition in {"repair", "retest"}:
        return Sheet(
            _name(found, scene), (_line(found, scene),), (*choices, passed), Primary(passed.label, passed.deed)
        )
    return Sheet(_name(found, scene), (_line(found, scene),), choices)


def keep_apart(scene: Scene, known: Known) -> Sheet:
    """How many parts, and what is wrong with them."""
    words = scene.words
    if "qty" in known:
        unit = known["qty"] == "0"
        quantity = words.say("1 unit") if unit else f"{words.count(Decimal(known['qty']))} {scene.center.uom}"
        name = words.say("Keep apart {quantity}", quantity=quantity)
        title = words.say("{quantity} kept apart: which defect?", quantity=quantity)
        asked = CodeQuestion(
            Page.KEEP_APART,
            title,
            "defects",
            "defect_code",
            lambda said: _keep(name, said),
        )
        return asking.code(scene, known, asked)

    def take(text: str) -> Deed:
        qty = asking.parts_or_unit(text, scene)
        return qty if isinstance(qty, Note) else Show(Page.KEEP_APART, {"qty": asking.plain(qty)})

    field = Field(words.say("Quantity in {uom}", uom=scene.center.uom), "quantity", take)
    one = Primary(f"1 {scene.center.uom}", take("1"))
    lines = (words.say("0: a unit, by scanning it."),) if scene.has_serials else ()
    return Sheet(words.say("Keep parts apart: how many?"), lines, primary=one, field=field)


def _keep(name: str, said: Known) -> Send:
    then = Show(Page.REWORK)
    if said["qty"] == "0":
        return wait_for(name, "raise_nc", {key: value for key, value in said.items() if key != "qty"}, then)
    return Send(name, "raise_nc", said, then)


def _how_many(scene: Scene, found: NonconformanceView) -> Sheet:
    words = scene.words

    def take(text: str) -> Deed:
        qty = asking.number(text, words)
        if isinstance(qty, Note):
            return qty
        if not 0 < qty <= found.qty:
            return Note(words.say("There are only {count}.", count=words.count(found.qty)))
        return Show(Page.NONCONFORMING, {"nc_id": found.nc_id, "qty": asking.plain(qty)})

    everything = Primary(words.say("All {count}", count=words.count(found.qty)), take(asking.plain(found.qty)))
    field = Field(words.say("Quantity in {uom}", uom=scene.center.uom), "quantity", take)
    return Sheet(words.say("How many of them?"), (_line(found, scene),), primary=everything, field=field)


def _name(one: NonconformanceView, scene: Scene) -> str:
    if one.serial is not None:
        return scene.words.say("Unit {serial}", serial=one.serial)
    if one.lot_id is not None:
        return scene.words.say("Lot {lot_id}", lot_id=one.lot_id)
    return f"{scene.words.count(one.qty)} {scene.center.uom}"


def _line(one: NonconformanceView, scene: Scene) -> str:
    words = scene.words
    defect = asking.code_text(scene, "defects", one.defect_code)
    decided = "? " + words.say("NOT DECIDED") if one.disposition is None else words.say(DISPOSITIONS[one.disposition])
    quantity = words.count(one.qty)
    return "   ".join([_time(one, words), _name(one, scene), quantity, decided, defect])


def _time(one: NonconformanceView, words: Wording) -> str:
    return words.minute(one.since)

"""What is done with lots: loaded by number, another item instead, unloaded, returned, moved, used beyond the norm."""

from __future__ import annotations

from agent.core.materials.material_view import LotView
from agent.tui.scene import Scene
from agent.tui.sheets import asking
from agent.tui.sheets.asking import CodeQuestion
from agent.tui.sheets.expected import wait_for
from agent.tui.sheets.lots import find_component, find_lot
from agent.tui.sheets.sheet import Deed, Field, Known, Note, Page, Primary, Send, Sheet, Show

_GONE = "This lot is no longer loaded."
_DONE = Show(Page.LOTS)


def load(scene: Scene, known: Known) -> Sheet | Note:
    """Loads a lot by its number, for a component; with a reason where another item stands in for it."""
    words, found = scene.words, find_component(scene, known)
    if found is None:
        return Note(words.say("This component is no longer needed here."))

    def send(lot_id: str) -> Deed:
        said = words.say("Load lot {lot_id}", lot_id=lot_id)
        return Send(said, "load_lot", {**known, "lot_id": lot_id}, _DONE)

    field = Field(words.say("The lot's number"), "text", lambda text: asking.name(text, words, send))
    scan = words.say("Scan it")
    primary = Primary(scan, wait_for(scan, "load_lot", known, _DONE))
    return Sheet(words.say("Which lot? It is for {item_id}", item_id=found.item_id), primary=primary, field=field)


def substitute(scene: Scene, known: Known) -> Sheet | Note:
    """Why another item stands in for a component; then its lot."""
    words, found = scene.words, find_component(scene, known)
    if found is None:
        return Note(words.say("This component is no longer needed here."))
    title = words.say("Why another item instead of {item_id}?", item_id=found.item_id)
    asked = CodeQuestion(Page.SUBSTITUTE, title, "deviations", "reason", lambda said: Show(Page.LOAD, said))
    return asking.code(scene, known, asked)


def unload(scene: Scene, known: Known) -> Sheet | Note:
    """How much is left in it; what is known is proposed."""
    words, found = scene.words, find_lot(scene, known)
    if found is None:
        return Note(words.say(_GONE))
    name = words.say("Unload lot {lot_id}", lot_id=found.lot_id)

    def take(text: str) -> Deed:
        left = asking.number(text, words)
        if isinstance(left, Note):
            return left
        if left < 0:
            return Note(words.say("Type 0 or more."))
        uom = {"uom": found.uom} if found.uom else {}
        return Send(name, "unload_lot", {"lot_id": found.lot_id, "qty_left": asking.plain(left), **uom}, _DONE)

    title = words.say("Lot {lot_id}: how much is left in it?", lot_id=found.lot_id)
    field = Field(_quantity_in(found, scene), "quantity", take)
    if found.left is None:
        deed: Deed = Send(name, "unload_lot", {"lot_id": found.lot_id}, _DONE)
        return Sheet(title, primary=Primary(words.say("Not known"), deed), field=field)
    return Sheet(title, primary=Primary(_known_left(found, scene), take(asking.plain(found.left))), field=field)


def give_back(scene: Scene, known: Known) -> Sheet | Note:
    """How much goes back to the store, and why."""
    words, found = scene.words, find_lot(scene, known)
    if found is None:
        return Note(words.say(_GONE))
    if "qty" in known:
        title = words.say("Why does it go back to the store?")
        name = words.say("Return lot {lot_id}", lot_id=found.lot_id)
        asked = CodeQuestion(
            Page.RETURN, title, "returns", "reason", lambda said: Send(name, "return_material", said, _DONE)
        )
        return asking.code(scene, known, asked)
    title = words.say("Lot {lot_id}: how much goes back to the store?", lot_id=found.lot_id)
    return _how_much(scene, found, title, Page.RETURN)


def place(scene: Scene, known: Known) -> Sheet | Note:
    """Where it is brought."""
    words, found = scene.words, find_lot(scene, known)
    if found is None:
        return Note(words.say(_GONE))
    name = words.say("Move lot {lot_id}", lot_id=found.lot_id)

    def send(to_place: str) -> Deed:
        return Send(name, "move_lot", {"lot_id": found.lot_id, "to_place": to_place}, _DONE)

    field = Field(words.say("The new place"), "text", lambda text: asking.name(text, words, send))
    lines = () if found.place is None else (words.say("Place: {place}", place=found.place),)
    scanned = words.say("Or scan the lot and then the place, on any page.")
    title = words.say("Lot {lot_id}: where is it now?", lot_id=found.lot_id)
    return Sheet(title, (*lines, scanned), field=field)


def used(scene: Scene, known: Known) -> Sheet | Note:
    """How much more of it was used than is counted, and why."""
    words, found = scene.words, find_lot(scene, known)
    if found is None:
        return Note(words.say(_GONE))
    served = next((one for one in scene.center.components if one.bom_line == found.bom_line), None)
    name = words.say("Used of lot {lot_id}", lot_id=found.lot_id)

    def send(said: Known) -> Deed:
        line = {} if served is None else {"bom_line": served.bom_line}
        return Send(name, "consume", {**said, **line}, _DONE)

    if "qty" in known:
        title = words.say("Why was more of it used?")
        sheet = asking.code(scene, known, CodeQuestion(Page.USED, title, "deviations", "reason", send))
        if served is not None and served.mode == "entered" and "reason" not in known:
            return _with_primary(sheet, Primary(words.say("As planned, without a reason"), send(known)))
        return sheet
    title = words.say("Lot {lot_id}: how much was used?", lot_id=found.lot_id)
    return _how_much(scene, found, title, Page.USED, propose=False)


def _how_much(scene: Scene, found: LotView, title: str, page: Page, *, propose: bool = True) -> Sheet:
    words = scene.words

    def take(text: str) -> Deed:
        qty = asking.number(text, words)
        if isinstance(qty, Note):
            return qty
        if qty <= 0:
            return Note(words.say("Type more than 0."))
        uom = {"uom": found.uom} if found.uom else {}
        return Show(page, {"lot_id": found.lot_id, "qty": asking.plain(qty), **uom})

    proposed = None
    if propose and found.left is not None and found.left > 0:
        proposed = Primary(_known_left(found, scene), take(asking.plain(found.left)))
    return Sheet(title, primary=proposed, field=Field(_quantity_in(found, scene), "quantity", take))


def _with_primary(sheet: Sheet, primary: Primary) -> Sheet:
    return Sheet(sheet.title, sheet.lines, sheet.choices, primary, sheet.field)


def _quantity_in(found: LotView, scene: Scene) -> str:
    return scene.words.say("Quantity in {uom}", uom=found.uom or "?")


def _known_left(found: LotView, scene: Scene) -> str:
    assert found.left is not None
    return f"{scene.words.count(found.left)} {found.uom or ''}".rstrip()

"""Which lots are loaded, and what is missing: by component of the operation in progress."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.core.materials.material_view import ComponentView, LotView
from agent.core.times import epoch
from agent.tui.scene import Scene
from agent.tui.sheets.expected import wait_for
from agent.tui.sheets.movements import lines as movements
from agent.tui.sheets.sheet import Choice, Known, Note, Page, Primary, Sheet, Show
from agent.tui.wording import Wording


def lots(scene: Scene, _known: Known) -> Sheet:
    """What is needed and what is loaded; a lot is loaded by scanning it."""
    words, center = scene.words, scene.center
    rows = [*_component_rows(scene), *_other_rows(scene)]
    if not rows:
        said = (
            words.say("No lot is loaded, and nothing is known of what the order needs.")
            if center.order
            else words.say("No lot is loaded, and no order is in progress. F7 starts one.")
        )
        return Sheet(words.say("Lots"), (said, words.say("Scan a lot to load it."), *movements(scene)))
    widths = [max(map(len, column)) for column in zip(*(row.cells for row in rows), strict=True)]
    choices = tuple(row.choice(widths) for row in rows)
    first = next((row for row in rows if row.is_short), rows[0])
    title = words.say("Lots, left / needed: scan one to load it, or press a digit")
    return Sheet(title, movements(scene), choices, Primary(first.name, first.deed))


def component(scene: Scene, known: Known) -> Sheet | Note:
    """One component: its lots, and how another one is loaded."""
    words = scene.words
    found = find_component(scene, known)
    if found is None:
        return Note(words.say("This component is no longer needed here."))
    loaded = [lot for lot in scene.center.loaded if lot.lot_id in found.lots]
    line = {"bom_line": found.bom_line}
    typed, instead = words.say("Type the lot's number"), words.say("Another item instead of it")
    choices = (
        *(Choice(f"{lot.lot_id}   {_left(lot, words)}", Show(Page.LOT, {"lot_id": lot.lot_id})) for lot in loaded),
        Choice(typed, Show(Page.LOAD, line)),
        Choice(instead, Show(Page.SUBSTITUTE, line)),
    )
    title = f"{found.item_id}   {words.text(found.text, '')}".rstrip()
    lines = (_need(found, words), words.say("Scan a lot to load it."))
    return Sheet(title, lines, choices, Primary(typed, Show(Page.LOAD, line)))


def lot(scene: Scene, known: Known) -> Sheet | Note:
    """One lot that is loaded, and what can be done with it."""
    words, found = scene.words, find_lot(scene, known)
    if found is None:
        return Note(words.say("This lot is no longer loaded."))
    this = {"lot_id": found.lot_id}
    served = next((one for one in scene.center.components if one.bom_line == found.bom_line), None)
    swap = words.say("The next lot takes its place: scan it")
    choices = [
        Choice(swap, wait_for(swap, "load_lot", {"swap": found.lot_id}, Show(Page.LOTS))),
        Choice(words.say("Unload it"), Show(Page.UNLOAD, this)),
        Choice(words.say("Return to the store"), Show(Page.RETURN, this)),
        Choice(words.say("Move to another place"), Show(Page.PLACE, this)),
        Choice(words.say("More of it was used"), Show(Page.USED, this)),
    ]
    if served is not None:
        more = Show(Page.COMPONENT, {"bom_line": served.bom_line})
        choices.append(Choice(words.say("Load one more for this component"), more))
    title = words.say("Lot {lot_id}", lot_id=found.lot_id)
    first = Primary(choices[0].label, choices[0].deed)
    return Sheet(title, tuple(_about(found, served, scene)), tuple(choices), first)


def find_lot(scene: Scene, known: Known) -> LotView | None:
    """The loaded lot that a page is about."""
    return next((one for one in scene.center.loaded if one.lot_id == known["lot_id"]), None)


def find_component(scene: Scene, known: Known) -> ComponentView | None:
    """The component that a page is about."""
    return next((one for one in scene.center.components if one.bom_line == known["bom_line"]), None)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the list, in columns; what may be too long for the screen stands last."""

    cells: tuple[str, ...]
    text: str
    deed: Show
    name: str
    """What Enter calls it."""
    is_short: bool = False

    def choice(self, widths: list[int]) -> Choice:
        """The line with its columns as wide as told."""
        cells = [cell.ljust(width) for cell, width in zip(self.cells, widths, strict=True) if width]
        return Choice("  ".join([*cells, self.text]).rstrip(), self.deed, marked=self.is_short)


def _component_rows(scene: Scene) -> Iterator[_Row]:
    words = scene.words
    for one in scene.center.components:
        only = one.lots[0] if len(one.lots) == 1 else None
        alone = None if only is None else Show(Page.LOT, {"lot_id": only})
        left = "?" if one.remaining is None else words.count(one.remaining)
        amount = f"{left} / {words.count(one.required)} {one.uom}"
        loaded = ", ".join(one.lots[:2]) + (f" +{len(one.lots) - 2}" if len(one.lots) > 2 else "")
        cells = (_mark(one, scene), one.item_id, amount, loaded, _until(one.expires, words))
        text = words.text(one.text, "")
        name = f"{one.item_id}   {text}".rstrip() if only is None else words.say("Lot {lot_id}", lot_id=only)
        yield _Row(cells, text, alone or Show(Page.COMPONENT, {"bom_line": one.bom_line}), name, one.short)


def _other_rows(scene: Scene) -> Iterator[_Row]:
    """Loaded lots that serve no component."""
    words, served = scene.words, {lot_id for one in scene.center.components for lot_id in one.lots}
    for one in scene.center.loaded:
        if one.lot_id not in served:
            mark = _late(one.expires, scene) or ("" if not scene.center.components else words.say("NOT NEEDED"))
            left = "?" if one.left is None else _left(one, words)
            cells = (mark, one.item_id or "", left, one.lot_id, _until(one.expires, words))
            name = words.say("Lot {lot_id}", lot_id=one.lot_id)
            yield _Row(cells, "", Show(Page.LOT, {"lot_id": one.lot_id}), name)


def _mark(one: ComponentView, scene: Scene) -> str:
    words = scene.words
    late = _late(one.expires, scene)
    if late:
        return late
    if one.short:
        return "! " + (words.say("SHORT") if one.lots else words.say("MISSING"))
    return "√" if one.lots else ""


def _late(expires: str | None, scene: Scene) -> str:
    return "! " + scene.words.say("EXPIRED") if expires is not None and epoch(expires) <= scene.now else ""


def _until(expires: str | None, words: Wording) -> str:
    """The last day on which it may be used: an instant at midnight ends the day before it."""
    return "" if expires is None else words.say("until {date}", date=words.day(epoch(expires) - 1))


def _left(lot: LotView, words: Wording) -> str:
    left = words.say("quantity not known") if lot.left is None else f"{words.count(lot.left)} {lot.uom or ''}".rstrip()
    return f"{left} ({words.say('substitute')})" if lot.is_substitute else left


def _need(one: ComponentView, words: Wording) -> str:
    left = "?" if one.remaining is None else words.count(one.remaining)
    return words.say(
        "Needed {required}, loaded {left} {uom}.", required=words.count(one.required), left=left, uom=one.uom
    )


def _about(found: LotView, served: ComponentView | None, scene: Scene) -> Iterator[str]:
    words = scene.words
    text = "" if served is None else words.text(served.text, "")
    place = None if found.place is None else words.say("Place: {place}", place=found.place)
    yield "   ".join(filter(None, [found.item_id, text, place]))
    left = words.say("Left: {quantity}", quantity=_left(found, words))
    yield "   ".join(filter(None, [left, _until(found.expires, words), _late(found.expires, scene)]))

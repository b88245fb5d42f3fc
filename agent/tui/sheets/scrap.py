"""Rejects: how many, what is wrong with them; where and what becomes of them only by choice.

The fewest keys of all: F5, Enter for the proposed quantity, a digit for the defect.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from agent.tui.scene import Scene
from agent.tui.sheets import asking
from agent.tui.sheets.asking import CodeQuestion
from agent.tui.sheets.codes import GROUP
from agent.tui.sheets.expected import wait_for
from agent.tui.sheets.sheet import Choice, Deed, Field, Known, Page, Primary, Send, Sheet, Show

DISPOSITIONS: Final = {
    "repair": "Repair it",
    "retest": "Test it again",
    "write_off": "Write it off",
    "use_as_is": "Use it as it is",
}
"""What becomes of what does not conform, by the word of the entry."""
_WHERE: Final = "where"
"""In the known things: the place and what becomes of it are being asked. No argument."""


def scrap(scene: Scene, known: Known) -> Sheet:
    """Asks for the quantity, then the defect; for the rest on demand."""
    if "qty" not in known:
        return _quantity(scene, known)
    if known.get(_WHERE) == "place":
        return _place(scene, known)
    if known.get(_WHERE) == "typed":
        return _typed_place(scene, known)
    if known.get(_WHERE) == "disposition":
        return _disposition(scene, known)
    return _defect(scene, known)


def _quantity(scene: Scene, known: Known) -> Sheet:
    """How many; what the machine rejected without a code is proposed before anything else."""
    words, uncoded = scene.words, scene.center.scrap_uncoded
    proposed = uncoded if uncoded > 0 else Decimal(1)

    def take(text: str) -> Deed:
        qty = asking.parts_or_unit(text, scene)
        return Show(Page.SCRAP, {**known, "qty": asking.plain(qty)}) if isinstance(qty, Decimal) else qty

    lines = [] if scene.center.order else [words.say("No order is in progress: it counts for none.")]
    if uncoded > 0:
        rejected = f"{words.count(uncoded)} {scene.center.uom}"
        lines.append(words.say("The machine rejected {quantity} that nobody has given a defect.", quantity=rejected))
    if scene.has_serials:
        lines.append(words.say("0: a unit, by scanning it."))
    title = words.say("Scrap: how many?")
    primary = Primary(f"{words.count(proposed)} {scene.center.uom}", take(asking.plain(proposed)))
    return Sheet(title, tuple(lines), primary=primary, field=Field(_in_uom(scene), "quantity", take))


def _defect(scene: Scene, known: Known) -> Sheet:
    words = scene.words
    quantity = (
        words.say("1 unit") if known["qty"] == "0" else f"{words.count(Decimal(known['qty']))} {scene.center.uom}"
    )
    title = words.say("Scrap {quantity}: which defect?", quantity=quantity)
    asked = CodeQuestion(Page.SCRAP, title, "defects", "defect_code", lambda said: _send(scene, said, quantity))
    sheet = asking.code(scene, known, asked)
    if "place" in known:
        return Sheet(title, (_recorded(scene, known),), sheet.choices, field=sheet.field)
    more = Show(Page.SCRAP, {**{key: said for key, said in known.items() if key != GROUP}, _WHERE: "place"})
    primary = Primary(words.say("First say where, and what becomes of it"), more)
    return Sheet(title, sheet.lines, sheet.choices, primary, sheet.field)


def _place(scene: Scene, known: Known) -> Sheet:
    """The work center, an operation of the route, one of the order's stations and tools, or another one."""
    words, center = scene.words, scene.center
    places = [(center.wc_id, words.say("This work center: {name}", name=center.wc_id))]
    if center.order is not None:
        steps = {one.op_no: words.text(one.text, "") for one in center.order.steps}
        for op_no, text in ({center.order.op_no: ""} | steps).items():
            said = words.say("Operation {operation}", operation=op_no)
            places.append((op_no, f"{said}  {text}".rstrip()))
        places += [(one, words.say("Station {name}", name=one)) for one in center.order.resources]
    choices = [Choice(label, _after(known, "disposition", place=place)) for place, label in places]
    choices.append(Choice(words.say("Another place"), _after(known, "typed")))
    return Sheet(words.say("Where was it rejected?"), choices=tuple(choices), primary=_primary_of(choices[0]))


def _typed_place(scene: Scene, known: Known) -> Sheet:
    words = scene.words

    def take(text: str) -> Deed:
        return asking.name(text, words, lambda place: _after(known, "disposition", place=place))

    return Sheet(words.say("Where was it rejected?"), field=Field(words.say("The place"), "text", take))


def _disposition(scene: Scene, known: Known) -> Sheet:
    words = scene.words
    choices = tuple(
        Choice(words.say(said), _after(known, "", disposition=disposition))
        for disposition, said in DISPOSITIONS.items()
    )
    skip = Primary(words.say("Not decided yet"), _after(known, ""))
    return Sheet(words.say("What becomes of it?"), choices=choices, primary=skip)


def _after(known: Known, where: str, **said: str) -> Show:
    return Show(Page.SCRAP, {**known, _WHERE: where, **said})


def _primary_of(choice: Choice) -> Primary:
    return Primary(choice.label, choice.deed)


def _send(scene: Scene, known: Known, quantity: str) -> Send:
    name = scene.words.say("Scrap {quantity}", quantity=quantity)
    said = {key: value for key, value in known.items() if key != _WHERE}
    if said["qty"] == "0":
        return wait_for(name, "report_scrap", {key: value for key, value in said.items() if key != "qty"})
    return Send(name, "report_scrap", said)


def _recorded(scene: Scene, known: Known) -> str:
    """What was chosen of place and disposition."""
    words = scene.words
    said = [words.say("Place: {place}", place=known["place"])]
    if "disposition" in known:
        said.append(words.say(DISPOSITIONS[known["disposition"]]))
    return "   ".join(said)


def _in_uom(scene: Scene) -> str:
    return scene.words.say("Quantity in {uom}", uom=scene.center.uom)

"""F7: the dispatch queue, one operation of it, and what can be done with that (domain.md E2-8)."""

from __future__ import annotations

from typing import Final

from agent.core.facts import OperationStatus
from agent.core.orders.order_view import OrderView
from agent.tui.scene import Scene
from agent.tui.sheets import interrupting
from agent.tui.sheets.interrupting import key_of, title_of
from agent.tui.sheets.sheet import Choice, Deed, Known, Note, Page, Primary, Send, Sheet, Show
from agent.tui.wording import Wording

STATUS_MARKS: Final[dict[OperationStatus, tuple[str, str]]] = {
    "paused": ("│", "PAUSED"),
    "partially_completed": ("│", "PARTLY FINISHED"),
    "stopped": ("│", "BROKEN OFF"),
    "completed": ("√", "COMPLETED"),
    "aborted": ("■", "GIVEN UP"),
}
"""How a status is shown beside an operation, as a sign and a word; one that waits has neither."""
CONTRADICTIONS: Final[dict[str, str]] = {
    "order_not_released": "Not released: ask the planner, or start it all the same.",
    "wrong_work_center": "Planned for another work center.",
}
"""What is said of what beginning an operation would contradict."""


def orders(scene: Scene, _known: Known) -> Sheet:
    """The dispatch queue, the operation in progress first; Enter is about the first."""
    words, operations = scene.words, scene.operations
    if not operations:
        return Sheet(words.say("There is no order for this work center."))
    choices = tuple(
        Choice(text, Show(Page.ORDER, key_of(order)), marked=order.status == "in_progress")
        for order, text in zip(operations, _texts(operations, words), strict=True)
    )
    return Sheet(words.say("Orders: press a digit"), choices=choices, primary=_primary(scene, operations[0]))


def order(scene: Scene, known: Known) -> Sheet | Note:
    """One operation and what can be done with it."""
    words, found = scene.words, interrupting.find(scene, known)
    if found is None:
        return Note(words.say("This order is no longer here."))
    lines = (_item(found), _quantities(found, words), _marks(found, words), *_warnings(scene, found))
    choices = tuple(_choices(scene, found)) if found == scene.center.order else ()
    return Sheet(title_of(found), tuple(filter(None, lines)), choices, _primary(scene, found))


def finish(scene: Scene, known: Known) -> Sheet | Note:
    """Asks before an operation is finished: that cannot simply be done again."""
    words, found = scene.words, interrupting.find(scene, known)
    if found is None:
        return Note(words.say("This order is no longer here."))
    title = words.say("Finish {order} / {operation}?", order=found.order_id, operation=found.op_no)
    name = words.say("Finish {order} / {operation}", order=found.order_id, operation=found.op_no)
    deed = Send(name, "complete_operation", key_of(found))
    return Sheet(title, (_quantities(found, words),), primary=Primary(words.say("Finish"), deed))


def _primary(scene: Scene, order: OrderView) -> Primary:
    words, current = scene.words, scene.center.order
    if order.status == "in_progress":
        finishing = words.say("Finish {order} / {operation}", order=order.order_id, operation=order.op_no)
        return Primary(finishing, Show(Page.FINISH, key_of(order)))
    if current is not None and current.status == "in_progress":
        # Only one is in progress at a time: the way to this one leads over that one.
        return Primary(words.say("First finish or pause {title}", title=title_of(current)), _shown(current))
    if order.status in {"completed", "aborted"}:
        return Primary(words.say("All orders"), Show(Page.ORDERS))
    begun = order.status != "waiting"
    name = words.say(
        "Go on with {order} / {operation}" if begun else "Start {order} / {operation}",
        order=order.order_id,
        operation=order.op_no,
    )
    action = "resume_operation" if begun else "start_operation"
    deed: Deed = Send(name, action, key_of(order))
    if _is_off_route(order) and scene.view.lists.get("deviations"):
        deed = interrupting.before(action, order, "deviations")
    return Primary(name, deed)


def _choices(scene: Scene, order: OrderView) -> list[Choice]:
    """What else can be done with the operation in progress, or paused."""
    words = scene.words
    found = []
    if order.status == "in_progress":
        found.append(Choice(words.say("Pause"), interrupting.before("pause_operation", order, "interruptions")))
        setup = "end_setup" if scene.center.setting_up else "start_setup"
        label = words.say("End the setup" if scene.center.setting_up else "Start a setup")
        found.append(Choice(label, Send(label, setup, {})))
    else:
        finishing = words.say("Finish {order} / {operation}", order=order.order_id, operation=order.op_no)
        found.append(Choice(finishing, Show(Page.FINISH, key_of(order))))
    in_part = words.say("Finish in part: the rest follows")
    found.append(Choice(in_part, Send(in_part, "partial_operation", {})))
    for action, label in (
        ("stop_operation", words.say("Break off: it may go on later")),
        ("abort_operation", words.say("Give up for good")),
    ):
        found.append(Choice(label, interrupting.before(action, order, "interruptions")))
    return found


def _shown(order: OrderView) -> Show:
    return Show(Page.ORDER, key_of(order))


def _warnings(scene: Scene, order: OrderView) -> list[str]:
    """What beginning it would contradict; it may be begun all the same, where the plant has not barred that."""
    words = scene.words
    found = [words.say(CONTRADICTIONS[code]) for code in order.contradictions if code in CONTRADICTIONS]
    missing = _missing(order)
    if missing and order.status == "waiting":
        found.append(words.say("Not completed before it, by the MES: {operations}.", operations=", ".join(missing)))
    return [f"! {text}" for text in found]


def _missing(order: OrderView) -> list[str]:
    return [one.op_no for one in order.predecessors if one.mandatory and one.status != "completed"]


def _is_off_route(order: OrderView) -> bool:
    return order.status == "waiting" and ("wrong_work_center" in order.contradictions or bool(_missing(order)))


def _quantities(order: OrderView, words: Wording) -> str:
    count = words.count
    return words.say(
        "Good {good}, scrap {scrap}, planned {planned} {uom}.",
        good=count(order.qty_good),
        scrap=count(order.qty_scrap),
        planned=count(order.qty_planned),
        uom=order.uom,
    )


def _texts(operations: tuple[OrderView, ...], words: Wording) -> list[str]:
    """One line each, in columns; what may be too long for the screen stands last."""
    rows = [
        (title_of(order), f"{words.count(order.qty_planned)} {order.uom}", _marks(order, words)) for order in operations
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "   ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), _item(order)])
        for row, order in zip(rows, operations, strict=True)
    ]


def _item(order: OrderView) -> str:
    return f"{order.item_id}  {order.description}"


def _marks(order: OrderView, words: Wording) -> str:
    if order.status == "in_progress":
        return "► " + words.say("IN PROGRESS")
    if order.status in STATUS_MARKS:
        sign, text = STATUS_MARKS[order.status]
        return f"{sign} {words.say(text)}"
    return "" if order.release_status == "released" else "! " + words.say("NOT RELEASED")

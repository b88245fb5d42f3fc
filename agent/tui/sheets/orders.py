"""What can be finished or started."""

from __future__ import annotations

from agent.core.facts import OperationStatus
from agent.core.work_center_view import OrderView
from agent.tui.scene import Scene
from agent.tui.sheets.sheet import Choice, Known, Note, Page, Primary, Send, Sheet, Show
from agent.tui.wording import Wording

STATUS_MARKS: dict[OperationStatus, tuple[str, str]] = {
    "paused": ("│", "PAUSED"),
    "partially_completed": ("│", "PARTLY FINISHED"),
    "stopped": ("│", "BROKEN OFF"),
    "completed": ("√", "COMPLETED"),
    "aborted": ("■", "GIVEN UP"),
}
"""How a status is shown beside an operation, as a sign and a word; one that waits has neither."""


def orders(scene: Scene, _known: Known) -> Sheet:
    """The dispatch queue, the operation in progress first; Enter is about the first."""
    words, operations = scene.words, scene.operations
    if not operations:
        return Sheet(words.say("There is no order for this work center."))
    choices = tuple(
        Choice(text, Show(Page.ORDER, _key(order)), marked=order.status == "in_progress")
        for order, text in zip(operations, _texts(operations, words), strict=True)
    )
    return Sheet(words.say("Orders: press a digit"), choices=choices, primary=_primary(operations[0], words))


def order(scene: Scene, known: Known) -> Sheet | Note:
    """One operation and what can be done with it."""
    words, found = scene.words, _find(scene, known)
    if found is None:
        return Note(words.say("This order is no longer here."))
    lines = (_item(found), _quantities(found, words), _marks(found, words))
    return Sheet(_title(found), tuple(filter(None, lines)), primary=_primary(found, words))


def finish(scene: Scene, known: Known) -> Sheet | Note:
    """Asks before an operation is finished: that cannot simply be done again."""
    words, found = scene.words, _find(scene, known)
    if found is None:
        return Note(words.say("This order is no longer here."))
    title = words.say("Finish {order} / {operation}?", order=found.order_id, operation=found.op_no)
    name = words.say("Finish {order} / {operation}", order=found.order_id, operation=found.op_no)
    deed = Send(name, "complete_operation", _key(found))
    return Sheet(title, (_quantities(found, words),), primary=Primary(words.say("Finish"), deed))


def _primary(order: OrderView, words: Wording) -> Primary:
    if order.status == "in_progress":
        finishing = words.say("Finish {order} / {operation}", order=order.order_id, operation=order.op_no)
        return Primary(finishing, Show(Page.FINISH, _key(order)))
    name = words.say("Start {order} / {operation}", order=order.order_id, operation=order.op_no)
    return Primary(name, Send(name, "start_operation", _key(order)))


def _find(scene: Scene, known: Known) -> OrderView | None:
    return next((one for one in scene.operations if _key(one) == dict(known)), None)


def _key(order: OrderView) -> dict[str, str]:
    return {"order_id": order.order_id, "op_no": order.op_no}


def _title(order: OrderView) -> str:
    return f"{order.order_id} / {order.op_no}"


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
        (_title(order), f"{words.count(order.qty_planned)} {order.uom}", _marks(order, words)) for order in operations
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

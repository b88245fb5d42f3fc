"""Why is work on an operation interrupted, or begun otherwise than its route says? The reason, then the deed."""

from __future__ import annotations

from typing import Final

from agent.core.orders.order_view import OrderView
from agent.core.values import replace
from agent.tui.scene import Scene
from agent.tui.sheets import asking
from agent.tui.sheets.sheet import Known, Note, Page, Primary, Send, Sheet, Show

LIST, ACTION, REASON = "list", "action", "reason"
_KEY: Final = ("order_id", "op_no")
_ABOUT_CURRENT: Final = frozenset({"pause_operation", "stop_operation", "abort_operation"})
"""Actions that are about what is in progress or paused and name nothing."""
_NAMES: Final[dict[str, str]] = {
    "pause_operation": "Pause {title}",
    "stop_operation": "Break off {title}",
    "abort_operation": "Give up {title}",
    "start_operation": "Start {title}",
    "resume_operation": "Go on with {title}",
}


def before(action: str, order: OrderView, codes: str) -> Show:
    """The page that asks for a reason out of a list before something is done with an operation."""
    return Show(Page.ORDER_REASON, {LIST: codes, ACTION: action, **key_of(order)})


def order_reason(scene: Scene, known: Known) -> Sheet | Note:
    """The reasons of that list; one that says nothing by itself asks for a comment."""
    words, action = scene.words, known[ACTION]
    found = find(scene, {key: known[key] for key in _KEY})
    if found is None:
        return Note(words.say("This order is no longer here."))
    name = words.say(_NAMES[action], title=title_of(found))
    key = {} if action in _ABOUT_CURRENT else key_of(found)

    def then(answered: Known) -> Send:
        said = {one: answered[one] for one in (REASON, "comment") if one in answered}
        return Send(name, action, {**key, **said})

    title = f"{name}: {words.say('why?')}"
    sheet = asking.code(scene, known, asking.CodeQuestion(Page.ORDER_REASON, title, known[LIST], REASON, then))
    if action in _ABOUT_CURRENT or REASON in known:
        return sheet
    return replace(sheet, primary=Primary(words.say("Without a reason"), then({})))


def find(scene: Scene, key: Known) -> OrderView | None:
    """The operation of this key."""
    return next((one for one in scene.operations if key_of(one) == dict(key)), None)


def key_of(order: OrderView) -> dict[str, str]:
    """How an entry names an operation."""
    return {"order_id": order.order_id, "op_no": order.op_no}


def title_of(order: OrderView) -> str:
    """How it is named to people."""
    return f"{order.order_id} / {order.op_no}"

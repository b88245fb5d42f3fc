"""Every page about stops, orders and taking back, with what it is shown for."""

from __future__ import annotations

from typing import Any

from agent.core.machine.conditions import Condition
from agent.core.orders.order_view import PredecessorView
from agent.core.stops.stop_view import ClosedStopView, PartView
from agent.core.views import AgentView, CodeView, ListView
from agent.core.work_center_view import UndoView, WorkCenterView
from agent.tui.sheets.sheet import Page, Show
from tests.tui.views import CENTER, NEXT, NOON, ORDER, REASONS, STOP, STOPPED, showing

GROUPS = {
    "MACHINE": {"en": "Machine", "ru": "Оборудование", "kk": "Жабдық"},
    "PEOPLE": {"en": "People and orders", "ru": "Люди и задания", "kk": "Адамдар мен тапсырмалар"},
}
_KEY = {"order_id": "PO-1001", "op_no": "20"}
_NEXT_KEY = {"order_id": "PO-1002", "op_no": "20"}
_PART: dict[str, Any] = {"segment_class": "down", "inherited": False, "comment": ""}
_CLOSED = ClosedStopView(
    stop_id="c-1",
    stop_class="down",
    condition=Condition.BLOCKED,
    start="2026-03-03T15:00:00.000Z",
    end="2026-03-04T06:30:00.000Z",
    reason_code="UNCODED",
    unexplained="c-1.1",
    segment_id="c-1.1",
    late=True,
)
_KNOWN = _CLOSED.model_copy(
    update={"stop_id": "c-2", "segment_id": "c-2.1", "unexplained": None, "reason_code": "WAITING_DOWNSTREAM"}
)


def _many() -> tuple[CodeView, ...]:
    grouped = [one.model_copy(update={"group": "MACHINE"}) for one in REASONS[:5]]
    grouped += [one.model_copy(update={"group": "PEOPLE"}) for one in REASONS[5:]]
    return (*grouped, *(one.model_copy(update={"code": f"{one.code}-2"}) for one in grouped))


def _center(base: WorkCenterView = CENTER, **changed: object) -> WorkCenterView:
    return base.model_copy(update=changed)


def _stop(**changed: object) -> WorkCenterView:
    return _center(STOPPED, stop=STOP.model_copy(update=changed), closed_stops=(_CLOSED, _KNOWN))


def screens() -> list[tuple[AgentView, Show]]:
    """What the agent shows, and the page that is opened."""
    past = PartView(segment_id="s-1.1", since=STOP.start, until=NOON, reason_code="TOOL", **_PART)
    present = PartView(segment_id="s-1.2", since=NOON, until=None, reason_code=None, **_PART)
    carried = PartView(
        segment_id="s-1.1", since=STOP.start, until=None, reason_code="TOOL", **{**_PART, "inherited": True}
    )
    inherited = _stop(reason_code="TOOL", inherited=True, parts=(carried,))
    idle = _center(closed_stops=(_CLOSED, _KNOWN))
    off_route = NEXT.model_copy(
        update={
            "release_status": "planned",
            "contradictions": ("order_not_released", "wrong_work_center"),
            "predecessors": tuple(PredecessorView(op_no=no, status="waiting", mandatory=True) for no in ("5", "10")),
        }
    )
    waiting = _center(order=None, orders=(off_route,))
    undo = UndoView(
        actor=None, type="material.movement_settled", text="12,345.75 KGM CABLE-77", until="2026-03-04T07:00:30Z"
    )
    lists = {name: ListView(codes=REASONS) for name in ("interruptions", "deviations")}
    pages = [
        (_stop(suggested_reason="TOOL"), Show(Page.STOPS)),
        (_stop(), Show(Page.STOP, {"segment_id": "s-1.1"})),
        (inherited, Show(Page.STOPS)),
        (inherited, Show(Page.STOP, {"segment_id": "s-1.1", "comment": ""})),
        (_stop(), Show(Page.SPLIT, {"segment_id": "s-1.1"})),
        (idle, Show(Page.SPLIT, {"segment_id": "c-1.1"})),
        (idle, Show(Page.SPLIT, {"segment_id": "c-1.1", "typed": ""})),
        (_stop(segment_id="s-1.2", parts=(past, present)), Show(Page.PARTS, {"stop_id": "stop-7"})),
        (idle, Show(Page.EXPLAIN)),
        (idle, Show(Page.REASONS, {"parts": "c-1.1"})),
        (idle, Show(Page.REASONS, {"parts": "c-1.1 c-2.1"})),
        (idle, Show(Page.CLOSED_STOPS)),
        (idle, Show(Page.STOP, {"segment_id": "c-1.1"})),
        (_center(manual=True, closed_stops=(_CLOSED,)), Show(Page.STOPS)),
        (_center(undo=undo), Show(Page.RUN)),
        (_center(undo=undo), Show(Page.UNDO)),
        (CENTER, Show(Page.ORDER, _KEY)),
        (_center(order=ORDER.model_copy(update={"status": "paused"})), Show(Page.ORDER, _KEY)),
        (CENTER, Show(Page.ORDER_REASON, {**_KEY, "list": "interruptions", "action": "abort_operation"})),
        (waiting, Show(Page.ORDER, _NEXT_KEY)),
        (
            waiting,
            Show(Page.ORDER_REASON, {**_KEY, "order_id": "PO-1002", "list": "deviations", "action": "start_operation"}),
        ),
    ]
    shown = [(showing(center).model_copy(update={"lists": lists}), page) for center, page in pages]
    favourites = _center(_stop(suggested_reason="TOOL"), favourites=("JAM", "MAT", "QC", "CLEAN"))
    many = showing(favourites).model_copy(update={"reasons": _many(), "reason_groups": GROUPS})
    generic = tuple(one.model_copy(update={"generic": True}) for one in REASONS)
    asked = showing(_stop()).model_copy(update={"reasons": generic})
    return [
        *shown,
        (many, Show(Page.RUN)),
        (many, Show(Page.STOPS)),
        (asked, Show(Page.REASONS, {"parts": "s-1.1", "code": "TOOL"})),
    ]

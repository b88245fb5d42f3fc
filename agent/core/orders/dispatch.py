"""Which order is to be begun next where nobody names one: the dispatch queue's first, if there is no doubt about it."""

from __future__ import annotations

from agent.core.directories import Directories, Order
from agent.core.errors import EntryRefusedError
from agent.core.facts import FINAL
from agent.core.orders.operations import Operations
from agent.core.sentences import say


def next_order(directories: Directories, operations: Operations, wc_id: str, crew_id: str | None) -> Order:
    """The released operation to begin with first, of those that have not ended here.

    Raises:
        EntryRefusedError: none waits, or two orders have the same place in the queue.
    """
    waiting = [
        one
        for one in directories.orders_of(wc_id, crew_id)
        if one.release_status == "released" and _open(operations, one)
    ]
    if not waiting:
        raise EntryRefusedError("NO_ORDER", say("No order waits here. Scan or choose the order that is to be started."))
    first = waiting[0]
    other = next((one for one in waiting if one.order_id != first.order_id), None)
    if other is not None and _place(other, crew_id) == _place(first, crew_id):
        raise EntryRefusedError(
            "SEVERAL_ORDERS",
            say(
                "Orders {first} and {other} are equally urgent. Scan or choose the one that is to be started.",
                first=first.order_id,
                other=other.order_id,
            ),
        )
    return first


def _open(operations: Operations, order: Order) -> bool:
    noted = operations.noted(order.order_id, order.op_no)
    return noted is None or noted.status not in FINAL


def _place(order: Order, crew_id: str | None) -> tuple[object, ...]:
    return (None not in {crew_id, order.crew_id} and order.crew_id != crew_id, order.priority, order.due)

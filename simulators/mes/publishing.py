"""What the MES hands out at present. It outlives connections: at each one all of it is published, retained."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from simulators.mes.plan import Document, Order, Plan
from simulators.mes.topics import Place, named


class Directory:
    """Objects by topic; what was withdrawn is remembered, so that it stays withdrawn."""

    def __init__(self, place: Place, plan: Plan) -> None:
        self._place = place
        self._areas = {order.wc_id: order.area for order in plan.orders}
        self._orders: dict[tuple[str, str], str] = {}
        self._documents: dict[str, Document | None] = {}
        if plan.reasons:
            self.put("reasons", plan.reasons_directory())
        for order in plan.orders:
            self._add(order, plan)
        for one in plan.objects:
            self.put(one.name, one.document, one.wc_id)

    def _add(self, order: Order, plan: Plan) -> None:
        alike = [one for one in plan.orders if (one.wc_id, one.order_id) == (order.wc_id, order.order_id)]
        ids = (order.order_id, order.op_no) if len(alike) > 1 else (order.order_id,)
        name = named("orders", *ids)
        self.put(name, order.directory(), order.wc_id)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Topics and payloads."""
        for topic, document in self._documents.items():
            yield topic, _payload(document)

    def learn(self, wc_id: str, area: str) -> None:
        """Where a work center is, as its own facts say."""
        self._areas.setdefault(wc_id, area)

    def put(self, name: str, document: Document | None, wc_id: str | None = None) -> tuple[str, bytes]:
        """Hand out an object, or withdraw it; what is to be published.

        Args:
            name: The topic behind `dir/`.
            document: The object, None to withdraw it.
            wc_id: Its work center, None for the site.

        Raises:
            ValueError: nobody has told in which area this work center is.
        """
        if wc_id is None:
            topic = self._place.directory(None, None, name)
        elif wc_id in self._areas:
            topic = self._place.directory(self._areas[wc_id], wc_id, name)
        else:
            raise ValueError(
                f"work center '{wc_id}' has no order in the plan and was not heard of: in which area is it?"
            )
        self._documents[topic] = document
        if document is not None and name.startswith("orders/"):
            self._orders[str(document["order_id"]), str(document["op_no"])] = topic
        return topic, _payload(document)

    def change(self, order_id: str, op_no: str | None, changes: Mapping[str, object]) -> tuple[str, bytes]:
        """An order in a new revision.

        Raises:
            ValueError: there is no such order.
        """
        for (known, operation), topic in self._orders.items():
            document = self._documents[topic]
            if known == order_id and op_no in {None, operation} and document is not None:
                self._documents[topic] = {**document, "rev": _next(str(document["rev"])), **changes}
                return topic, _payload(self._documents[topic])
        known = ", ".join(sorted({one for one, _ in self._orders}))
        raise ValueError(f"order '{order_id}' is not handed out; there are {known or 'none'}")


def _next(rev: str) -> str:
    return str(int(rev) + 1) if rev.isdigit() else f"{rev}.1"


def _payload(document: Document | None) -> bytes:
    return b"" if document is None else json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

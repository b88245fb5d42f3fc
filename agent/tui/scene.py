"""What there is to draw: one view of the agent, brought forward to now. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from agent.core.orders.order_view import OrderView
from agent.core.people.person_view import PersonView
from agent.core.stops.stop_view import StopView
from agent.core.times import epoch
from agent.core.views import AgentView
from agent.core.work_center_view import WorkCenterView
from agent.tui.wording import Wording

PACE_WINDOW_S: Final = 900.0
"""Plant seconds that the pace is taken over."""
PACE_SHORTEST_S: Final = 60.0
"""Less than that says nothing about an hour."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A view and the moment at which it arrived."""

    view: AgentView
    received: float
    """Monotonic seconds."""

    def plant_time(self, monotonic: float) -> float:
        """The plant's clock at that moment, in seconds since 1970 UTC."""
        return epoch(self.view.plant_time) + (monotonic - self.received) * self.view.speed


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the screen shows of one work center."""

    words: Wording
    view: AgentView
    center: WorkCenterView
    now: float
    """Plant time in seconds since 1970 UTC; stands still while the agent is lost."""
    pace: Decimal | None
    """Good parts per plant hour of late."""
    let_in: str | None = None
    """Id of whoever showed a badge or PIN at this terminal last."""

    @property
    def acting(self) -> PersonView | None:
        """Who acts here: whoever was let in at this terminal, else who signed on last."""
        people = self.center.crew
        return next((one for one in people if one.operator_id == self.let_in), people[-1] if people else None)

    @property
    def stop(self) -> StopView | None:
        """The open stop."""
        return self.center.stop

    @property
    def asks_why(self) -> bool:
        """Whether the open stop waits for its reason."""
        return self.stop is not None and self.stop.reason_wanted and self.stop.reason_code is None

    @property
    def place(self) -> str:
        """The work center's name, and which one it is where there are several."""
        centers = [center.wc_id for center in self.view.work_centers]
        if len(centers) == 1:
            return self.center.wc_id
        return f"{self.center.wc_id} ({centers.index(self.center.wc_id) + 1}/{len(centers)})"

    @property
    def has_serials(self) -> bool:
        """Whether units are known by their serials here."""
        order = self.center.order
        return self.center.last_serial is not None or (order is not None and order.serials_required)

    @property
    def operations(self) -> tuple[OrderView, ...]:
        """What can be finished or started, the operation in progress or paused first."""
        current = self.center.order
        if current is None:
            return self.center.orders
        others = [order for order in self.center.orders if (order.order_id, order.op_no) != _key(current)]
        return (current, *others)


class Pace:
    """Good parts per hour at one work center, from what was seen of late."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, Decimal]] = deque()
        self._of: tuple[str, str] | None = None

    def observe(self, time: float, center: WorkCenterView) -> None:
        """Takes the count at a plant time; another operation, or a count that fell, begins anew."""
        good = center.order.qty_good if center.order else center.qty_good
        of = _key(center.order) if center.order else None
        if of != self._of or (self._seen and good < self._seen[-1][1]):
            self._seen.clear()
            self._of = of
        if not self._seen or good != self._seen[-1][1]:
            self._seen.append((time, good))
        while len(self._seen) > 1 and self._seen[1][0] <= time - PACE_WINDOW_S:
            self._seen.popleft()

    def per_hour(self, now: float) -> Decimal | None:
        """None while too little was seen. Falls while nothing is made."""
        if not self._seen or now - self._seen[0][0] < PACE_SHORTEST_S:
            return None
        (start, first), (_, last) = self._seen[0], self._seen[-1]
        return round((last - first) * 3600 / Decimal(min(now - start, PACE_WINDOW_S)), 0)


def _key(order: OrderView) -> tuple[str, str]:
    return order.order_id, order.op_no

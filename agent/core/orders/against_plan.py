"""What of the execution of operations contradicts the plan: recorded and raised, refused only where configured.

Looked for when work on an operation begins or goes on with another one before it, and while it is in progress: when
the MES's copies change or come into force, and with every part (domain.md G4; requirements 42, 62, 78).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.core.directories import Directories, Order
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import EntryRefusedError
from agent.core.facts import Deviation, DiscrepancyCode, Reason
from agent.core.orders import executions, plan
from agent.core.orders.named_operations import Named
from agent.core.orders.operations import Operation
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.values import replace

MOST_TOLD = 8
"""Contradictions of one execution that are remembered as told."""
OFF_ROUTE = {"wrong_work_center": "wc", "operation_out_of_sequence": "sequence"}
"""Contradictions that are deviations from the route as well (requirement 42), with their kind."""
VERSIONS = ("bom_version", "route_version", "norm_version")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One thing that is otherwise than the plan says."""

    code: DiscrepancyCode
    evidence: dict[str, str]
    found: str
    """What was found and what to do, for the operator who is refused."""

    @property
    def mark(self) -> str:
        """Names it among those that have been told of an execution."""
        return f"{self.evidence['object']} {self.evidence['in_force']}" if self.code == "stale_version" else self.code

    def told(self, turn: Turn) -> None:
        """Raise it."""
        now = turn.draft.observed
        turn.raise_discrepancy(Discrepancy(self.code, now, now, self.evidence), "rule")


def at_start(turn: Turn, named: Named) -> list[Contradiction]:
    """What contradicts the plan in working on an operation now, to be raised once work on it has begun.

    What was told when parts made without an order were given to one that had not begun is not told again.

    Raises:
        EntryRefusedError: one of them that blocks here.
    """
    rules, found = turn.setup.machine.plan, []
    known = named.known
    told = known.told if known is not None and known.status == "waiting" else ()
    for one in _at_start(turn, named):
        action = getattr(rules, one.code)
        if action == "block":
            raise EntryRefusedError(one.code.upper(), one.found)
        if action == "warn" and one.mark not in told:
            found.append(one)
    return found


def tell_at_start(turn: Turn, found: list[Contradiction]) -> None:
    """Raise what was found when work on the operation in progress began."""
    for one in found:
        one.told(turn)
        if one.code == "stale_version" and turn.operations.current is not None:
            _marked(turn, turn.operations.current, one.mark)


def off_route(found: list[Contradiction], wc_id: str, reason: Reason | None) -> Iterator[Deviation]:
    """What of it deviates from the route, to be recorded with the reason that somebody gave."""
    for one in found:
        kind = OFF_ROUTE.get(one.code)
        if kind == "wc":
            yield Deviation(kind=kind, expected=one.evidence["planned"], actual=wc_id, reason=reason)
        elif kind is not None:
            expected, actual = one.evidence["not_completed"], one.evidence["op_no"]
            yield Deviation(kind=kind, expected=expected, actual=actual, reason=reason)


def of_copy(order: Order, wc_id: str) -> Iterator[Contradiction]:
    """What contradicts the plan by an order's copy alone."""
    evidence = {"order_id": order.order_id, "op_no": order.op_no}
    if order.release_status != "released":
        yield Contradiction(
            "order_not_released",
            {"order_id": order.order_id, "release_status": order.release_status},
            say(
                "Order {order_id} is {status}, not released. Ask the planner to release it.",
                order_id=order.order_id,
                status=order.release_status,
            ),
        )
    if order.work_centers and wc_id not in order.work_centers:
        yield _at_wrong_center(evidence, order.work_centers, wc_id)


def follow(turn: Turn) -> None:
    """Time passed: the operation in progress follows its copy, and the versions in force are looked at."""
    if turn.operations.current is not None:
        follow_copy(turn)
        look_at_versions(turn)


def look_at_versions(turn: Turn) -> None:
    """Raise that another version is in force than the operation in progress works with, once for each version."""
    operation = turn.operations.current
    if operation is None or turn.setup.machine.plan.stale_version == "allow":
        return
    for one in _stale(turn.directories, turn.wc_id, operation, turn.draft.observed):
        if one.mark not in operation.told:
            one.told(turn)
            operation = _marked(turn, operation, one.mark)


def look_at_quantities(turn: Turn) -> None:
    """Raise that more has been made than planned, once an execution."""
    operation, cums = turn.operations.current, turn.output.cums
    if operation is None or operation.most is None or "over_quantity" in operation.told:
        return
    made = cums.good + cums.scrap + cums.rework
    if made <= operation.most or turn.setup.machine.plan.over_quantity == "allow":
        return
    evidence = {"planned": str(operation.qty_planned), "at_most": str(operation.most), "made": str(made)}
    Contradiction("over_quantity", evidence, "").told(turn)
    _marked(turn, operation, "over_quantity")


def follow_copy(turn: Turn) -> None:
    """Quantity and business status of the operation in progress are those of the plan as it is now."""
    operation = turn.operations.current
    if operation is None:
        return
    order = plan.copy_of(turn.directories, turn.wc_id, operation.order_id, operation.op_no)
    if order is None:
        return
    if (operation.release_status, operation.qty_planned) != (order.release_status, order.qty_planned):
        most = plan.most_parts(order, turn.setup.machine.plan.over_tolerance_pct)
        changed = replace(operation, release_status=order.release_status, qty_planned=order.qty_planned, most=most)
        turn.operations = replace(turn.operations, current=changed)


def _at_start(turn: Turn, named: Named) -> Iterator[Contradiction]:
    order = named.order
    if order is None:
        found = say(
            "Order {order_id} is not known here. Ask the planner to publish it to {wc_id}.",
            order_id=named.order_id,
            wc_id=turn.wc_id,
        )
        yield Contradiction("order_unknown", {"order_id": named.order_id}, found)
        return
    evidence = {"order_id": order.order_id, "op_no": order.op_no}
    centers = plan.centers_of(turn.directories, order.order_id, order.op_no)
    yield from of_copy(order, turn.wc_id)
    if turn.wc_id not in centers and not order.work_centers:
        yield _at_wrong_center(evidence, centers, turn.wc_id)
    missing = [one.op_no for one in order.route if one.mandatory and not _is_done(turn, order, one.op_no)]
    if missing:
        found = say(
            "Operations {missing} of order {order_id} are not completed yet. Do them first.",
            missing=", ".join(missing),
            order_id=order.order_id,
        )
        yield Contradiction("operation_out_of_sequence", {**evidence, "not_completed": ", ".join(missing)}, found)
    now = turn.draft.observed
    works_with = plan.versions_of(turn.directories, order, now)
    current = plan.versions_in_force(turn.directories, order.item_id, order.op_no, now)
    for kind in VERSIONS:
        ours, theirs = getattr(works_with, kind), getattr(current, kind)
        if ours is not None and theirs is not None and ours != theirs:
            yield _stale_version(kind, ours, theirs, named.order_id)


def _is_done(turn: Turn, order: Order, op_no: str) -> bool:
    if any(one.op_no == op_no and one.status == "completed" for one in order.route):
        return True
    execution = executions.find(turn, order.order_id, op_no)
    return execution is not None and execution.status == "completed"


def _stale(directories: Directories, wc_id: str, operation: Operation, at: float) -> Iterator[Contradiction]:
    if operation.item_id is None:
        return
    order = plan.copy_of(directories, wc_id, operation.order_id, operation.op_no)
    current = plan.names_in_force(directories, operation.item_id, operation.op_no, at)
    for kind, its in zip(VERSIONS, current, strict=True):
        ours = getattr(operation.versions, kind)
        others = (its, None if order is None else getattr(order, kind))
        for theirs in dict.fromkeys(others):
            if ours is not None and theirs is not None and ours != theirs:
                yield _stale_version(kind, ours, theirs, operation.order_id)


def _stale_version(kind: str, ours: str, theirs: str, order_id: str) -> Contradiction:
    name = kind.removesuffix("_version")
    return Contradiction(
        "stale_version",
        {"object": name, "works_with": ours, "in_force": theirs},
        say(
            "Order {order_id} works with version {ours} of its {document}; {theirs} is in force. "
            "Ask the planner for another.",
            order_id=order_id,
            ours=ours,
            document=name,
            theirs=theirs,
        ),
    )


def _at_wrong_center(evidence: dict[str, str], centers: tuple[str, ...], wc_id: str) -> Contradiction:
    planned = ", ".join(centers)
    found = say(
        "Order {order_id} is planned for {planned}, not for {wc_id}. Take it there, or ask the planner.",
        order_id=evidence["order_id"],
        planned=planned,
        wc_id=wc_id,
    )
    return Contradiction("wrong_work_center", {**evidence, "planned": planned}, found)


def _marked(turn: Turn, operation: Operation, mark: str) -> Operation:
    changed = replace(operation, told=(*operation.told, mark)[-MOST_TOLD:])
    turn.operations = replace(turn.operations, current=changed)
    return changed

"""Checks, holds and nonconformances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from simulators.mes.facts import StoredFact
from simulators.mes.floor_figures import CheckFigures, Hold, Nonconformance


def checks(facts: Iterable[StoredFact]) -> Iterator[CheckFigures]:
    """Every check that was made or skipped, in order."""
    for fact in facts:
        if fact.type == "quality.checked":
            made = _check(fact, fact.data["result"])
            yield replace(
                made,
                value=fact.quantity("value"),
                uom=fact.data["uom"],
                pass_no=fact.data.get("pass_no", 1),
                defect_code=fact.data["defect_code"],
            )
        elif fact.type == "quality.check_skipped":
            yield replace(_check(fact, "skipped"), reason=fact.code())


def _check(fact: StoredFact, result: str) -> CheckFigures:
    return CheckFigures(
        time=fact.time,
        operation=fact.operation,
        check_id=fact.data["check_id"],
        kind=fact.data["kind"],
        characteristic=fact.data["characteristic"],
        result=result,
        lot_id=fact.key("lot_id"),
        serial=fact.key("serial"),
        actor=fact.data["actor"],
    )


def holds(facts: Iterable[StoredFact]) -> tuple[Hold, ...]:
    """Every hold, released ones too."""
    found: dict[str, Hold] = {}
    for fact in facts:
        if fact.type == "hold.placed":
            hold_id = fact.data["hold_id"]
            found[hold_id] = Hold(hold_id, fact.data["target"], fact.data["target_id"], fact.code(), fact.time)
        elif fact.type == "hold.released" and fact.data["hold_id"] in found:
            found[fact.data["hold_id"]] = replace(found[fact.data["hold_id"]], released_at=fact.time)
    return tuple(found.values())


def nonconformances(facts: Iterable[StoredFact]) -> tuple[Nonconformance, ...]:
    """Every nonconformance with all that was decided of it."""
    found: dict[str, Nonconformance] = {}
    for fact in facts:
        nc_id = fact.data.get("nc_id")
        if fact.type == "nc.raised":
            raised = _raised(fact)
            # Raised again where a retest failed: what was decided before stays.
            known = found.get(raised.nc_id, raised)
            found[raised.nc_id] = replace(known, defect_code=raised.defect_code, cause=raised.cause)
        elif fact.type == "nc.dispositioned" and nc_id in found:
            found[nc_id] = replace(
                found[nc_id],
                dispositions=(*found[nc_id].dispositions, fact.data["disposition"]),
                decided_by=fact.data["decided_by"],
                corrective_action=fact.data["corrective_action"] or found[nc_id].corrective_action,
            )
    return tuple(found.values())


def _raised(fact: StoredFact) -> Nonconformance:
    return Nonconformance(
        nc_id=fact.data["nc_id"],
        operation=fact.operation,
        qty=fact.number("qty"),
        uom=fact.data["uom"],
        serial=fact.data["serial"],
        lot_id=fact.data["lot_id"],
        defect_code=fact.data["defect_code"],
        cause=fact.data["cause"],
    )

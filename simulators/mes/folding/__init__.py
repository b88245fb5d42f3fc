"""How facts become figures: pure functions that know nothing of where the facts come from; a file for each subject.

Facts of a work center are given in the order of their sequence numbers, epoch after epoch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulators.mes.facts import StoredFact, instant
from simulators.mes.figures import (
    AgentStart,
    Discrepancy,
    LoadedLot,
    Period,
    ScanFigures,
    WorkCenterFigures,
)
from simulators.mes.floor_figures import Floor, Unit
from simulators.mes.folding.contradictions import deviations
from simulators.mes.folding.machine import counters, seconds, timeline
from simulators.mes.folding.materials import consumption, lots, movements, norms
from simulators.mes.folding.orders import orders
from simulators.mes.folding.people import labor, signed_on
from simulators.mes.folding.quality import checks, holds, nonconformances
from simulators.mes.folding.quantities import total
from simulators.mes.folding.stops import downtimes, reasons, stops
from simulators.mes.folding.units import units
from simulators.mes.plan import Order


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of one work center."""

    facts: Sequence[StoredFact]
    """As they came."""
    held: Sequence[StoredFact]
    """As they hold, corrections and attachments included."""
    discrepancies: tuple[Discrepancy, ...] = ()
    """Raised by them; see `contradictions.discrepancies`."""


def figures(told: Told, planned: Sequence[Order], period: Period) -> WorkCenterFigures:
    """What the facts of one work center say.

    Args:
        told: Its facts.
        planned: Orders for this work center.
        period: What the condition timeline is cut to.
    """
    facts, held = told.facts, told.held
    spans = tuple(timeline(facts, period))
    made, stood = total(held), stops(held)
    floor = _floor(held)
    return WorkCenterFigures(
        good=made.good,
        scrap=made.scrap,
        rework=made.rework,
        counters=counters(facts),
        orders=orders(held, planned),
        stops=stood,
        timeline=spans,
        seconds=seconds(span for span in spans if not span.inferred),
        inferred_seconds=seconds(span for span in spans if span.inferred),
        scans=_scans(facts),
        lots=tuple(_loaded(fact) for fact in held if fact.type == "lot.loaded"),
        genealogy={serial: _lots_in(floor.units.units[serial]) for serial in _linked(held)},
        reasons=tuple(reasons(held)),
        discrepancies=told.discrepancies,
        downtime=downtimes(stood),
        floor=floor,
    )


def agent_starts(facts: Iterable[StoredFact]) -> tuple[AgentStart, ...]:
    """Every start of an agent, in order."""
    return tuple(
        AgentStart(
            fact.time,
            fact.data["version"],
            fact.data["instance"],
            fact.data["after"],
            instant(fact.data["down_since"]),
        )
        for fact in facts
        if fact.type == "agent.started"
    )


def _floor(held: Sequence[StoredFact]) -> Floor:
    return Floor(
        consumption=consumption(held),
        norms=norms(held),
        movements=movements(held),
        lots=lots(held),
        units=units(held),
        checks=tuple(checks(held)),
        holds=holds(held),
        nonconformances=nonconformances(held),
        labor=labor(held),
        signed_on=signed_on(held),
        deviations=tuple(deviations(held)),
    )


def _loaded(fact: StoredFact) -> LoadedLot:
    return LoadedLot(fact.time, fact.key("lot_id"), fact.key("item_id"), fact.data["scan_text"])


def _linked(held: Iterable[StoredFact]) -> dict[str, None]:
    """Units of which anybody said what is in them, in order."""
    serials = (fact.data["parent_serial"] for fact in held if fact.type == "genealogy.linked")
    return dict.fromkeys(serial for serial in serials if serial is not None)


def _lots_in(unit: Unit) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.lot_id for one in unit.components if one.lot_id is not None))


def _scans(facts: Iterable[StoredFact]) -> dict[str, ScanFigures]:
    counts = Counter((fact.data["text"], fact.type) for fact in facts if fact.type.startswith("scan."))
    return {
        text: ScanFigures(counts[text, "scan.accepted"], counts[text, "scan.refused"])
        for text in dict.fromkeys(text for text, _ in counts)
    }

"""From counted parts to output and scrap facts, each with delta and cumulative (domain.md K12, K13, K17, K18).

Of {total, scrap} good is their difference, of {good, scrap} it is measured. A reject is often counted after its part:
if that part has been reported as good by then, the scrap fact says how many it takes back from good. A reject counted
before its part is owed: that part, once counted, is not good. No quantity is ever negative, and the raw readings of
successive facts of a counter join without a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from agent.core.counters import CounterState, Step
from agent.core.draft import Draft
from agent.core.facts import Counter, Interval, OutputRecorded, ScrapRecorded
from agent.core.machine_settings import Role
from agent.core.times import iso


@dataclass(frozen=True, slots=True)
class Tally:
    """What a counter has counted since its last fact."""

    parts: int
    raw_from: int
    start: float
    end: float
    uncertain: bool = False
    """Some of it was counted while nobody watched."""
    lower_bound: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """Quantities of the operation in progress, or of running without one."""

    cum_good: int = 0
    cum_scrap: int = 0
    tallies: dict[Role, Tally] = field(default_factory=dict)
    flushed_at: float = 0.0
    """When the last count became a fact."""
    early_rejects: int = 0
    """Rejects whose parts are not counted yet; those parts will never be good."""


def tallied(output: Output, role: Role, before: CounterState, step: Step, *, uncertain: bool) -> Output:
    """A counter went on."""
    if step.delta == 0:
        return output
    tally = output.tallies.get(role)
    if tally is None:
        assert before.raw is not None
        tally = Tally(0, before.raw, before.at, before.at)
    tally = replace(
        tally,
        parts=tally.parts + step.delta,
        end=step.state.at,
        uncertain=tally.uncertain or uncertain,
        lower_bound=tally.lower_bound or step.doubt is not None,
    )
    return replace(output, tallies={**output.tallies, role: tally})


def begun_anew(output: Output) -> Output:
    """The quantities of another operation; counting itself goes on."""
    return replace(output, cum_good=0, cum_scrap=0)


def due(output: Output, now: float, flush_s: float) -> bool:
    """Whether what was tallied becomes a fact now."""
    waiting = any(tally.parts for tally in output.tallies.values())
    return waiting and not 0 <= now - output.flushed_at < flush_s


@dataclass(frozen=True, slots=True)
class Flush:
    """What the facts of one flush need to know besides the tallies."""

    counters: dict[Role, CounterState]
    names: dict[Role, str]
    uom: str
    lots: tuple[str, ...]
    now: float


def flushed(output: Output, flush: Flush, draft: Draft) -> Output:
    """Turn everything tallied into facts."""
    role = Role.GOOD if Role.GOOD in flush.names else Role.TOTAL
    tallies = dict(output.tallies)
    made, scrap = tallies.get(role), tallies.pop(Role.SCRAP, None)
    parts = 0 if made is None else made.parts
    rejects = 0 if scrap is None else scrap.parts
    rejects_among = rejects + output.early_rejects if role is Role.TOTAL else 0
    good, missing = max(parts - rejects_among, 0), max(rejects_among - parts, 0)
    taken_back = min(missing, output.cum_good)
    output = replace(output, cum_good=output.cum_good + good, early_rejects=missing - taken_back)
    if made is not None and good:
        _output_fact(output, made, good, role, flush, draft)
        del tallies[role]
    elif made is not None:
        tallies[role] = replace(made, parts=0)
    if scrap is not None:
        output = replace(output, cum_good=output.cum_good - taken_back, cum_scrap=output.cum_scrap + rejects)
        _scrap_fact(output, scrap, taken_back, flush, draft)
    return replace(output, tallies=tallies, flushed_at=flush.now)


def _output_fact(output: Output, tally: Tally, good: int, role: Role, flush: Flush, draft: Draft) -> None:
    data = OutputRecorded(
        keys=draft.keys,
        quality=draft.quality("plc", time_quality="uncertain" if tally.uncertain else "good"),
        versions=draft.versions,
        qty_good=Decimal(good),
        uom=flush.uom,
        cum_good=Decimal(output.cum_good),
        counter=_counter(tally, role, flush),
        interval=Interval(start=iso(tally.start), end=iso(tally.end)),
        lots_in=flush.lots,
        lower_bound=tally.lower_bound,
    )
    draft.add(data, tally.end, _natural_key(role, flush, draft))


def _scrap_fact(output: Output, tally: Tally, taken_back: int, flush: Flush, draft: Draft) -> None:
    wc_id = draft.keys.wc_id
    assert wc_id is not None
    data = ScrapRecorded(
        keys=draft.keys,
        quality=draft.quality("plc", time_quality="uncertain" if tally.uncertain else "good"),
        versions=draft.versions,
        qty_scrap=Decimal(tally.parts),
        qty_from_good=Decimal(taken_back),
        uom=flush.uom,
        cum_good=Decimal(output.cum_good),
        cum_scrap=Decimal(output.cum_scrap),
        defect_code=None,
        place=wc_id,
        counter=_counter(tally, Role.SCRAP, flush),
        interval=Interval(start=iso(tally.start), end=iso(tally.end)),
    )
    draft.add(data, tally.end, _natural_key(Role.SCRAP, flush, draft))


def _counter(tally: Tally, role: Role, flush: Flush) -> Counter:
    counter = flush.counters[role]
    assert counter.raw is not None
    return Counter(name=flush.names[role], counter_run=counter.run, raw_from=tally.raw_from, raw_to=counter.raw)


def _natural_key(role: Role, flush: Flush, draft: Draft) -> str:
    return f"cnt:{draft.keys.wc_id}:{flush.names[role]}:{flush.counters[role].count}"

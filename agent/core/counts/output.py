"""From counted parts to output, scrap and rework facts, each with delta and cumulative (domain.md K12, K13, K17, K18).

Of {total, scrap} good is their difference, of {good, scrap} it is measured. A reject is often counted after its part:
if that part has been reported as good by then, the scrap fact says how many it takes back from good. A reject counted
before its part is owed: that part, once counted, is not good. No quantity is ever negative, and the raw readings of
successive facts of a counter join without a gap.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from decimal import Decimal

from agent.core.counts.accounts import Account, Cums, Held, Past
from agent.core.counts.counters import CounterState, Step
from agent.core.draft import Draft
from agent.core.facts import Allocation, Counter, FactQuality, Interval, OutputRecorded, ReworkRecorded, ScrapRecorded
from agent.core.machine_settings import Role
from agent.core.times import iso
from agent.core.values import replace

NOTHING_MADE = Cums()


@dataclass(frozen=True, slots=True)
class Manner:
    """How something was counted."""

    scale: int = 1
    """Parts for a count."""
    uncertain: bool = False
    """While nobody watched."""
    estimated: bool = False
    """While nobody watched, and what it is credited to may be another one."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a counter has counted since its last fact."""

    parts: int
    """Negative where more was taken off than there was: the next parts only make up for it."""
    raw_from: int
    start: float
    end: float
    uncertain: bool = False
    """Some of it was counted while nobody watched."""
    lower_bound: bool = False
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the counters had counted when the operation began, to compare them with each other and with serials."""

    counts: dict[Role, int] = field(default_factory=dict)
    since: float = 0.0
    checked_at: float = 0.0
    breached: bool = False
    """They disagreed at the last check."""
    before: Cums = field(default_factory=Cums)
    """What it had made by then, in former stretches of its execution."""


@dataclass(frozen=True, slots=True)
class Output:
    """Quantities of the operation in progress or of running without one, and what is kept to credit parts rightly."""

    cums: Cums = field(default_factory=Cums)
    tallies: dict[Role, Tally] = field(default_factory=dict)
    flushed_at: float = 0.0
    """When the last count became a fact."""
    early_rejects: int = 0
    """Rejects whose parts are not counted yet; those parts will never be good."""
    past: tuple[Past, ...] = ()
    """What ended lately, the oldest first."""
    held: tuple[Held, ...] = ()
    """What quarantines keep out of the quantities."""
    baseline: Baseline = field(default_factory=Baseline)

    @property
    def cum_good(self) -> int:
        """Good parts so far."""
        return self.cums.good

    @property
    def cum_scrap(self) -> int:
        """Scrap so far."""
        return self.cums.scrap


def output_role(roles: Container[Role]) -> Role | None:
    """Which of a machine's counters counts as output (domain.md K12); the rest of them are diagnostic."""
    if Role.GOOD in roles:
        return Role.GOOD
    return Role.TOTAL if Role.TOTAL in roles else None


def tallied(output: Output, role: Role, before: CounterState, step: Step, manner: Manner) -> Output:
    """A counter went on."""
    if step.delta == 0:
        return output
    tally = output.tallies.get(role)
    if tally is None:
        assert before.raw is not None
        tally = Tally(0, before.raw, before.at, before.at)
    tally = replace(
        tally,
        parts=tally.parts + step.delta * manner.scale,
        end=step.state.at,
        uncertain=tally.uncertain or manner.uncertain,
        lower_bound=tally.lower_bound or step.doubt is not None,
        estimated=tally.estimated or manner.estimated,
    )
    return replace(output, tallies={**output.tallies, role: tally})


def begun_anew(output: Output, cums: Cums = NOTHING_MADE) -> Output:
    """The quantities of another operation, with what it had made before; counting itself goes on."""
    return replace(output, cums=cums, baseline=replace(output.baseline, before=cums))


def shift_began(output: Output) -> Output:
    """The quantities of another shift; those of the operation go on. Call `counting.context_ends` before."""
    return replace(output, cums=replace(output.cums, good_shift=0, scrap_shift=0))


def due(output: Output, now: float, flush_s: float, flush_n: int | None = None) -> bool:
    """Whether what was tallied becomes a fact now."""
    waiting = max((tally.parts for tally in output.tallies.values()), default=0)
    if waiting <= 0:
        return False
    return not 0 <= now - output.flushed_at < flush_s or (flush_n is not None and waiting >= flush_n)


def standing(output: Output, here: Account, account: Account) -> Cums:
    """The quantities of an account now, the present one being `here`."""
    if account.book != here.book:
        return account.cums
    return output.cums if account.shift == here.shift else output.cums.as_of(account.cums)


def settled(output: Output, here: Account, account: Account, cums: Cums) -> Output:
    """With the quantities that an account now has, in all accounts that share them."""

    def followed(other: Account, its: Cums) -> Cums:
        if other.book != account.book:
            return its
        return cums if other.shift == account.shift else cums.as_of(its)

    def following(other: Account) -> Account:
        return replace(other, cums=followed(other, other.cums))

    return replace(
        output,
        cums=followed(here, output.cums),
        past=tuple(replace(one, account=following(one.account)) for one in output.past),
        held=tuple(replace(one, account=following(one.account)) for one in output.held),
    )


@dataclass(frozen=True, slots=True)
class Flush:
    """What the facts of one flush need to know besides the tallies."""

    counters: dict[Role, CounterState]
    names: dict[Role, str]
    account: Account
    """What the facts are about."""
    now: float
    setting_up: bool = False
    """The machine or a person says that it is being set up (domain.md R10)."""


def flushed(output: Output, flush: Flush, draft: Draft) -> Output:
    """Turn everything tallied into facts."""
    role = output_role(flush.names) or Role.TOTAL
    tallies = dict(output.tallies)
    made, scrap, rework = tallies.get(role), _ready(tallies, Role.SCRAP), _ready(tallies, Role.REWORK)
    parts = 0 if made is None else max(made.parts, 0)
    rejects = 0 if scrap is None else scrap.parts
    owed = output.early_rejects + (rejects if role is Role.TOTAL else 0)
    good, missing = max(parts - owed, 0), max(owed - parts, 0)
    # A reject in a setup is of the next part, as those before it may be somebody's good ones.
    taken_back = 0 if flush.setting_up else min(missing, rejects, output.cums.good + good)
    cums = output.cums.changed("setup" if flush.setting_up else "good", good)
    output = replace(output, cums=cums, early_rejects=missing - taken_back)
    if made is not None and good:
        _output_fact(output, made, good, role, flush, draft)
        del tallies[role]
    elif made is not None and made.parts > 0:
        tallies[role] = replace(made, parts=0)
    if scrap is not None:
        cums = output.cums.plus(good=-taken_back, scrap=rejects)
        output = replace(output, cums=replace(cums, uncoded=cums.uncoded + rejects))
        _scrap_fact(output, scrap, taken_back, flush, draft)
    if rework is not None:
        output = replace(output, cums=replace(output.cums, rework=output.cums.rework + rework.parts))
        _rework_fact(output, rework, flush, draft)
    return replace(output, tallies=tallies, flushed_at=flush.now)


def _ready(tallies: dict[Role, Tally], role: Role) -> Tally | None:
    tally = tallies.get(role)
    return tallies.pop(role) if tally is not None and tally.parts > 0 else None


def _output_fact(output: Output, tally: Tally, good: int, role: Role, flush: Flush, draft: Draft) -> None:
    data = OutputRecorded(
        keys=draft.keys,
        quality=_quality(tally, draft),
        versions=draft.versions,
        qty_good=Decimal(0 if flush.setting_up else good),
        qty_setup=Decimal(good if flush.setting_up else 0),
        uom=flush.account.uom,
        cum_good=Decimal(output.cums.good),
        cum_good_shift=Decimal(output.cums.good_shift),
        counter=_counter(tally, role, flush),
        interval=_interval(tally),
        lots_in=flush.account.lots,
        lower_bound=tally.lower_bound,
        allocation=_allocation(tally),
        lot_out=flush.account.lot_out,
    )
    draft.add(data, tally.end, _natural_key(role, flush, draft), correlation_id=flush.account.execution_id)


def _scrap_fact(output: Output, tally: Tally, taken_back: int, flush: Flush, draft: Draft) -> None:
    wc_id = draft.keys.wc_id
    assert wc_id is not None
    data = ScrapRecorded(
        keys=draft.keys,
        quality=_quality(tally, draft),
        versions=draft.versions,
        qty_scrap=Decimal(tally.parts),
        qty_from_good=Decimal(taken_back),
        uom=flush.account.uom,
        cum_good=Decimal(output.cums.good),
        cum_scrap=Decimal(output.cums.scrap),
        cum_good_shift=Decimal(output.cums.good_shift),
        cum_scrap_shift=Decimal(output.cums.scrap_shift),
        defect_code=None,
        place=wc_id,
        lot_out=flush.account.lot_out,
        counter=_counter(tally, Role.SCRAP, flush),
        interval=_interval(tally),
        allocation=_allocation(tally),
    )
    draft.add(data, tally.end, _natural_key(Role.SCRAP, flush, draft), correlation_id=flush.account.execution_id)


def _rework_fact(output: Output, tally: Tally, flush: Flush, draft: Draft) -> None:
    data = ReworkRecorded(
        keys=draft.keys,
        quality=_quality(tally, draft),
        versions=draft.versions,
        qty_rework=Decimal(tally.parts),
        uom=flush.account.uom,
        cum_rework=Decimal(output.cums.rework),
        counter=_counter(tally, Role.REWORK, flush),
        interval=_interval(tally),
        defect_code=None,
        target_op=None,
        lot_out=flush.account.lot_out,
        allocation=_allocation(tally),
    )
    draft.add(data, tally.end, _natural_key(Role.REWORK, flush, draft), correlation_id=flush.account.execution_id)


def _quality(tally: Tally, draft: Draft) -> FactQuality:
    return draft.quality("plc", time_quality="uncertain" if tally.uncertain else "good")


def _interval(tally: Tally) -> Interval:
    return Interval(start=iso(tally.start), end=iso(tally.end))


def _allocation(tally: Tally) -> Allocation:
    return "estimated" if tally.estimated else "exact"


def _counter(tally: Tally, role: Role, flush: Flush) -> Counter:
    counter = flush.counters[role]
    assert counter.raw is not None
    return Counter(name=flush.names[role], counter_run=counter.run, raw_from=tally.raw_from, raw_to=counter.raw)


def _natural_key(role: Role, flush: Flush, draft: Draft) -> str:
    return f"cnt:{draft.keys.wc_id}:{flush.names[role]}:{flush.counters[role].count}"

"""What the MES makes of the facts, checked as they come."""

from __future__ import annotations

import collections
from decimal import Decimal

from agent.core.facts import (
    ConditionChanged,
    Counter,
    DiscrepancyRaised,
    Fact,
    OperationCompleted,
    OperationStarted,
    OutputRecorded,
    ScrapRecorded,
    StopClosed,
    StopData,
    StopOpened,
)


class Ledger:
    """What the MES makes of the facts, checked as they come."""

    def __init__(self) -> None:
        self.keys: collections.Counter[str] = collections.Counter()
        self.good = self.scrap = self.cum_good = self.cum_scrap = self.in_doubt = Decimal(0)
        self.condition: ConditionChanged | None = None
        self.condition_at = 0.0
        self.stops: dict[str, StopData] = {}
        self.counters: dict[str, Counter] = {}

    def take(self, fact: Fact) -> None:
        self.keys[fact.natural_key] += 1
        assert self.keys[fact.natural_key] == 1, f"{fact.natural_key} names two happenings"
        match fact.data:
            case OutputRecorded() | ScrapRecorded():
                self._take_count(fact.data)
            case OperationStarted() | OperationCompleted():
                self._take_operation(fact.data)
            case ConditionChanged():
                self._take_condition(fact.data, fact.time)
            case StopData():
                self._take_stop(fact.data)
            case DiscrepancyRaised(at_most=Decimal() as at_most):
                self.in_doubt += at_most
            case _:
                pass

    def _take_count(self, data: OutputRecorded | ScrapRecorded) -> None:
        if isinstance(data, OutputRecorded):
            assert data.qty_good > 0
            delta = data.qty_good
        else:
            assert data.qty_scrap > 0
            assert 0 <= data.qty_from_good <= data.qty_scrap
            delta = -data.qty_from_good
            self.scrap += data.qty_scrap
            self.cum_scrap += data.qty_scrap
            assert data.cum_scrap == self.cum_scrap
        self.good += delta
        self.cum_good += delta
        assert data.cum_good == self.cum_good >= 0
        assert data.interval.start <= data.interval.end
        last = self.counters.get(data.counter.name)
        if last is not None and last.counter_run == data.counter.counter_run:
            assert data.counter.raw_from == last.raw_to
        self.counters[data.counter.name] = data.counter

    def _take_operation(self, data: OperationStarted | OperationCompleted) -> None:
        if isinstance(data, OperationStarted):
            self.cum_good = self.cum_scrap = Decimal(0)
        assert (data.qty_good, data.qty_scrap) == (self.cum_good, self.cum_scrap)
        if isinstance(data, OperationCompleted):
            self.cum_good = self.cum_scrap = Decimal(0)

    def _take_condition(self, data: ConditionChanged, at: float) -> None:
        assert at >= self.condition_at, "the timeline went back"
        if self.condition is not None:
            assert data.from_condition == self.condition.to_condition
        self.condition, self.condition_at = data, at

    def _take_stop(self, data: StopData) -> None:
        before = self.stops.get(data.stop_id)
        if isinstance(data, StopOpened):
            assert before is None
            assert all(isinstance(stop, StopClosed) for stop in self.stops.values()), "two stops are open"
        else:
            assert before is not None
            assert not isinstance(before, StopClosed)
            assert before.start == data.start
        if isinstance(data, StopClosed):
            assert data.end is not None
            assert data.start <= data.end
        self.stops[data.stop_id] = data

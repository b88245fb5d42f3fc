"""What the MES makes of the facts, checked as they come."""

from __future__ import annotations

import collections
from dataclasses import dataclass
from decimal import Decimal

from agent.core.facts import (
    ConditionChanged,
    Counter,
    DiscrepancyRaised,
    Fact,
    OperationCompleted,
    OperationStarted,
    OutputRecorded,
    QuantityAdjusted,
    ScrapRecorded,
    StopClosed,
    StopData,
    StopOpened,
)


@dataclass
class Book:
    """Quantities of one operation at a work center; what is counted late may still be added after its end (K15)."""

    good: Decimal = Decimal(0)
    scrap: Decimal = Decimal(0)


class Ledger:
    """What the MES makes of the facts, checked as they come."""

    def __init__(self) -> None:
        self.keys: collections.Counter[str] = collections.Counter()
        self.good = self.scrap = self.in_doubt = Decimal(0)
        self.entered = Book()
        """What people entered, of all that."""
        self.books: collections.defaultdict[str, Book] = collections.defaultdict(Book)
        """By execution of an operation, or by the time without one."""
        self.condition: ConditionChanged | None = None
        self.condition_at = 0.0
        self.stops: dict[str, StopData] = {}
        self.counters: dict[str, Counter] = {}

    def take(self, fact: Fact) -> None:
        self.keys[fact.natural_key] += 1
        assert self.keys[fact.natural_key] == 1, f"{fact.natural_key} names two happenings"
        match fact.data:
            case OutputRecorded() | ScrapRecorded():
                self._take_count(fact.data, fact.correlation_id)
            case QuantityAdjusted():
                self._take_adjustment(fact.data, fact.correlation_id)
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

    def _take_count(self, data: OutputRecorded | ScrapRecorded, execution: str | None) -> None:
        if isinstance(data, OutputRecorded):
            assert data.qty_good + data.qty_setup > 0
            change = Book(data.qty_good)
        else:
            assert data.qty_scrap >= 0
            assert data.qty_scrap + data.pool_coded_qty > 0
            assert 0 <= data.qty_from_good <= data.qty_scrap
            change = Book(-data.qty_from_good, data.qty_scrap)
        scrap = data.cum_scrap if isinstance(data, ScrapRecorded) else None
        self._credit(execution, change, (data.cum_good, scrap))
        if data.counter is None:
            self.entered.good += change.good
            self.entered.scrap += change.scrap
        if data.counter is not None:
            assert data.interval is not None
            assert data.interval.start <= data.interval.end
            self._take_counter(data.counter)

    def _take_adjustment(self, data: QuantityAdjusted, execution: str | None) -> None:
        assert data.delta != 0
        assert data.cum_after >= 0
        change = Book(data.delta) if data.category == "good" else Book(scrap=data.delta)
        after = (data.cum_after, None) if data.category == "good" else (None, data.cum_after)
        self._credit(execution, change, after)
        if data.source == "operator":
            self.entered.good += change.good
            self.entered.scrap += change.scrap
        elif data.counter is not None:
            self._take_counter(data.counter)

    def _credit(self, execution: str | None, change: Book, after: tuple[Decimal | None, Decimal | None]) -> None:
        assert execution is not None
        self.good += change.good
        self.scrap += change.scrap
        book = self.books[execution]
        book.good += change.good
        book.scrap += change.scrap
        assert after[0] in {None, book.good}
        assert after[1] in {None, book.scrap}
        assert book.good >= 0

    def _take_counter(self, counter: Counter) -> None:
        last = self.counters.get(counter.name)
        if last is not None and last.counter_run == counter.counter_run:
            assert counter.raw_from == last.raw_to
        self.counters[counter.name] = counter

    def _take_operation(self, data: OperationStarted | OperationCompleted) -> None:
        if isinstance(data, OperationStarted):
            assert data.op_execution_id not in self.books
        book = self.books[data.op_execution_id]
        assert (data.qty_good, data.qty_scrap) == (book.good, book.scrap)

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

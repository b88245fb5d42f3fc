"""A bench at which units are assembled by hand, told scan by scan; two seconds lie between two of them."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from agent.core.directories import Directories
from agent.core.observations import Entry, Scan
from agent.core.units.unit_records import UNITS, Unit
from tests.core.build import WC, Story, a_manual_station, a_plan, an_order, by_supervisor, entry, scan
from tests.core.units_ledger import Ledger, ledger

PLAN = a_plan(an_order("PO-1"), an_order("PO-2"))


class Bench:
    """Keeps the story and the time; each step answers with the code of its reply."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.now = 10.0

    def scan(self, *texts: str) -> str:
        """The code of the last one."""
        codes = [self._answer(scan(self._later(), text)) for text in texts]
        return codes[-1]

    def enter(self, action: str, /, **arguments: str) -> str:
        return self._answer(entry(self._later(), action, **arguments))

    def decide(self, action: str, /, **arguments: str) -> str:
        """As `enter`, by a supervisor."""
        return self._answer(by_supervisor(entry(self._later(), action, **arguments)))

    def restart(self) -> None:
        """The agent is killed and comes back with what it had stored."""
        self.story.station = self.story.station.restored(self.story.station.snapshot())

    def read(self) -> Ledger:
        """What the facts say."""
        return ledger(self.story.facts)

    def quantities(self, order_id: str = "PO-1") -> tuple[int, int, int]:
        """Good, scrap and rework of an order, by the facts and by the station."""
        told = self.read().of[order_id, "10"].whole
        operation = self.story.station.state.operations.current
        if operation is not None and operation.order_id == order_id:
            cums = self.story.station.state.output.cums
            assert told == (cums.good, cums.scrap, cums.rework)
        return told

    def unit(self, serial: str) -> Unit:
        """What is stored of a unit."""
        return TypeAdapter(Unit).validate_json(self.story.claims[UNITS.key(WC, serial)])

    def _later(self) -> float:
        self.now += 2.0
        return self.now

    def _answer(self, said: Scan | Entry) -> str:
        before = self.story.station
        outcome = self.story.observe(said)
        assert outcome.reply is not None
        if not outcome.reply.accepted:
            assert outcome.claims == ()
            if isinstance(said, Entry):
                assert (outcome.station, outcome.facts) == (before, ())
        keys = [fact.natural_key for fact in self.story.facts]
        assert len(keys) == len(set(keys))
        return outcome.reply.code


def a_bench(plan: Directories = PLAN, **tables: Any) -> Bench:  # noqa: ANN401 - configuration
    """A manual station that counts by serials, order PO-1 in progress."""
    station = a_manual_station(**{"output": {"count_by": "serial"}, **tables})
    bench = Bench(Story(station, plan))
    assert bench.scan("ORD:PO-1") == "ok"
    return bench

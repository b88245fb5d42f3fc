"""Whatever the MES says and in whatever order, no fact falls between journal and MES."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson
import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agent import receipts
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import InvalidMessageError
from agent.journal.journal import Journal, open_journal
from agent.journal.standins import Parked
from agent.receipts import Receipts
from tests.agent.happenings import facts
from tests.agent.parts import CLOCK

Fate = Literal["stored", "rejected", "rejected for now", "lost"]
FATES: tuple[Fate, ...] = ("stored", "stored", "stored", "rejected", "rejected for now", "lost")


@dataclass
class ModelMes:
    """What an MES has of one epoch."""

    stored: dict[int, bytes] = field(default_factory=dict)
    """By sequence the id of the fact itself."""
    withheld: set[int] = field(default_factory=set)
    rejected: dict[int, bool] = field(default_factory=dict)
    """By sequence whether it may be taken later."""

    @property
    def through(self) -> int:
        here = self.stored.keys() | self.withheld | self.rejected.keys()
        through = 0
        while through + 1 in here:
            through += 1
        return through

    def ack(self) -> bytes:
        rejected = [{"sequence": number, "reason": "no", "retryable": later} for number, later in self.rejected.items()]
        return orjson.dumps({"epoch": "e1", "through": self.through, "rejected": rejected})

    def copy(self) -> ModelMes:
        return ModelMes(dict(self.stored), set(self.withheld), dict(self.rejected))

    def take(self, sequence: int, identity: bytes, fate: Fate, *, stand_in: bool) -> None:
        if fate == "lost":
            return
        if stand_in:
            self.withheld.add(sequence)
        elif fate == "stored" or sequence in self.stored:
            self.stored[sequence] = identity
            self.rejected.pop(sequence, None)
        else:
            self.rejected[sequence] = fate == "rejected for now"


class ReceiptsMachine(RuleBasedStateMachine):
    """A journal, the receipts on it, and an MES whose word comes late, twice, or from a backup."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="receipts-"))
        self.stack = AsyncExitStack()
        self.mes = ModelMes()
        self.backup = ModelMes()
        self.said: list[bytes] = []
        self.told = 0
        """Of what was said up to here was delivered."""
        self.sent = 0
        self.runner.run(self._open())

    async def _open(self) -> None:
        self.journal: Journal = await self.stack.enter_async_context(open_journal(self.folder, "e1", CLOCK.now().wall))
        self.receipts = Receipts(self.journal, CLOCK)
        self.ever_sent = self.journal.marks.last_position
        self.sent = self.journal.marks.confirmed_position

    async def _hear(self, payload: bytes) -> None:
        if await self.receipts.take(payload, self.ever_sent):
            self.sent = max(self.sent, self.journal.marks.confirmed_position)

    @rule(count=st.integers(1, 5))
    def happens(self, count: int) -> None:
        last = self.journal.marks.last_position
        self.runner.run(self.journal.commit(facts(last + 1, last + count), CLOCK.now().wall))

    @precondition(lambda self: self.sent < self.journal.marks.last_position)
    @rule(most=st.integers(1, 6), seed=st.integers(0, 10**6))
    def sends(self, most: int, seed: int) -> None:
        fates = random.Random(seed)
        for row in self.runner.run(self.journal.read(self.sent, most)).rows:
            is_stand_in = row.type == "fact.withheld"
            self.mes.take(row.sequence, row.id, fates.choice(FATES), stand_in=is_stand_in)
            self.sent = row.position
        self.ever_sent = max(self.ever_sent, self.sent)
        self.said.append(self.mes.ack())

    @rule()
    def sends_again(self) -> None:
        self.sent = self.journal.marks.confirmed_position

    @precondition(lambda self: self.journal.waiting > 0)
    @rule(data=st.data())
    def cannot_send(self, data: st.DataObject) -> None:
        marks = self.journal.marks
        position = data.draw(st.integers(marks.confirmed_position + 1, marks.last_position))
        now = CLOCK.now().wall
        parked = Parked(position, "format", "0x99", "2026-03-04T05:00:00.000Z", withheld=True, retry_at=None)
        evidence = {"sequence": str(position)}
        putting = self.journal.parking.put(parked, f"p{position}", Discrepancy("rejected_by_mes", now, now, evidence))
        self.runner.run(putting)
        self.sent = min(self.sent, position - 1)

    @rule(seed=st.integers(0, 10**6))
    def retries(self, seed: int) -> None:
        fates = random.Random(seed)
        for parked in self.runner.run(self.journal.parking.rows()):
            [row] = self.runner.run(self.journal.originals([parked.position]))
            if row.position <= self.ever_sent:
                self.mes.take(row.sequence, row.id, fates.choice(("stored", "rejected")), stand_in=False)
                self.runner.run(self.journal.parking.remove(row.position))
                self.said.append(self.mes.ack())

    @rule()
    def hears(self) -> None:
        if self.told < len(self.said):
            self.runner.run(self._hear(self.said[self.told]))
            self.told += 1

    @precondition(lambda self: self.told > 0)
    @rule(data=st.data())
    def hears_an_old_word_again(self, data: st.DataObject) -> None:
        first = data.draw(st.integers(max(self.told - 5, 0), self.told - 1))
        for payload in self.said[first : self.told]:
            self.runner.run(self._hear(payload))
        self.settles()

    @rule(nonsense=st.sampled_from([b"", b"{}", b'{"epoch":"e0","through":3}', b'{"epoch":"e1","through":-1}']))
    def hears_nonsense(self, nonsense: bytes) -> None:
        before = self.journal.marks
        with pytest.raises(InvalidMessageError):
            self.runner.run(self._hear(nonsense))
        assert self.journal.marks == before

    @rule()
    def mes_is_backed_up(self) -> None:
        self.backup = self.mes.copy()

    @rule()
    def mes_is_restored(self) -> None:
        """What it had said before is delivered before what it says now, as the broker keeps the order."""
        self.mes = self.backup.copy()
        self.said.append(self.mes.ack())
        self.settles()

    @rule()
    def settles(self) -> None:
        while self.told < len(self.said):
            self.hears()
        self.runner.run(self._hear(self.mes.ack()))
        if self.runner.run(self.receipts.restore()):
            self.sent = self.journal.marks.confirmed_position
        assert self.journal.marks.current.confirmed_through == self.mes.through

    @rule()
    def agent_starts_again(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.run(self._open())
        self.settles()

    @invariant()
    def every_fact_is_there_or_parked_or_waits(self) -> None:
        epoch = self.journal.marks.current
        parked = {row.position for row in self.runner.run(self.journal.parking.rows())}
        for position in range(1, epoch.confirmed_position + 1):
            sequence = epoch.sequence(position)
            has_it = self.mes.stored.get(sequence) == position.to_bytes(16, "big")
            # What is withheld at the MES it lists as such, so that it can be asked for.
            known = sequence in self.mes.withheld or sequence in self.mes.rejected
            assert has_it or position in parked or known, f"fact {sequence} fell through"

    def teardown(self) -> None:
        self.settles()
        with suppress(OSError):
            self.runner.run(self.stack.aclose())
        self.runner.close()
        shutil.rmtree(self.folder)


ReceiptsMachine.TestCase.settings = hypothesis_settings(max_examples=60, stateful_step_count=30, deadline=None)


class TestReceipts(ReceiptsMachine.TestCase):  # type: ignore[misc, valid-type]  # made at run time
    @pytest.fixture(autouse=True)
    def _impatient(self, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - nothing
        monkeypatch.setattr(receipts, "LOWER_STANDS_S", 0.0)

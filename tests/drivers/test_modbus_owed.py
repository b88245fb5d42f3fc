"""No answer is taken for that to another request: units with arbitrary delays, in time that is only reckoned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

from hypothesis import example, given
from hypothesis import strategies as st

from drivers.modbus_owed import FORGOTTEN_S, Owed, checks
from drivers.modbus_rtu import RtuDialogue
from drivers.modbus_wire import Answer, Nonsense, Read, Refusal
from tests.drivers.servers.rtu_slaves import whole

TIMEOUT_S = 0.1
UNIT = 7
READS = (
    Read("holding", 0, 2),
    Read("holding", 40, 2),
    Read("holding", 40, 1),
    Read("input", 0, 2),
    Read("coil", 0, 17),
    Read("coil", 800, 16),
)
Fate = tuple[str, float]
"""What becomes of a request: answered, refused or lost; and after how many seconds, if it is not."""


@dataclass
class Unit:
    """It says in each answer which request it belongs to: in the values, or as the exception's code."""

    fates: Iterator[Fate]
    in_order: bool = True
    knows: frozenset[int] = frozenset({1, 2, 3, 4})
    """Function codes that it answers at all."""
    sent: list[tuple[float, bytes]] = field(default_factory=list)
    """With the time at which it arrives."""
    asked: int = 0

    def ask(self, request: bytes, now: float) -> None:
        self.asked += 1
        kind, delay = next(self.fates)
        if kind == "lost" or request[1] not in self.knows:
            return
        at = now + delay
        if self.in_order and self.sent:
            at = max(at, self.sent[-1][0])
        self.sent.append((at, self.answer(request) if kind == "answered" else self.refusal(request)))

    def answer(self, request: bytes) -> bytes:
        count = int.from_bytes(request[4:6], "big")
        size = (count + 7) // 8 if request[1] < 3 else 2 * count
        return whole(bytes([UNIT, request[1], size]) + self.asked.to_bytes(2, "little").ljust(size, b"\0")[:size])

    def refusal(self, request: bytes) -> bytes:
        return whole(bytes([UNIT, request[1] | 0x80, self.asked % 200 + 20]))

    def is_to_the_last(self, answer: Answer, read: Read) -> bool:
        if isinstance(answer, Refusal):
            return answer.code == self.asked % 200 + 20
        if read.table == "coil":
            return sum(bit << at for at, bit in enumerate(answer)) & 0xFF == self.asked & 0xFF
        return answer[0] >> 8 == self.asked & 0xFF


@dataclass
class Asker:
    """Asks as a line does, and holds every answer against the request that it was made for."""

    unit: Unit
    dialogue: RtuDialogue = field(default_factory=RtuDialogue)
    now: float = 100.0

    def read(self, read: Read, pieces: int = 1) -> bool:
        """Whether there was an answer. Fails if it belongs to another request."""
        self._pass(max(self.now, self.dialogue.rests_until(UNIT)))
        for _ in range(3):
            check = self.dialogue.before(UNIT, read, lambda _: True, self.now)
            if check is None:
                break
            if self._exchange(check, pieces) is None:
                return False
        answer = self._exchange(read, pieces)
        if answer is None:
            return False
        assert not isinstance(answer, Nonsense)
        assert self.unit.is_to_the_last(answer, read)
        return True

    def cut_off(self, read: Read, after: float) -> None:
        """Whoever asks is cancelled."""
        self.unit.ask(self.dialogue.ask(UNIT, read, self.now), self.now)
        self._pass(self.now + after)
        self.dialogue.give_up(self.now, TIMEOUT_S)

    def _exchange(self, read: Read, pieces: int) -> Answer | Nonsense | None:
        self.unit.ask(self.dialogue.ask(UNIT, read, self.now), self.now)
        heard = self._pass(self.now + TIMEOUT_S, pieces) or self.dialogue.time_is_up(self.now)
        self.dialogue.give_up(self.now, TIMEOUT_S)
        return heard

    def _pass(self, until: float, pieces: int = 1) -> Answer | Nonsense | None:
        """Let time pass, up to an answer."""
        while self.unit.sent and self.unit.sent[0][0] <= until:
            self.now, frame = self.unit.sent.pop(0)
            step = max(1, len(frame) // pieces)
            said = [self.dialogue.hear(frame[at : at + step], self.now) for at in range(0, len(frame), step)]
            if any(one is not None for one in said):
                return next(one for one in said if one is not None)
        self.now = until
        return None


def fates(longest_s: float) -> st.SearchStrategy[list[Fate]]:
    kinds = st.sampled_from(["answered", "answered", "answered", "refused", "lost"])
    delays = st.one_of(st.sampled_from([0.0, TIMEOUT_S, 2 * TIMEOUT_S]), st.floats(0, longest_s))
    return st.lists(st.tuples(kinds, delays), min_size=1, max_size=12)


STEPS = st.lists(st.tuples(st.integers(0, len(READS) - 1), st.booleans(), st.integers(1, 4)), min_size=2, max_size=25)


@given(fates(FORGOTTEN_S), STEPS)
@example([("answered", 0.15), ("answered", 0.0)], [(0, False, 1)] * 4)
@example([("lost", 0.0), ("answered", 0.0)], [(0, False, 1)] * 4)
@example([("answered", 5.0), ("lost", 0.0), ("refused", 0.3)], [(0, False, 1), (1, False, 1)] * 6)
def test_a_unit_that_answers_in_order_however_late_is_never_misunderstood(
    what: list[Fate], steps: list[tuple[int, bool, int]]
) -> None:
    asker = Asker(Unit(cycle(what)))
    for index, is_cut, pieces in steps:
        if is_cut:
            asker.cut_off(READS[index], TIMEOUT_S / 2)
        else:
            asker.read(READS[index], pieces)


@given(fates(2 * TIMEOUT_S), STEPS)
def test_a_unit_that_answers_out_of_order_is_never_misunderstood_within_its_rest(
    what: list[Fate], steps: list[tuple[int, bool, int]]
) -> None:
    unit = Unit(cycle(what), in_order=False)
    asker = Asker(unit)
    for index, _, pieces in steps:
        unit.sent.sort()
        asker.read(READS[index], pieces)


@given(fates(FORGOTTEN_S), STEPS, st.sampled_from(range(len(READS))), st.sampled_from([frozenset({1, 2, 3, 4}), None]))
def test_a_unit_that_comes_to_its_senses_is_read_again(
    what: list[Fate], steps: list[tuple[int, bool, int]], last: int, knows: frozenset[int] | None
) -> None:
    read = READS[last]
    unit = Unit(cycle(what), knows=frozenset({read.function}) if knows is None else knows)
    asker = Asker(unit)
    for index, _, pieces in steps:
        asker.read(READS[index], pieces)
    unit.fates = cycle([("answered", 0.0)])
    while unit.sent and unit.sent[-1][0] > asker.now:
        asker.read(read)
    tries = [asker.read(read) for _ in range(6)]
    assert any(tries), "one that knows its own function alone is read, too"
    assert all(tries[tries.index(True) :])


def test_what_is_owed_is_settled_by_whatever_was_asked_later() -> None:
    first, second = READS[0], READS[3]
    owed = Owed().asked(first, 0.0).gave_up(1.0, 1.0).asked(second, 2.0)
    assert owed.is_owed(first)
    assert not owed.is_owed(second)
    heard = owed.heard(bytes([4, 4, 0, 0, 0, 0]), 2.5)
    assert (heard.is_certain, heard.took_s, heard.owed) == (True, 0.5, Owed())


def test_an_answer_that_may_be_late_is_taken_for_late() -> None:
    read = READS[0]
    owed = Owed().asked(read, 0.0).gave_up(1.0, 1.0).asked(read, 2.0)
    first = owed.heard(bytes([3, 4, 0, 0, 0, 0]), 2.5)
    assert not first.is_certain
    assert first.owed.heard(bytes([3, 4, 0, 0, 0, 0]), 2.5).is_certain


def test_what_nobody_asked_for_settles_nothing() -> None:
    owed = Owed().asked(READS[0], 0.0)
    assert owed.heard(bytes([3, 2, 0, 0]), 1.0).owed == owed
    assert owed.heard(bytes([0x84, 2]), 1.0).owed == owed


def test_what_is_owed_is_forgotten_in_the_end() -> None:
    owed = Owed().asked(READS[0], 0.0).gave_up(1.0, 1.0)
    assert owed.forgetting(1.0 + FORGOTTEN_S - 0.1) == owed
    assert owed.forgetting(1.0 + FORGOTTEN_S + 0.1) == Owed()


@given(st.sampled_from(READS))
def test_a_check_has_another_shape_and_its_own_place_first(read: Read) -> None:
    for check in checks(read):
        assert (check.function, check.size) != (read.function, read.size)
    first = next(checks(read))
    if read.count > 8:
        assert (first.table, first.address) == (read.table, read.address)
        assert first.count < read.count

"""Whatever an MES sends, in whatever order, with restarts between: the law of copies and of their history."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.directories.taking import MOST_OF_ONE
from tests.core.build import T0
from tests.core.test_effectivity import REASONS, Office, revision

Step: TypeAlias = tuple[str, int, int]
"""What happens, a revision or a time, and the hours until it holds."""
HOUR = 3600.0

messages = st.tuples(st.just("send"), st.integers(1, 4), st.sampled_from([0, 1, 2, 5]))
others = st.tuples(st.sampled_from(["invalid", "withdraw", "restart", "wait", "again"]), st.integers(0, 3), st.just(0))


@dataclass
class Expected:
    """The same by the plainest means: a table of revisions with the instants from which on they hold."""

    current: str | None = None
    waiting: dict[float, str] = field(default_factory=dict)

    def pass_time(self, now: float) -> None:
        for at in sorted(at for at in self.waiting if at <= now):
            self.current = self.waiting.pop(at)

    def send(self, rev: str, at: float | None) -> None:
        waiting = {known: each for known, each in self.waiting.items() if each != rev and known != at}
        if at is None:
            self.current, self.waiting = rev, waiting
        elif len(waiting) < MOST_OF_ONE:
            self.waiting = {**waiting, at: rev}


@settings(max_examples=200)
@given(st.lists(messages | others, max_size=30))
def test_the_last_valid_revision_whose_time_has_come_is_in_force_and_history_has_every_message(
    steps: list[Step],
) -> None:
    office, expected, now, sent = Office(), Expected(), 0.0, b""
    for number, (kind, what, hours) in enumerate(steps):
        before = office.desk.directories
        match kind:
            case "send":
                at = None if hours == 0 else now + hours * HOUR + number
                sent = revision(str(what), at)
                office.hear(now, "reasons", sent)
                if office.desk.directories is not before:
                    expected.send(str(what), None if at is None else T0 + at)
            case "invalid":
                sent = b"{" * (what + 1)
                office.hear(now, "reasons", sent)
                assert office.desk.directories is before
            case "withdraw":
                sent = b""
                office.hear(now, "reasons", b"")
                expected = Expected()
            case "again":
                office.hear(now, "reasons", sent)
            case "restart":
                office.restart()
            case _:
                now += what * HOUR
                office.tick(now)
                expected.pass_time(T0 + now)
        known = office.desk.directories.reasons.rev
        assert (None if known == "0" else known) == expected.current
        assert {one.at: one.copy.rev for one in office.desk.directories.scheduled.get(REASONS, ())} == {
            round(at, 3): rev for at, rev in expected.waiting.items()
        }
    told = [(fact.outcome, fact.rev) for fact in office.facts]
    assert told == [(kept.outcome, kept.rev) for kept in office.kept], "the history has what was told"

from __future__ import annotations

from agent.retry import Backoff

TRIES = 200


def test_waits_grow_to_twice_the_one_before_and_never_beyond_the_longest() -> None:
    waits = [[backoff.failed() for _ in range(8)] for backoff in (Backoff(1.0, 10.0) for _ in range(TRIES))]
    longest = [max(column) for column in zip(*waits, strict=True)]
    assert all(wait >= 0 for row in waits for wait in row)
    assert all(seen <= bound for seen, bound in zip(longest, (1, 2, 4, 8, 10, 10, 10, 10), strict=True))
    assert longest[4] > 5


def test_waits_are_spread_so_that_agents_do_not_come_back_together() -> None:
    waits = {round(Backoff(1.0, 10.0).failed(), 3) for _ in range(TRIES)}
    assert len(waits) > TRIES // 2


def test_a_success_starts_anew() -> None:
    backoff = Backoff(0.1, 60.0)
    for failures in range(1, 6):
        backoff.failed()
        assert backoff.failures == failures
    backoff.succeeded()
    assert backoff.failures == 0
    assert max(_first_after_success() for _ in range(TRIES)) <= 0.1


def _first_after_success() -> float:
    backoff = Backoff(0.1, 60.0)
    for _ in range(9):
        backoff.failed()
    backoff.succeeded()
    return backoff.failed()


def test_a_thousand_failures_do_not_overflow() -> None:
    backoff = Backoff(1.0, 60.0)
    assert max(backoff.failed() for _ in range(2000)) <= 60.0

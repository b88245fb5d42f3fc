"""When an agent counts as healthy, and when it is given up. The service manager is a story told in advance."""

from __future__ import annotations

from collections.abc import Callable

from agent.installing import health
from agent.installing.layout import Layout
from agent.installing.manager import NoManager, Standing
from tests.installing.parts import Pace

STARTING = Standing("activating", "start", 0)
READY = Standing("active", "running", 0)


class Story(NoManager):
    """What the manager says, by the seconds that have passed."""

    def __init__(self, pace: Pace, told: Callable[[float], Standing]) -> None:
        super().__init__(Layout())
        self._pace = pace
        self._told = told

    def standing(self) -> Standing:
        return self._told(self._pace.now())


def waited(told: Callable[[float], Standing], well: Callable[[float], str | None]) -> tuple[str | None, float]:
    """What came of it, and after how many seconds."""
    pace = Pace()
    return health.wait(Story(pace, told), lambda: well(pace.now()), pace), pace.now()


def test_it_is_healthy_once_it_was_so_for_a_while_without_a_break() -> None:
    assert waited(lambda _: READY, lambda _: None) == (None, health.STEADY_S)
    assert waited(lambda _: READY, lambda at: "stuck" if at == 5 else None) == (None, 5.5 + health.STEADY_S)


def test_a_long_migration_is_waited_for() -> None:
    assert waited(lambda at: READY if at >= 1800 else STARTING, lambda _: None) == (None, 1800 + health.STEADY_S)


def test_a_start_that_never_ends_is_given_up() -> None:
    why, after = waited(lambda _: STARTING, lambda _: None)
    assert (why, after > health.LONGEST_S) == ("it is not ready yet", True)


def test_an_agent_that_is_ready_and_never_well_is_given_up_with_its_own_words() -> None:
    why, after = waited(lambda _: READY, lambda _: "the journal cannot be written")
    assert (why, after) == ("the journal cannot be written", health.PATIENCE_S + 0.5)


def test_an_agent_that_ends_again_and_again_is_given_up() -> None:
    def told(at: float) -> Standing:
        return Standing("activating", "auto-restart" if at % 4 >= 2 else "start", int(at // 4))

    why, after = waited(told, lambda _: None)
    assert (why, told(after).sub) == ("it ended 3 times", "auto-restart")


def test_a_start_that_has_to_wait_for_another_job_is_waited_for() -> None:
    def told(at: float) -> Standing:
        return READY if at >= 600 else Standing("inactive", "dead", 0, has_job=True)

    assert waited(told, lambda _: None) == (None, 600 + health.STEADY_S)


def test_the_ends_of_former_weeks_are_no_ends_of_now() -> None:
    assert waited(lambda _: Standing("active", "running", 7), lambda _: None) == (None, health.STEADY_S)


def test_an_agent_that_ended_is_given_up_at_once() -> None:
    for state in ("failed", "inactive"):
        assert waited(lambda _, state=state: Standing(state, "dead", 0), lambda _: None) == ("it ended", 0.0)  # type: ignore[misc]

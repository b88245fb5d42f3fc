"""Watched or not, and what the machine last said: K10, R15 to R17, R24."""

import math
from dataclasses import replace

import pytest

from agent.core.machine.condition_settings import ConditionSettings
from agent.core.machine.conditions import Condition, MachineWords, Mode
from agent.core.machine.unwatched import Gap
from agent.core.machine.watching import (
    Watch,
    counter_read,
    gap_opened,
    gone_silent,
    heard,
    instant_of,
    meaning,
)
from agent.core.machine_settings import Role
from agent.core.observations import Instant, Quality, Signal, SignalValue
from agent.core.stops.stop_settings import StopSettings
from tests.core.build import T0, WC, bad, instant, signal

STOP = StopSettings()
CONDITION = ConditionSettings()
WATCHED = Watch(link_up=True, last_good=T0 + 50.0, words=MachineWords(run=True), condition=Condition.RUNNING, since=T0)


def test_a_good_word_is_kept() -> None:
    assert heard(Watch(), Role.PACKML_STATE, signal("s", 6, 0.0)) == Watch(words=MachineWords(packml_state=6))


def test_a_word_told_again_changes_nothing() -> None:
    assert heard(WATCHED, Role.RUN, signal("run", value=True, at=2.0)) is WATCHED


@pytest.mark.parametrize("quality", [Quality.BAD, Quality.UNCERTAIN])
def test_a_word_of_any_quality_but_good_is_not_believed_and_the_former_kept(quality: Quality) -> None:  # K10
    watch = heard(WATCHED, Role.RUN, bad("run", 1.0, quality))
    assert watch == replace(WATCHED, bad=frozenset({"run"}))
    assert meaning(watch, CONDITION) == (Condition.UNKNOWN, Mode.PRODUCTION)


def test_a_word_is_believed_again_when_it_is_good_again() -> None:
    watch = heard(heard(WATCHED, Role.RUN, bad("run", 1.0)), Role.RUN, signal("run", value=True, at=2.0))
    assert watch == WATCHED


@pytest.mark.parametrize("value", [None, "6", "", math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("role", [Role.PACKML_STATE, Role.RUN, Role.MODE])
def test_a_word_that_is_no_number_is_not_believed(role: Role, value: SignalValue) -> None:
    assert heard(Watch(), role, signal("s", value, 0.0)) == Watch(bad=frozenset({role.value}))


@pytest.mark.parametrize(
    ("value", "state"), [("AUTO ", "AUTO"), (6, "6"), (6.0, "6"), (6.5, "6.5"), (True, "1"), ("x" * 99, "x" * 64)]
)
def test_a_state_of_the_machines_own_is_kept_as_the_configuration_writes_it(value: SignalValue, state: str) -> None:
    assert heard(Watch(), Role.STATE, signal("s", value, 0.0)) == Watch(words=MachineWords(state=state))


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_a_state_that_is_neither_number_nor_text_is_not_believed(value: SignalValue) -> None:
    assert heard(Watch(), Role.STATE, signal("s", value, 0.0)) == Watch(bad=frozenset({"state"}))


def test_a_counter_that_is_all_that_speaks_is_a_word() -> None:  # R4, K10
    lost = counter_read(WATCHED, Role.TOTAL, good=False)
    assert lost == replace(WATCHED, bad=frozenset({"total"}))
    assert counter_read(lost, Role.TOTAL, good=True) == WATCHED
    assert counter_read(WATCHED, Role.TOTAL, good=True) is WATCHED


def test_one_doubtful_word_makes_the_condition_unknown() -> None:
    watch = heard(WATCHED, Role.BLOCKED, bad("blocked", 1.0))
    assert meaning(watch, CONDITION)[0] is Condition.UNKNOWN


def test_a_reading_is_dated_by_its_source_while_the_clocks_agree() -> None:  # R24
    assert instant_of(signal("s", 1, 10.0, seen=14.9), STOP) == T0 + 10.0
    assert instant_of(signal("s", 1, 14.9, seen=10.0), STOP) == T0 + 14.9


@pytest.mark.parametrize("source", [4.9, 15.1, -3600.0, 3600.0, math.nan])
def test_a_reading_is_dated_by_the_agent_where_the_clocks_disagree(source: float) -> None:  # R24
    assert instant_of(signal("s", 1, source, seen=10.0), STOP) == T0 + 10.0


def test_a_reading_without_a_source_time_is_dated_by_the_agent() -> None:
    assert instant_of(Signal(WC, "s", 1, Quality.GOOD, None, instant(10.0)), STOP) == T0 + 10.0


@pytest.mark.parametrize(("now", "silent"), [(60.0, False), (60.01, True)])
def test_silence_is_noticed_after_comm_timeout_s(now: float, silent: bool) -> None:  # R15  # noqa: FBT001 - a case
    assert gone_silent(WATCHED, instant(now), STOP) is silent


def test_silence_before_any_reading_or_within_a_gap_is_nothing_new() -> None:
    assert not gone_silent(Watch(), instant(1e6), STOP)
    assert not gone_silent(replace(WATCHED, gap=Gap(T0, "link_lost")), instant(1e6), STOP)


def test_a_clock_set_back_is_no_silence() -> None:
    assert not gone_silent(WATCHED, Instant(T0 - 3600.0, 9999.0), STOP)


def test_a_gap_begins_with_the_last_good_reading() -> None:  # R15
    expected = replace(WATCHED, condition=Condition.UNKNOWN, since=T0 + 50.0, gap=Gap(T0 + 50.0, "silence"))
    assert gap_opened(WATCHED, "silence", T0 + 50.0) == expected


def test_a_gap_never_begins_before_the_condition_that_it_ends() -> None:
    watch = replace(WATCHED, since=T0 + 51.0)
    assert gap_opened(watch, "link_lost", T0 + 50.0).since == T0 + 51.0

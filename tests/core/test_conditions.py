"""Condition and mode out of the machine's own words: R1, R2."""

from dataclasses import replace

import pytest

from agent.core.machine.conditions import (
    PACKML_TRANSIENTS,
    Condition,
    MachineWords,
    Mode,
    PackMLState,
    condition_by_speed,
    condition_of,
    mode_of,
    passing,
)


@pytest.mark.parametrize(
    ("state", "condition"),
    [
        (PackMLState.EXECUTE, Condition.RUNNING),
        (PackMLState.COMPLETING, Condition.RUNNING),
        (PackMLState.IDLE, Condition.IDLE),
        (PackMLState.STOPPED, Condition.IDLE),
        (PackMLState.COMPLETE, Condition.IDLE),
        (PackMLState.HOLDING, Condition.HELD),
        (PackMLState.HELD, Condition.HELD),
        (PackMLState.UNHOLDING, Condition.HELD),
        (PackMLState.ABORTING, Condition.FAULTED),
        (PackMLState.ABORTED, Condition.FAULTED),
        (PackMLState.CLEARING, Condition.FAULTED),
    ],
)
def test_a_packml_state_means_the_condition_of_r1(state: int, condition: Condition) -> None:
    assert condition_of(MachineWords(packml_state=state), {}) is condition


def test_every_packml_state_means_something() -> None:
    assert None not in [condition_of(MachineWords(packml_state=state), {}) for state in PackMLState]


def test_a_state_number_outside_the_standard_means_nothing() -> None:
    assert [condition_of(MachineWords(packml_state=number), {}) for number in (0, 18, -1)] == [None, None, None]


def test_a_machines_own_number_goes_before_the_standards() -> None:
    own = {"6": Condition.HELD, "99": Condition.OFF}
    assert condition_of(MachineWords(packml_state=6), own) is Condition.HELD
    assert condition_of(MachineWords(packml_state=99), own) is Condition.OFF


def test_the_explicit_state_goes_before_the_run_bit() -> None:  # R2
    assert condition_of(MachineWords(packml_state=PackMLState.EXECUTE, run=False), {}) is Condition.RUNNING
    assert condition_of(MachineWords(packml_state=PackMLState.HELD, run=True), {}) is Condition.HELD


def test_a_run_bit_alone_tells_running_from_idle() -> None:
    assert condition_of(MachineWords(run=True), {}) is Condition.RUNNING
    assert condition_of(MachineWords(run=False), {}) is Condition.IDLE


def test_no_words_mean_nothing() -> None:
    assert condition_of(MachineWords(), {}) is None
    assert condition_of(MachineWords(fault=True, starved=True, blocked=True), {}) is None


@pytest.mark.parametrize(
    ("flags", "condition"),
    [
        ({"fault": True, "starved": True, "blocked": True}, Condition.FAULTED),
        ({"starved": True, "blocked": True}, Condition.STARVED),
        ({"blocked": True}, Condition.BLOCKED),
        ({"fault": False, "starved": False, "blocked": False}, Condition.IDLE),
    ],
)
def test_flags_explain_an_idle_machine_own_fault_first(flags: dict[str, bool], condition: Condition) -> None:
    words = MachineWords(fault=flags.get("fault"), starved=flags.get("starved"), blocked=flags.get("blocked"))
    assert condition_of(replace(words, run=False), {}) is condition
    assert condition_of(replace(words, packml_state=PackMLState.SUSPENDED), {}) is condition
    assert condition_of(replace(words, machinery_state=2), {}) is condition
    assert condition_of(words, {}, Condition.IDLE) is condition


@pytest.mark.parametrize("state", [PackMLState.EXECUTE, PackMLState.HELD, PackMLState.ABORTED])
def test_flags_take_the_place_of_idle_only(state: int) -> None:
    plain = condition_of(MachineWords(packml_state=state), {})
    assert condition_of(MachineWords(packml_state=state, starved=True, blocked=True), {}) is plain


@pytest.mark.parametrize(
    ("number", "mode"),
    [(1, Mode.PRODUCTION), (2, Mode.MAINTENANCE), (3, Mode.MANUAL), (4, Mode.SETUP), (5, Mode.NONE), (0, Mode.NONE)],
)
def test_a_unit_mode_is_read_by_the_standard_and_by_setup_modes(number: int, mode: Mode) -> None:
    assert mode_of(MachineWords(mode=number), frozenset({4})) is mode


def test_a_machine_without_a_mode_signal_is_meant_to_produce() -> None:
    assert mode_of(MachineWords(), frozenset({4})) is Mode.PRODUCTION


@pytest.mark.parametrize(
    ("number", "condition"),
    [(0, Condition.OFF), (1, Condition.FAULTED), (2, Condition.IDLE), (3, Condition.RUNNING), (4, None)],
)
def test_a_machinery_item_state_means_the_condition_of_r1(number: int, condition: Condition | None) -> None:  # R1, B5
    assert condition_of(MachineWords(machinery_state=number), {}) is condition


def test_a_machines_own_number_goes_before_the_machinery_item_states() -> None:
    assert condition_of(MachineWords(machinery_state=1), {"1": Condition.HELD}) is Condition.HELD


@pytest.mark.parametrize(
    ("number", "mode"),
    [(0, Mode.NONE), (1, Mode.MAINTENANCE), (2, Mode.SETUP), (3, Mode.PRODUCTION), (9, Mode.NONE)],
)
def test_a_machinery_operation_mode_is_read_by_the_standard(number: int, mode: Mode) -> None:  # B5
    assert mode_of(MachineWords(machinery_mode=number), frozenset()) is mode


def test_a_free_state_means_what_the_map_says_and_else_nothing() -> None:  # R1
    own = {"AUTO": Condition.RUNNING, "7": Condition.OFF}
    assert condition_of(MachineWords(state="AUTO"), own) is Condition.RUNNING
    assert condition_of(MachineWords(state="7"), own) is Condition.OFF
    assert condition_of(MachineWords(state="auto"), own) is None
    assert condition_of(MachineWords(state="6"), {}) is None


def test_what_pulses_or_speed_imply_counts_only_where_no_state_and_no_run_bit_speak() -> None:  # R2
    assert condition_of(MachineWords(run=False), {}, Condition.RUNNING) is Condition.IDLE
    assert condition_of(MachineWords(state="?"), {}, Condition.RUNNING) is None
    assert condition_of(MachineWords(), {}, Condition.RUNNING) is Condition.RUNNING


@pytest.mark.parametrize(
    ("speed", "running", "condition"),
    [
        (10.0, False, Condition.RUNNING),
        (9.99, False, Condition.IDLE),
        (9.0, True, Condition.RUNNING),
        (8.99, True, Condition.IDLE),
        (-50.0, True, Condition.IDLE),
    ],
)
def test_a_speed_between_its_thresholds_means_what_it_meant_before(
    speed: float,
    running: bool,  # noqa: FBT001 - a case
    condition: Condition,
) -> None:  # R1
    assert condition_by_speed(speed, 10.0, 1.0, running=running) is condition


def test_a_machine_passes_through_seven_states_of_the_standard() -> None:  # R1
    through = {"CLEARING", "STARTING", "STOPPING", "UNHOLDING", "UNSUSPENDING", "RESETTING", "COMPLETING"}
    assert {state.name for state in PackMLState if passing(MachineWords(packml_state=state), {})} == through
    assert {state.name for state in PACKML_TRANSIENTS} == through


def test_a_state_of_the_machines_own_meaning_is_not_passed_through() -> None:
    assert not passing(MachineWords(packml_state=PackMLState.STOPPING), {"7": Condition.IDLE})
    assert not passing(MachineWords(), {})

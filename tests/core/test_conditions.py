"""Condition and mode out of the machine's own words: R1, R2."""

import pytest

from agent.core.conditions import Condition, MachineWords, Mode, PackMLState, condition_of, mode_of


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
    own = {6: Condition.HELD, 99: Condition.OFF}
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
    assert condition_of(MachineWords(run=False, **flags), {}) is condition
    assert condition_of(MachineWords(packml_state=PackMLState.SUSPENDED, **flags), {}) is condition


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

"""What a configuration cannot see or survive is said before it matters: K5, R25."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from agent.core.machine_settings import MachineSettings, Role
from agent.core.recordings.advice import advise
from tests.core.build import WC, a_machine


def modbus(poll_ms: int) -> MachineSettings:
    signals = [
        {"key": "run", "role": "run", "table": "coil", "address": 0, "type": "bit"},
        {"key": "total", "role": "total", "table": "holding", "address": 0, "counter": {"max_rate": 10}},
    ]
    return MachineSettings.model_validate(
        {
            "work_center": WC,
            "modbus": {"host": "plc", "poll_ms": poll_ms},
            "signal": signals,
            "stop": {"stop_confirm_s": 0.5},
        }
    )


@pytest.mark.parametrize(
    ("counter", "survivable_s", "words"),
    [
        ({"modulus": 65_536, "max_rate": 10, "reset": "never"}, 6553.6, "exact after gaps of up to 1.8 hours; at 10 "),
        ({"modulus": 65_536, "max_rate": 10}, 3276.8, "exact after gaps of up to 54.6 minutes; half of the 1.8 hours"),
        ({"modulus": 10_000}, 1666.667, "as a reset may look like it"),
        ({"modulus": 10_000, "scale": 4, "reset": "never"}, 13_333.333, "at 0.75 counts a second"),
        ({}, 715_827_882.667, "8,285.0 days"),
    ],
)
def test_the_longest_survivable_gap_is_said_of_each_counter(
    counter: Mapping[str, object], survivable_s: float, words: str
) -> None:  # K5
    (advice,) = advise(a_machine(Role.PACKML_STATE, Role.TOTAL, counter=counter)).counters
    assert (advice.key, advice.role) == ("total", "total")
    assert advice.survivable_s == pytest.approx(survivable_s, abs=0.001)
    assert advice.text.startswith("counter total: exact after gaps of up to ")
    assert words in advice.text


def test_a_machine_that_is_read_often_enough_is_warned_of_nothing() -> None:
    assert advise(a_machine()).warnings == ()
    assert advise(modbus(499)).warnings == ()


def test_a_poll_that_is_no_faster_than_a_stop_is_confirmed_is_warned_of() -> None:  # R25
    expected = "modbus.poll_ms = 500 is no faster than stop.stop_confirm_s = 0.5 s: shorter stops are not seen."
    assert advise(modbus(500)).warnings == (expected,)


def test_of_an_opcua_server_that_is_polled_the_poll_is_warned_of_and_nothing_that_a_subscription_has() -> None:  # R25
    opcua = {"endpoint": "opc.tcp://plc:4840/", "read": "poll", "poll_ms": 600, "sampling_ms": 0, "queue": 2}
    machine = a_machine(opcua=opcua, stop={"stop_confirm_s": 0.5})
    expected = "opcua.poll_ms = 600 is no faster than stop.stop_confirm_s = 0.5 s: shorter stops are not seen."
    assert advise(machine).warnings == (expected,)


def test_a_poll_so_slow_that_the_machine_is_lost_between_two_is_warned_of() -> None:  # R15
    at_a_time = {"serial": "/dev/ttyS0", "poll_ms": 10_000}
    slow = modbus(500).model_dump(exclude_defaults=True) | {"modbus": at_a_time}
    lost = "modbus.poll_ms = 10000 is no faster than stop.comm_timeout_s = 10 s: the machine is UNKNOWN between two"
    assert any(warning.startswith(lost) for warning in advise(MachineSettings.model_validate(slow)).warnings)


def test_plant_time_that_runs_faster_than_real_time_makes_a_poll_slower() -> None:  # R25
    assert advise(modbus(100), speed=4.0).warnings == ()
    assert len(advise(modbus(100), speed=5.0).warnings) == 1


@pytest.mark.parametrize(
    ("opcua", "warned"),
    [
        ({"sampling_ms": 5000}, ["opcua.sampling_ms = 5000"]),
        ({"publishing_ms": 400, "sampling_ms": 10, "queue": 40}, []),
        ({"publishing_ms": 400, "sampling_ms": 10, "queue": 39}, ["opcua.queue = 39"]),
        ({"publishing_ms": 400, "sampling_ms": 0, "queue": 2}, []),
    ],
)
def test_a_subscription_that_misses_values_is_warned_of(opcua: Mapping[str, object], warned: list[str]) -> None:  # R25
    machine = a_machine(opcua={"endpoint": "opc.tcp://plc:4840/", **opcua})
    assert [" ".join(warning.split(" ")[:3]) for warning in advise(machine).warnings] == warned

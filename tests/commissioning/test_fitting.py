"""Whether a value suits its role."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.commissioning.fitting import RIGHT, fit
from agent.core.machine_settings import MachineSettings
from agent.core.observations import SignalValue


def machine(role: str, **more: Any) -> MachineSettings:  # noqa: ANN401 - of the signal
    run = (
        []
        if role in {"run", "total", "state", "speed", "packml_state"}
        else [{"key": "r", "role": "run", "node": "i=9"}]
    )
    conditions = {"state": {"states": {"AUTO": "RUNNING", "6": "IDLE"}}, "speed": {"run_speed": 1}}
    return MachineSettings.model_validate(
        {
            "work_center": "WC-1",
            "opcua": {"endpoint": "opc.tcp://plc"},
            "signal": [{"key": "x", "role": role, "node": "i=1", **more}, *run],
            "condition": conditions.get(role, {}),
        }
    )


@pytest.mark.parametrize(
    ("role", "kind", "value", "level", "words"),
    [
        ("total", "UInt32", 5, "right", ""),
        ("total", "Double", 5.0, "right", ""),
        ("total", "Boolean", True, "wrong", "it shows true; role total needs a whole number"),
        ("total", "Double", 5.5, "wrong", "needs a whole number"),
        ("total", "String", "5", "wrong", "it shows '5'; role total needs a whole number"),
        ("total", "Int32", 5, "doubtful", "an Int32 ends at 2147483647, and counter.modulus says 4294967296"),
        ("total", "Int64", -5, "doubtful", "it shows -5"),
        ("total", "Int64", 2**33, "wrong", "it shows 8589934592, and counter.modulus says"),
        ("run", "Boolean", False, "right", ""),
        ("run", "Int16", 1, "right", ""),
        ("run", "Int16", 7, "doubtful", "whatever is not 0 is taken for true"),
        ("run", "String", "on", "wrong", "needs true or false"),
        ("packml_state", "Int32", 6, "right", ""),
        ("packml_state", "Int32", 99, "doubtful", "the standard knows 1 to 17"),
        ("packml_state", "LocalizedText", "Execute", "wrong", "needs a whole number"),
        ("machinery_mode", "Int32", 3, "right", ""),
        ("state", "String", " AUTO ", "right", ""),
        ("state", "Int32", 6, "right", ""),
        ("state", "Double", 6.0, "right", ""),
        ("state", "String", "HAND", "doubtful", "it shows 'HAND', which condition.states does not know"),
        ("speed", "Double", 1.5, "right", ""),
        ("speed", "String", "fast", "wrong", "role speed needs a number"),
        ("speed", "Boolean", True, "wrong", "role speed needs a number"),
        ("alarm", "Boolean", True, "doubtful", "role fault takes it so"),
        ("alarm", "String", "E1", "right", ""),
        ("heartbeat", "Boolean", True, "right", ""),
        ("total", "", None, "right", ""),
    ],
)
def test_a_value_is_held_against_its_role(role: str, kind: str, value: SignalValue, level: str, words: str) -> None:
    configured = machine(role)
    found = fit(configured, configured.signal[0], kind, value)
    assert found.level == level
    assert words in found.text


def test_a_modulus_that_is_configured_as_its_type_counts_is_right() -> None:
    configured = machine("total", counter={"modulus": 2**31})
    assert fit(configured, configured.signal[0], "Int32", 5) == RIGHT


@given(
    st.sampled_from(["total", "run", "packml_state", "state", "speed", "alarm", "mode", "heartbeat", "boot"]),
    st.sampled_from(["Int16", "Boolean", "String", "Double", ""]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
)
def test_whatever_a_machine_shows_is_judged_in_words(role: str, kind: str, value: SignalValue) -> None:
    configured = machine(role)
    found = fit(configured, configured.signal[0], kind, value)
    assert (found.level == "right") == (found.text == "")

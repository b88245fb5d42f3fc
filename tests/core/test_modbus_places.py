"""What no request that a device takes could read is refused by the configuration, in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from agent.core.machine_settings import MachineSettings

RUN = {"key": "run", "role": "run", "table": "coil", "address": 0, "type": "bit"}


def machine(value: dict[str, Any], **device: object) -> MachineSettings:
    total = {"key": "total", "role": "total", "table": "holding", "address": 100, **value}
    modbus = {"host": "plc", **device}
    return MachineSettings.model_validate({"work_center": "WC-1", "modbus": modbus, "signal": [RUN, total]})


def forbidden(first: int, last: int, table: str = "holding") -> dict[str, Any]:
    return {"forbidden": [{"table": table, "first": first, "last": last}]}


@pytest.mark.parametrize(
    ("value", "device", "sentence"),
    [
        ({}, forbidden(90, 110), "signal 'total' at holding 100 touches the forbidden addresses 90 to 110: expected"),
        ({"type": "uint32"}, forbidden(101, 101), "signal 'total' at holding 100 to 101 touches the forbidden"),
        ({"type": "uint64"}, forbidden(0, 100), "signal 'total' at holding 100 to 103 touches the forbidden"),
        (
            {"type": "uint32"},
            {"max_registers": 1},
            "signal 'total' takes 2 registers, .* 'max_registers' is 1",
        ),
        ({"type": "float64"}, {"max_registers": 3}, "signal 'total' takes 4 registers, .* expected at least 4"),
        ({"type": "bit", "bit": 3}, {}, "role 'total' counts, and type 'bit' is no number"),
        ({"type": "string", "length": 4}, {}, "role 'total' counts, and type 'string' is no number"),
        (
            {},
            {"forbidden": [{"table": "coil", "first": 9, "last": 3}]},
            "the last address, 3, stands before",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(value: dict[str, Any], device: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        machine(value, **device)


@pytest.mark.parametrize(
    ("value", "device"),
    [
        ({}, forbidden(101, 200)),
        ({"type": "uint32"}, forbidden(102, 200)),
        ({"type": "uint32"}, forbidden(90, 99)),
        ({"type": "uint32"}, forbidden(0, 65_535, "input")),
        ({"type": "uint64"}, {"max_registers": 4}),
        ({}, {"max_registers": 1, "max_bits": 1}),
    ],
)
def test_what_can_be_read_is_taken(value: dict[str, Any], device: dict[str, Any]) -> None:
    assert len(machine(value, **device).signal) == 2

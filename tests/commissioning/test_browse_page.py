"""How what a machine offers is shown and pasted."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.commands.browse_page import as_telemetry, pasted, rows
from agent.commissioning.answers import Node
from agent.commissioning.candidates import Candidate
from agent.commissioning.registers import readable_as
from agent.commissioning.target import Target, must_be_free, of_address
from agent.commissioning.watching import Movement
from agent.core.errors import ConfigurationError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import SignalValue
from agent.core.readings import ReadingsView
from agent.core.settings import Settings
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_wire import Table
from tests.agent.parts import document

LONG = "nsu=http://example.org/line;s=" + "Hall.Line.Filler." * 6


@pytest.mark.parametrize("room", [40, 80, 120])
def test_at_a_narrow_terminal_no_line_but_a_place_is_wider_than_it_and_the_place_is_whole(room: int) -> None:
    found = [
        Candidate(Node(f"{LONG}Speed"), "Hall/Line/Filler/" * 6 + "Speed", "Double", 1.5, description="how fast " * 9),
        Candidate(Node("i=1"), "run", "Boolean", value=True),
    ]
    lines = list(rows(found, room))
    assert all(len(line) <= room or line.strip() == f"{LONG}Speed" for line in lines)
    assert f"{LONG}Speed" in "".join(lines)
    assert len(list(rows(found, None))) == 2


def test_what_moves_is_seen_at_eighty_columns_however_long_a_name_is() -> None:
    counts, stands = Movement(4, 12, 0, 5.0), Movement(seconds=5.0)
    path = "Hall/Line/Filler/Admin/"
    found = [
        Candidate(Node("i=1"), f"{path}ProdProcessedCount/AccCount", "LocalizedText", "x" * 24, counts, rights="read"),
        Candidate(Node(f"{LONG}Speed"), f"{path}Speed", "Double", 1.5, stands, rights="read"),
    ]
    first, _, second, _ = rows(found, 80)
    assert first.startswith("…")
    assert first.endswith("read  counts, +12 in 5 s")
    assert second.index("stands") == first.index("counts")


def test_places_stand_below_each_other_whatever_the_values_are() -> None:
    found = [
        Candidate(Node("i=1"), "run", "uint32 little", value=True),
        Candidate(Node("i=2"), "total", "uint16", 1_507_328),
    ]
    first, second = rows(found, None)
    assert first.index("i=1") == second.index("i=2")


@given(
    st.lists(
        st.builds(
            Candidate,
            st.builds(
                Node,
                st.text(min_size=1).filter(str.isprintable).map(lambda name: f"nsu=urn:x;s={name}"),
                index=st.none() | st.integers(0, 5),
                field=st.none() | st.sampled_from(["Speed", 'quo"ted', "Drive.Speed", "Axes[2]"]),
            ),
            st.text(min_size=1).filter(str.isprintable),
            st.just("Double"),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        max_size=5,
    )
)
def test_whatever_names_a_server_has_what_is_pasted_is_configuration(found: list[Candidate]) -> None:
    read = tomllib.loads("[[machine]]\n" + as_telemetry(found))["machine"][0].get("telemetry", [])
    machine = MachineSettings.model_validate(
        {
            "work_center": "WC-1",
            "opcua": {"endpoint": "opc.tcp://plc"},
            "signal": [{"key": "-run", "role": "run", "node": "i=1"}],
            "telemetry": read,
        }
    )
    assert [(one.node, one.index, one.field) for one in machine.telemetry] == [
        (one.where.node, one.where.index, one.where.field) for one in found if isinstance(one.where, Node)
    ]
    taken_in = "\n".join(
        row.strip().removeprefix("# ") for row in pasted(found, is_opcua=True).splitlines() if " showed " not in row
    )
    assert tomllib.loads("[[machine]]\n" + taken_in) is not None


def test_registers_are_read_in_all_widths_and_orders_that_show_something() -> None:
    words = [0x42C8, 0x0000, 5, 0, 0xFFFF, 0x1234, 0x4142, 0x4344, 0x4546, 0]
    found = readable_as({("holding", at): [word] for at, word in enumerate(words)}, 0)
    shown = {str(one.where): one.value for one in found}
    assert shown["holding:0:float32"] == 100
    assert shown["holding:2:uint32"] == 327_680
    assert shown["holding:4:int16"] == -1
    assert shown["holding:5:bcd16"] == 1234
    assert shown["holding:6:string:3"] == "ABCDEF"
    assert shown["holding:9:uint16"] == 0
    assert "holding:2:uint32:little" not in shown
    again = [one for one in found if str(one.where) == "holding:0:float32"]
    assert [one.name for one in again] == ["holding 0-1"]


def test_a_counter_that_is_still_below_65536_is_shown_in_both_orders_once_it_counts() -> None:
    counting: dict[tuple[Table, int], list[SignalValue]] = {
        ("input", 0): [0, 0],
        ("input", 1): [7, 9],
        ("input", 2): [0, 0],
    }
    shown = {str(one.where): one.value for one in readable_as(counting, 3.0)}
    assert (shown["input:0:uint32"], shown["input:1:uint32:little"]) == (9, 9)
    seen_once = {place: values[:1] for place, values in counting.items()}
    assert "input:0:uint32" not in {str(one.where) for one in readable_as(seen_once, 0)}


def agent(folder: Path, modbus: dict[str, Any], connection: str) -> tuple[Settings, ReadingsView]:
    table = document(folder)
    table["machine"][0]["modbus"] = modbus
    press = {"wc_id": "PRESS-1", "connection": connection, "since": None, "reason": "", "heard_s": None, "readings": ()}
    told = ReadingsView.model_validate({"plant_time": "2026-03-04T05:17:42.000Z", "machines": [press]})
    return Settings.model_validate(table), told


def test_a_serial_line_of_the_running_agent_is_left_to_it_by_whatever_name(tmp_path: Path) -> None:
    device, other = tmp_path / "ttyUSB0", tmp_path / "by-id"
    device.touch()
    other.symlink_to(device)
    settings, told = agent(tmp_path, {"serial": str(device), "unit": 3}, "down")
    mine = Target("line", ModbusSettings(serial=str(other), unit=9))
    with pytest.raises(ConfigurationError, match=r"has this serial line, .*stop the agent .* lineside read"):
        must_be_free(mine, told, settings, beside=True)
    with pytest.raises(ConfigurationError, match="serial line"):
        must_be_free(mine, told, None, beside=False)
    must_be_free(mine, None, settings, beside=False)
    must_be_free(Target("line", ModbusSettings(serial="/dev/other", unit=9)), told, settings, beside=False)


def test_a_device_that_the_agent_is_connected_to_is_connected_to_beside_it_on_request_alone(tmp_path: Path) -> None:
    settings, told = agent(tmp_path, {"host": "plc", "port": 502}, "up")
    mine = Target("plc", ModbusSettings(host="plc", unit=9))
    with pytest.raises(ConfigurationError, match="--beside connects all the same"):
        must_be_free(mine, told, settings, beside=False)
    must_be_free(mine, told, settings, beside=True)
    settings, told = agent(tmp_path, {"host": "plc", "port": 502}, "down")
    must_be_free(mine, told, settings, beside=False)


def test_a_server_is_looked_at_without_security_unless_a_policy_is_asked_for(tmp_path: Path) -> None:
    found = of_address("opc.tcp://plc", None, tmp_path / "none.toml")
    assert getattr(found.server, "security", "") == "none"
    with pytest.raises(ConfigurationError, match=r"none\.toml"):
        of_address("opc.tcp://plc", "strongest", tmp_path / "none.toml")
    with pytest.raises(ConfigurationError, match="--security Basic1"):
        of_address("opc.tcp://plc", "Basic1", tmp_path / "none.toml")


@pytest.mark.parametrize("room", [None, 40])
def test_what_a_server_makes_up_steers_no_terminal(room: int | None) -> None:
    found = [Candidate(Node("nsu=u;s=a\x1b[2J\nb\x9b2J"), "run", "Boolean", value=True)]
    text = [*rows(found, room), *pasted(found, is_opcua=True).split("\n"), *as_telemetry(found).split("\n")]
    assert all(line.isprintable() for line in text)
    [telemetry] = tomllib.loads(as_telemetry(found))["machine"]["telemetry"]
    assert telemetry["node"] == "nsu=u;s=a\x1b[2J\nb\x9b2J"

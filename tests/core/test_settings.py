"""Mistakes in the configuration are answered with where, what was found and what was expected."""

import re
from pathlib import Path

import pytest

from agent.configuration import load
from agent.core.errors import ConfigurationError
from agent.core.machine_settings import CounterSettings, MachineSettings, Role, SignalSettings
from agent.core.settings import Settings
from agent.core.sources.opcua_settings import OpcUaSettings

GOOD = """
[agent]
enterprise = "acme"
site = "almaty"
area = "filling"
id = "pc-7"

[mes]
host = "127.0.0.1"

[[machine]]
work_center = "WC-1"
opcua.endpoint = "opc.tcp://plc:4840/"

[[machine.signal]]
key = "state"
role = "packml_state"
node = "nsu=urn:line;s=State"

[[machine.signal]]
key = "total"
role = "total"
node = "nsu=urn:line;s=Total"

[[scanner]]
name = "gun"
work_center = "WC-1"
device = "/dev/ttyUSB0"
"""
MODBUS = 'modbus.host = "plc"'
BOTH = GOOD[GOOD.index('role = "packml_state"') : GOOD.index('"nsu=urn:line;s=Total"')]
"""The signals' roles and all between."""
OPCUA = 'opcua.endpoint = "opc.tcp://plc:4840/"'


def loaded(text: str, folder: Path) -> Settings:
    path = folder / "lineside.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_a_configuration_is_read_with_its_defaults(tmp_path: Path) -> None:
    settings = loaded(GOOD, tmp_path)
    assert settings.execution_mode == "production"
    assert settings.machine[0].stop.minor_stop_max_s == 120.0
    assert settings.mes.confirm == "mes"
    assert settings.calendar is None
    assert settings.floor.readers == {("WC-1", "gun")}


@pytest.mark.parametrize("name", ["serial_template", "lot_template"])
def test_two_work_centers_never_number_alike(tmp_path: Path, name: str) -> None:
    own, shared = f'units.{name} = "{{wc}}-{{n}}"\n', f'units.{name} = "S-{{n:06}}"\n'
    first = GOOD.replace('work_center = "WC-1"\nopcua', f'work_center = "WC-1"\n{shared}opcua', 1)
    second = '[[machine]]\nwork_center = "WC-2"\nmanual = true\n'
    assert loaded(first + second + own, tmp_path).machine[1].work_center == "WC-2"
    with pytest.raises(ConfigurationError, match=rf"{name} 'S-{{n:06}}' is used twice"):
        loaded(first + second + shared, tmp_path)


def test_a_calendar_is_read_with_its_shifts_breaks_and_windows(tmp_path: Path) -> None:
    calendar = """
[[calendar.shift]]
id = "early"
start = "06:00"
end = "14:00"
work_centers = ["WC-1"]
[[calendar.shift.break]]
name = "lunch"
start = "10:00"
end = "10:30"
[[calendar.planned]]
kind = "maintenance"
name = "Oil"
start = 2026-05-01T06:00:00
end = 2026-05-01T08:00:00
"""
    settings = loaded(GOOD + calendar, tmp_path).calendar
    assert settings is not None
    assert [(shift.id, [pause.name for pause in shift.breaks]) for shift in settings.shift] == [("early", ["lunch"])]
    assert [window.name for window in settings.planned] == ["Oil"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "pc-7"', 'id = "pc-7"\ncolour = "blue"', "agent.colour: there is no such key"),
        ('id = "pc-7"', "", "agent.id: is missing; expected a value"),
        ('id = "pc-7"', "id = 7", "agent.id: found '7': Input should be a valid string"),
        ('id = "pc-7"', 'id = "pc/7"', "agent.id: found 'pc/7': expected 1 to 64 characters without blanks"),
        ('id = "pc-7"', 'id = "-"', "agent.id: found '-': expected"),
        ('id = "pc-7"', 'id = ""', "agent.id: found '': expected"),
        ('area = "filling"', 'area = "agents"', "agent.area: found 'agents': an area cannot be called 'agents'"),
        ('area = "filling"', 'area = "a b"', "agent.area: found 'a b': expected 1 to 64 characters without blanks"),
        ('id = "pc-7"', 'id = "pc-7"\ntime_zone = "Mars/One"', "expected a time zone of the IANA database"),
        ('id = "pc-7"', 'id = "pc-7"\ntick_s = 0', "agent.tick_s: found '0': Input should be greater than 0"),
        ('id = "pc-7"', 'id = "pc-7"\ntick_s = inf', "agent.tick_s: found 'inf': Input should be a finite number"),
        ('"127.0.0.1"', '"mes.example"\nusername = "pc"', "mes: a password over plain TCP to another host"),
        ('"127.0.0.1"', '"x"\nconfirm = "broker"\nprotocol = "3.1.1"', "mes: confirm = 'broker' needs protocol = '5'"),
        ('"127.0.0.1"', '"x"\nport = 70000', "mes.port: found '70000': Input should be less than or equal to 65535"),
        ('"127.0.0.1"', '"x"\ncommands = ["reboot"]', "mes.commands[1]: found 'reboot': Input should be 'replay'"),
        ("nsu=urn:line;s=Total", "ns=2;s=Total", "machine[1].signal[2].node: found 'ns=2;s=Total': expected a node id"),
        ("nsu=urn:line;s=Total", "nsu=;s=Total", "machine[1].signal[2].node: found 'nsu=;s=Total': expected a node id"),
        ("nsu=urn:line;s=Total", "nsu=urn:line;i=x", "machine[1].signal[2].node: found 'nsu=urn:line;i=x': expected"),
        ('key = "total"', 'key = "state"', "machine[1]: key 'state' is used twice; expected a different key each"),
        ('role = "total"', 'role = "packml_state"', "machine[1]: role 'packml_state' is used twice"),
        ('role = "total"', 'role = "colour"', "machine[1].signal[2].role: found 'colour': Input should be"),
        (BOTH, BOTH.replace('"total"', '"scrap"').replace("packml_state", "alarm"), "roles 'packml_state', 'machinery"),
        (
            'role = "total"',
            'role = "machinery_state"',
            "expected one of the roles 'packml_state' and 'machinery_state'",
        ),
        ('role = "packml_state"', 'role = "state"', "role 'state' needs 'condition.states'"),
        (BOTH, BOTH.replace('"total"', '"scrap"').replace("packml_state", "speed"), "needs 'condition.run_speed'"),
        (
            BOTH,
            BOTH.replace('"total"', '"mode"').replace("packml_state", "machinery_mode"),
            "'mode' and 'machinery_mode'",
        ),
        (
            'node = "nsu=urn:line;s=Total"',
            "",
            "machine[1]: signal 'total' needs 'node', as the machine is read over OPC",
        ),
        (
            's=State"',
            's=State"\ncounter.modulus = 10',
            "machine[1].signal[1]: 'counter' belongs to the roles",
        ),
        ('s=Total"', 's=Total"\ncounter.modulus = 1', "machine[1].signal[2].counter.modulus: found '1'"),
        ('s=Total"', 's=Total"\ncounter.max_rate = inf', "machine[1].signal[2].counter.max_rate: found 'inf'"),
        (OPCUA, "", "machine[1]: expected exactly one of the tables 'opcua', 'modbus' and 'driver'"),
        (OPCUA, f"{OPCUA}\n{MODBUS}", "machine[1]: expected exactly one of the tables 'opcua', 'modbus' and 'driver'"),
        (OPCUA, MODBUS, "machine[1]: signal 'state' needs 'table' and 'address', as the machine is read over Modbus"),
        ("opc.tcp://plc:4840/", "http://plc/", "machine[1].opcua.endpoint: found 'http://plc/': String should match"),
        (OPCUA, f"{OPCUA}\nstop.reorder_s = inf", "machine[1].stop.reorder_s: found 'inf'"),
        (OPCUA, f"{OPCUA}\ncondition.states.6 = 'BUSY'", "found 'BUSY': Input should be 'RUNNING', 'IDLE'"),
        ('"gun"\nwork_center = "WC-1"', '"gun"\nwork_center = "WC-9"', "scanner 'gun' names work center 'WC-9'"),
        ("[[scanner]]", "[codes]\norder = '('\n[[scanner]]", "codes: 'order' is no regular expression"),
        (
            "[[scanner]]",
            "[[calendar.shift]]\nid = 'a'\nstart = '06:00'\nend = '14:00'\nwork_centers = ['WC-9']\n[[scanner]]",
            "calendar names work center 'WC-9'; expected one of WC-1",
        ),
        (
            "[[scanner]]",
            "[[calendar.shift]]\nid = 'a'\nstart = 6\nend = '14:00'\n[[scanner]]",
            "calendar.shift[1].start: found '6': expected a time of the plant's clock from '00:00' to '23:59'",
        ),
        (
            "[[scanner]]",
            "[[attribute]]\nobject = 'orders/PO-1'\nwork_center = 'WC-9'\nname = 'a'\nvalue = 'b'\n[[scanner]]",
            "attribute 'a' of 'orders/PO-1' names work center 'WC-9'; expected one of WC-1",
        ),
        (
            "[[scanner]]",
            2 * "[[attribute]]\nobject = 'uoms'\nname = 'a'\nvalue = 'b'\n" + "[[scanner]]",
            "attribute '-/uoms: a' is used twice",
        ),
        ("[[scanner]]", "[codes]\nserial = 'S.*'\n[[scanner]]", "codes: 'serial' needs a group (?P<serial>…)"),
        ('"/dev/ttyUSB0"', '"/dev/ttyUSB0"\nprefix = "\\n"', "'gun': its prefix holds what ends a code"),
        ('"/dev/ttyUSB0"', '"/dev/ttyUSB0"\nprefix = "*"\nsuffix = "*"', "'gun': its prefix holds what ends a code"),
        ('"/dev/ttyUSB0"', '"/dev/ttyUSB0"\nhost = "gate"', "'gun' needs exactly one of device, input and host"),
        ('"gun"', '"terminal"', "a scanner is named 'terminal', as terminals are; expected another name"),
    ],
)
def test_a_mistake_is_answered_with_where_what_and_what_instead(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    assert old in GOOD
    with pytest.raises(ConfigurationError) as refusal:
        loaded(GOOD.replace(old, new, 1), tmp_path)
    assert str(refusal.value).startswith(str(tmp_path / "lineside.toml"))
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("signal", "message"),
    [
        (
            {"role": Role.FAULT, "node": "i=1"},
            "'opcua.alarms' tells the first alarm: expected a signal",
        ),
        ({"role": Role.ALARM, "node": "i=1"}, "signal 'a' of role 'alarm' is told by the events of 'opcua.alarms'"),
    ],
)
def test_alarms_are_told_by_the_signal_of_that_role_which_has_no_node(signal: dict[str, object], message: str) -> None:
    run = SignalSettings(key="run", role=Role.RUN, node="i=2")
    opcua = OpcUaSettings(endpoint="opc.tcp://plc", alarms="i=2253")
    told = MachineSettings(work_center="WC-1", opcua=opcua, signal=(run, SignalSettings(key="a", role=Role.ALARM)))
    assert told.first_alarm is told.signal[1]
    with pytest.raises(ValueError, match=re.escape(message)):
        MachineSettings(
            work_center="WC-1", opcua=opcua, signal=(run, SignalSettings.model_validate({"key": "a"} | signal))
        )


def test_a_second_machine_needs_another_name(tmp_path: Path) -> None:
    _, begin, machine = GOOD.partition("[[machine]]")
    twice = GOOD + begin + machine.partition("[[scanner]]")[0]
    with pytest.raises(ConfigurationError, match="work_center 'WC-1' is used twice"):
        loaded(twice, tmp_path)


def modbus(**fields: object) -> SignalSettings:
    base = {"key": "total", "role": Role.TOTAL, "table": "holding", "address": 10}
    return SignalSettings.model_validate({**base, **fields})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"table": "coil"}, "type 'uint16' does not stand in table 'coil'"),
        ({"type": "bit"}, "type 'bit' in table 'holding' needs 'bit', 0 to 15"),
        ({"address": 65_536}, "less than or equal to 65535"),
        ({"address": 65_535, "type": "uint32"}, "ends behind the last address, 65535"),
    ],
)
def test_a_modbus_signal_that_cannot_be_read_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        modbus(**fields)


@pytest.mark.parametrize(
    ("signal", "modulus"),
    [
        (modbus(), 65_536),
        (modbus(type="int16"), 65_536),
        (modbus(type="uint32"), 2**32),
        (modbus(type="bcd16"), 10_000),
        (modbus(type="bcd32"), 10**8),
        (modbus(counter={"modulus": 10_000}), 10_000),
        (modbus(counter={"max_rate": 5.0}), 65_536),
        (SignalSettings(key="t", role=Role.TOTAL, node="i=1"), 2**32),
        (SignalSettings(key="t", role=Role.TOTAL, node="i=1", counter=CounterSettings(modulus=32_768)), 32_768),
    ],
)
def test_a_counter_turns_over_no_later_than_its_registers_do(signal: SignalSettings, modulus: int) -> None:  # K1
    assert signal.modulus == modulus

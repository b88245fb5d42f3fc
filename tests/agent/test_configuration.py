from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.configuration import load
from agent.core.errors import ConfigurationError
from tests.agent.processes import a_free_port, configuration

WRONG: dict[str, tuple[str, str, str]] = {
    "unknown key": (
        'area = "hall-1"',
        'area = "hall-1"\nare = "hall-1"',
        r"agent\.are: there is no such key; see the example configuration for those there are",
    ),
    "unknown table": (
        "[mes]",
        "[broker]\nport = 1\n\n[mes]",
        r"broker: there is no such key; see the example configuration for those there are",
    ),
    "missing key": ('site = "ala1"', "", r"agent\.site: is missing; expected a value"),
    "wrong type": (
        "reconnect_max_s = 0.5",
        'reconnect_max_s = "soon"',
        r"mes\.reconnect_max_s: found 'soon': Input should be a valid number",
    ),
    "out of range": (
        "reconnect_max_s = 0.5",
        "reconnect_max_s = 0.5\nwindow = 0",
        r"mes\.window: found '0': Input should be greater than or equal to 1",
    ),
    "port out of range": (
        "poll_ms = 50",
        "poll_ms = 50, unit = 256",
        r"machine\[2\]\.modbus\.unit: found '256': Input should be less than or equal to 255",
    ),
    "no such word": (
        'role = "packml_state"',
        'role = "packml"',
        r"machine\[1\]\.signal\[1\]\.role: found 'packml': Input should be 'packml_state', 'run'",
    ),
    "malformed node id": (
        "nsu=urn:lineside:simulator:packml;s=FILL-1.Status.StateCurrent",
        "ns=2:FILL-1.Status",
        r"machine\[1\]\.signal\[1\]\.node: found 'ns=2:FILL-1\.Status': expected a node id by namespace URI, such as",
    ),
    "two signals on one key": (
        'key = "run", role',
        'key = "total", role',
        r"machine\[2\]: key 'total' is used twice; expected a different key each",
    ),
    "two signals of one role": (
        'role = "heartbeat"',
        'role = "run"',
        r"machine\[2\]: role 'run' is used twice; expected a different role each",
    ),
    "rights of an action that there is not": (
        'work_center = "PRESS-1"',
        'work_center = "PRESS-1"\npeople = { rights = { dance = ["operator"] } }',
        r"machine\[2\]\.people\.rights: there is no action 'dance'; see docs/entries\.md",
    ),
    "two machines of one name": (
        'work_center = "PRESS-1"',
        'work_center = "FILL-1"',
        r"the file: work_center 'FILL-1' is used twice; expected a different work_center each",
    ),
    "a machine without a driver": (
        "modbus = {",
        "condition = {}\n#",
        r"machine\[2\]: expected exactly one of the tables 'opcua', 'modbus' and 'driver'",
    ),
    "an endpoint that is none": (
        "opc.tcp://",
        "http://",
        r"machine\[1\]\.opcua\.endpoint: found 'http://.*': String should match pattern",
    ),
    "an area called agents": (
        'area = "hall-1"',
        'area = "agents"',
        r"agent\.area: found 'agents': an area cannot be called 'agents'",
    ),
    "an id with a wildcard": (
        'id = "edge-1"',
        'id = "edge/#"',
        r"agent\.id: found 'edge/#': expected 1 to 64 characters without blanks",
    ),
    "a zone that is none": (
        "tick_s = 10",
        'time_zone = "Almaty"',
        r"agent\.time_zone: found 'Almaty': expected a time zone of the IANA database, such as 'Asia/Almaty'",
    ),
    "a password over plain TCP": (
        'host = "127.0.0.1"\nport',
        'host = "mes.example"\nusername = "edge"\nport',
        r"mes: a password over plain TCP to another host needs a table \[mes\.tls\] or allow_plaintext = true",
    ),
    "confirmation that MQTT 3.1.1 cannot give": (
        "reconnect_max_s = 0.5",
        'protocol = "3.1.1"\nconfirm = "broker"',
        r"mes: confirm = 'broker' needs protocol = '5'",
    ),
    "no TOML": ("[agent]", "[agent", r"is no TOML: Expected '\]'"),
    "several at once": (
        'area = "hall-1"',
        "area = 1\nare = 2",
        r"agent\.area: found '1': Input should be a valid string \(1 more to mend after that\)",
    ),
}


def wrong(folder: Path, name: str) -> str:
    """The configuration with one thing wrong."""
    old, new, _ = WRONG[name]
    text = configuration(folder, None, a_free_port())
    assert old in text
    return text.replace(old, new, 1)


def test_the_configuration_of_these_tests_is_right(tmp_path: Path) -> None:
    path = tmp_path / "lineside.toml"
    path.write_text(configuration(tmp_path, None, 1883))
    settings = load(path)
    assert settings.agent.data == tmp_path / "journal"
    assert [machine.work_center for machine in settings.machine] == ["FILL-1", "PRESS-1"]
    assert settings.execution_mode == "simulation"


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_one_sentence_with_file_key_value_and_expectation(tmp_path: Path, name: str) -> None:
    path = tmp_path / "lineside.toml"
    path.write_text(wrong(tmp_path, name))
    with pytest.raises(ConfigurationError) as told:
        load(path)
    assert re.match(rf"{re.escape(str(path))}: {WRONG[name][2]}", str(told.value)), told.value
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, r"cannot be read: No such file or directory; expected a configuration file"),
        (b"\xff\xfe", r"is no TOML: 'utf-8' codec can't decode byte"),
        (b"", r"agent: is missing; expected a value \(2 more to mend after that\)"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    path = tmp_path / "lineside.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=rf"{re.escape(str(path))}: {sentence}"):
        load(path)


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory; expected a configuration file"):
        load(tmp_path)

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from agent.commissioning import this_pc
from agent.commissioning.this_pc import FoundReader, readers, time_zone
from agent.core.settings_base import Id


def test_serial_devices_are_offered_and_of_keyboards_those_called_like_a_scanner(tmp_path: Path) -> None:
    serial, keyboards = tmp_path / "serial/by-id", tmp_path / "input/by-id"
    serial.mkdir(parents=True)
    keyboards.mkdir(parents=True)
    for name in ("usb-FTDI_cable-if00-port0", "usb-Honeywell_Scanner_1950-if00"):
        (serial / name).touch()
    for name in ("usb-Datalogic_Gryphon-event-kbd", "usb-Logitech_Keyboard-event-kbd", "usb-Datalogic_Gryphon-mouse"):
        (keyboards / name).touch()
    assert readers(tmp_path) == [
        FoundReader(serial / "usb-Honeywell_Scanner_1950-if00", is_likely=True),
        FoundReader(serial / "usb-FTDI_cable-if00-port0", is_likely=False),
        FoundReader(keyboards / "usb-Datalogic_Gryphon-event-kbd", is_likely=True),
    ]


def test_a_pc_without_devices_offers_none(tmp_path: Path) -> None:
    assert readers(tmp_path) == []


def test_the_time_zone_is_the_systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    assert time_zone(tmp_path) == "UTC"
    (tmp_path / "timezone").write_text("Asia/Almaty\n")
    assert time_zone(tmp_path) == "Asia/Almaty"
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert time_zone(tmp_path) in {"Europe/Berlin", "Asia/Almaty"}
    monkeypatch.setenv("TZ", ":America/Lima")
    assert time_zone(tmp_path) == "America/Lima"


@pytest.mark.parametrize(
    ("host", "name"),
    [("line-a.plant.local", "line-a"), ("localhost", "line-1"), ("", "line-1"), ("pc 7/2", "pc-7-2")],
)
def test_a_host_name_becomes_a_name_that_an_agent_can_have(
    host: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: host)
    assert this_pc.own_name() == name
    TypeAdapter[str](Id).validate_python(name)

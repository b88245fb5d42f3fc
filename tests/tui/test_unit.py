"""The terminal's service on a console, and the keymap that closes the console."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = SYSTEMD / "lineside-terminal@.service"
LEAVING = {
    **{59 + number: f"F{number + 1}" for number in range(10)},
    87: "F11",
    88: "F12",
    70: "VoidSymbol",
    84: "VoidSymbol",
    99: "VoidSymbol",
    105: "Left",
    106: "Right",
    111: "Remove",
}
"""Keys that switch consoles, freeze or reboot with Alt or Ctrl, and the one thing that they do in a kiosk."""


def test_the_terminal_has_the_console_for_itself_and_is_started_for_ever() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # systemd minds the case
    unit.read_string(UNIT.read_text())
    service = dict(unit["Service"])
    assert unit["Unit"]["Conflicts"] == "getty@%i.service"
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert "--kiosk" in service["ExecStart"]
    wanted = {"Restart": "always", "StandardInput": "tty", "TTYPath": "/dev/%I", "User": "lineside-terminal"}
    assert {name: service[name] for name in wanted} == wanted


def test_every_key_that_leads_out_of_a_console_means_one_thing_whatever_is_held_with_it() -> None:
    lines = re.findall(r"^keycode +(\d+) = (\w+)$", (SYSTEMD / "kiosk.map").read_text(), re.MULTILINE)
    keys = {int(code): meaning for code, meaning in lines}
    assert {code: keys.get(code) for code in LEAVING} == LEAVING


def test_loadkeys_can_read_the_keymap() -> None:
    command = ["loadkeys", "--parse", str(SYSTEMD / "kiosk.map")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")

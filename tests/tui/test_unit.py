"""The services of the terminal, by systemd's own judgement, and the keymap that closes the console."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = SYSTEMD / "lineside-terminal@.service"
MOST_EXPOSED = 1.2
"""Of ten; a unit without any of it has 9.6."""
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

analyzes = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


UNITS = {"lineside-terminal@.service": "lineside-terminal@tty2.service", "lineside-browser.service": ""}
"""File, and what it is called where it has an instance."""


def analyzed(file: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What systemd says of the unit, with a program that is there."""
    unit = folder / (UNITS[file] or file)
    unit.write_text((SYSTEMD / file).read_text().replace("/opt/lineside/current/bin/lineside", "/bin/true"))
    command = ["systemd-analyze", *arguments, str(unit)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@analyzes
@pytest.mark.parametrize("file", UNITS)
def test_systemd_knows_every_word_of_the_unit(file: str, tmp_path: Path) -> None:
    done = analyzed(file, tmp_path, "verify", "--man=no")
    # It ends well with keys that it does not know; what it has to say stands on stderr.
    assert (done.returncode, done.stderr) == (0, "")


@analyzes
@pytest.mark.parametrize("file", UNITS)
def test_systemd_finds_the_unit_little_exposed(file: str, tmp_path: Path) -> None:
    done = analyzed(file, tmp_path, "security", "--offline=true", "--no-pager")
    found = re.search(r"Overall exposure level .*: ([0-9.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= MOST_EXPOSED


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


@pytest.mark.skipif(shutil.which("loadkeys") is None, reason="loadkeys (Debian: kbd) is not installed")
def test_loadkeys_can_read_the_keymap() -> None:
    command = ["loadkeys", "--parse", str(SYSTEMD / "kiosk.map")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")

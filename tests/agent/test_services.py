"""The services that are shipped, by systemd's own judgement."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
PROGRAM = r"/opt/lineside/current/bin/\w+"
MOST_EXPOSED = {
    "lineside.service": 1.5,
    "lineside-clock.service": 1.2,
    "lineside-terminal@.service": 1.2,
    "lineside-browser.service": 1.2,
}
"""Of ten; a unit without any of it has 9.6."""


def analyzed(file: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What systemd says of the unit among the others, with a program that is there."""
    for unit in (*SYSTEMD.glob("*.service"), *SYSTEMD.glob("*.timer")):
        (folder / unit.name).write_text(re.sub(PROGRAM, "/bin/true", unit.read_text()))
    instance = folder / file.replace("@.", "@tty2.")
    if "@" in file:
        shutil.copy(folder / file, instance)
    command = ["systemd-analyze", *arguments, str(instance)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_every_service_is_judged() -> None:
    assert {unit.name for unit in SYSTEMD.glob("*.service")} == set(MOST_EXPOSED)


@pytest.mark.parametrize("file", [*MOST_EXPOSED, "lineside-clock.timer"])
def test_systemd_knows_every_word_of_the_unit(file: str, tmp_path: Path) -> None:
    done = analyzed(file, tmp_path, "verify", "--man=no")
    # It ends well with keys that it does not know; what it has to say stands on stderr.
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("file", MOST_EXPOSED)
def test_systemd_finds_the_unit_little_exposed(file: str, tmp_path: Path) -> None:
    done = analyzed(file, tmp_path, "security", "--offline=true", "--no-pager")
    found = re.search(r"Overall exposure level .*: ([0-9.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= MOST_EXPOSED[file]


def test_every_file_that_a_unit_names_is_shipped() -> None:
    named = set(re.findall(r"share/lineside/(systemd/\S+)", (SYSTEMD / "lineside.service").read_text()))
    assert named == {"systemd/slow-start.sh"}
    assert all((SYSTEMD.parent / path).is_file() for path in named)

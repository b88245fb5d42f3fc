"""The PC of the tests is one: systemd, no network, a disk that outlives the power. And nothing of it is left."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plant_pc.keeper import GROUP, unified
from tests.plant_pc.plant_pc import ROOT, USB, a_pc, came

pytestmark = pytest.mark.timeout(900)  # whoever is first makes a Debian root
HOLDING = """
import sys, time
from pathlib import Path
from tests.plant_pc.plant_pc import a_pc

with a_pc(Path(sys.argv[1])) as pc:
    print(pc.first, flush=True)
    time.sleep(600)
"""


def test_a_pc_has_a_systemd_no_network_and_a_disk_that_outlives_the_power(tmp_path: Path) -> None:
    with a_pc(tmp_path) as pc:
        (pc.usb / "note").write_text("from outside")
        assert pc.run("cat", f"{USB}/note") == "from outside"
        assert pc.run("cat", "/proc/1/comm") == "systemd\n"
        assert pc.run("ls", "/sys/class/net") == "lo\n"
        pc.write("/etc/kept", "of the day before")
        pc.run("systemd-run", "--unit=working", "--property=DynamicUser=yes", "sleep", "600")
        pc.cut_power()
        pc.boot()
        assert pc.run("cat", "/etc/kept") == "of the day before"
        assert pc.show("working", "ActiveState") == "inactive"


def test_nothing_is_left_of_a_pc_whose_tests_were_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as tests:
        assert tests.stdout is not None
        first = Path("/proc", tests.stdout.readline().strip())
        group = unified() / _group_of(first)
        assert (first.is_dir(), group.is_dir(), group.name.startswith(GROUP)) == (True, True, True)
        tests.send_signal(signal.SIGKILL)
    assert came(lambda: not (first.exists() or group.exists()), within=30)


def _group_of(process: Path) -> str:
    """The group of the whole PC; its systemd has divided it."""
    (line,) = [line for line in (process / "cgroup").read_text().splitlines() if line.startswith("0::")]
    return line.removeprefix("0::/").split("/")[0]

"""What the doctor reads of systemd is what a real one says."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from agent.doctor import archive, unit
from tests.plant_pc.plant_pc import PlantPc, a_pc

pytestmark = pytest.mark.timeout(900)  # whoever is first makes a Debian root

SERVICE = """[Service]
ExecStart=/bin/sh -c 'echo badge 1234567890; exit 3'
Restart=always
RestartSec=0.1
StartLimitIntervalSec=0
SupplementaryGroups=dialout

[Install]
WantedBy=multi-user.target
"""


def seen_on(pc: PlantPc) -> unit.Unit:
    said = pc.run("systemctl", "show", unit.NAME, *(f"--property={name}" for name in unit.ASKED))
    return unit.parsed(said, time.monotonic())


def test_a_service_that_fails_again_and_again(tmp_path: Path) -> None:
    with a_pc(tmp_path) as pc:
        assert not seen_on(pc).is_there
        pc.write(f"/etc/systemd/system/{unit.NAME}", SERVICE)
        pc.run("mkdir", f"/etc/systemd/system/{unit.NAME}.d")
        pc.write(f"/etc/systemd/system/{unit.NAME}.d/memory.conf", "[Service]\nMemoryMax=1G\n")
        pc.run("systemctl", "daemon-reload")
        pc.run("systemctl", "enable", "--now", unit.NAME)
        pc.until(lambda: seen_on(pc).restarts > 0, "it was started again")
        seen = seen_on(pc)
        pc.write(f"/etc/systemd/system/{unit.NAME}.d/memory.conf", "[Service]\nMemoryMax=2G\n")
        stale = seen_on(pc).stale
        lines = pc.run("journalctl", f"--unit={unit.NAME}", "--output=json", "--no-pager").splitlines()
    assert (seen.loaded, seen.enabled, seen.groups) == ("loaded", "enabled", ("dialout",))
    assert seen.active == "activating" or seen.result == "exit-code"
    assert seen.drop_ins == (f"/etc/systemd/system/{unit.NAME}.d/memory.conf",)
    assert stale
    told = [archive.log_line(line) for line in lines]
    assert any('"MESSAGE": "badge ######"' in line for line in told), told
    assert not any("1234567890" in line for line in told)

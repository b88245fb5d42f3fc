"""What the guides tell a technician to type on a line PC is typed on one, word for word, page by page, by an ordinary
user who may use sudo.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.docs.blocks import ON_A_PC, Block, for_a_pc
from tests.packaging import bundle, sources
from tests.plant_pc.plant_pc import PlantPc, a_pc

AS_ROOT = "/usr/local/libexec/as-root"
SUDO = f'#!/bin/sh\nexec {AS_ROOT} --reuid=0 --regid=0 --clear-groups "$@"\n'
"""The tests' Debian has none."""
TECHNICIAN = ("setpriv", "--reuid=technician", "--regid=technician", "--clear-groups", "env", "HOME=/home/technician")
"""Whose groups are those of the log-in before the installation."""
LONG_S = 300.0


@pytest.mark.timeout(900)
def test_the_guides_can_be_followed_from_the_stick_to_the_removal(tmp_path: Path) -> None:
    with a_pc(tmp_path) as pc:
        shutil.copy(bundle.build(), pc.usb)
        (pc.usb / "newer").mkdir()
        shutil.copy(_newer(tmp_path / "tree"), pc.usb / "newer")
        pc.run("useradd", "--create-home", "technician")
        pc.run("mkdir", "-p", "/usr/local/libexec")
        pc.run("install", "-m", "4755", "/usr/bin/setpriv", AS_ROOT)
        pc.write("/usr/local/bin/sudo", SUDO)
        pc.run("chmod", "755", "/usr/local/bin/sudo")
        for page in ON_A_PC:
            for block in for_a_pc(page):
                _typed(block, pc)
        assert pc.done("systemctl", "cat", "lineside").returncode != 0
        assert pc.run("ls", "/etc/lineside/lineside.toml", "/var/lib/lineside/journal.sqlite")


def _typed(block: Block, pc: PlantPc) -> None:
    done = pc.done(*TECHNICIAN, "bash", "-euo", "pipefail", "-c", block.text, within=LONG_S)
    assert done.returncode == 0, f"{block} ended with {done.returncode}:\n{done.stdout}{done.stderr}"


def _newer(tree: Path) -> Path:
    """The same program under another version."""
    copied = sources.copied(tree)
    project = copied / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(
        re.sub(r'^version = "(.*)"$', r'version = "\1.post1"', text, flags=re.MULTILINE), encoding="utf-8"
    )
    return bundle.build(tree=copied)

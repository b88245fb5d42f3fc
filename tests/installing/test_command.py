"""`lineside install` as it is typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agent.test_command_line import assert_refused, lineside, names
from tests.installing.parts import Pc


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--back", "--remove"), "one of the two"),
        (("--older-journal",), "goes with --back"),
        (("--with-data",), "goes with --remove"),
    ],
)
async def test_options_that_do_not_fit_change_nothing(tmp_path: Path, options: tuple[str, ...], why: str) -> None:
    assert_refused(await lineside("install", "--root", tmp_path, *options), why)
    assert names(tmp_path) == []


async def test_a_checkout_is_not_laid_out(tmp_path: Path) -> None:
    assert_refused(await lineside("install", "--root", tmp_path), sys.prefix, "install.sh of an unpacked bundle")


async def test_there_is_nothing_to_go_back_to(tmp_path: Path) -> None:
    assert_refused(await lineside("install", "--back", "--root", tmp_path), "no version before this one")


async def test_a_wrong_configuration_changes_nothing(tmp_path: Path) -> None:
    pc = Pc(tmp_path / "pc")
    pc.configure()
    pc.layout.config.write_text("[agent]\n")
    assert_refused(await lineside("install", "--back", "--root", pc.root), "lineside.toml", "Nothing was changed")


async def test_removal_says_what_stays(tmp_path: Path) -> None:
    answer = await lineside("install", "--remove", "--root", tmp_path)
    assert answer.status == 0, answer.err
    assert f"- kept: {tmp_path}/etc/lineside with the configuration" in answer.out
    assert answer.out.endswith("Lineside is off this PC.\n")


def test_it_goes_on_though_nobody_hears_it_any_more(tmp_path: Path) -> None:
    (tmp_path / "opt/lineside/versions").mkdir(parents=True)
    ours, theirs = os.pipe()
    os.close(ours)
    command = [sys.executable, "-m", "agent", "install", "--remove", "--root", str(tmp_path)]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, text=True, check=False)
    os.close(theirs)
    assert "lineside: " not in done.stderr
    assert not (tmp_path / "opt/lineside").exists()

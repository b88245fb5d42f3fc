"""Every command of `docs/commissioning-readers.md` says what the page says."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import sys
import tty
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulators.tether import tethered
from tests.agent.processes import ROOT, a_free_port, configuration

PAGE = ROOT / "docs" / "commissioning-readers.md"
_BLOCK = re.compile(r"(?:<!-- (reads|types) (.*) -->\n)?```console\n\$ lineside (.+)\n((?:.*\n)*?)```")
_TIME = re.compile(r"^\d\d:\d\d:\d\d", re.MULTILINE)
PLACE = "/dev/serial/by-id/usb-Example_Scanner-if00"
ABSENT = "/dev/serial/by-id/usb-Another_Scanner-if00"
READER = '\n[[scanner]]\nname = "hand"\nwork_center = "FILL-1"\ndevice = "{}"\n'


@dataclass(frozen=True, slots=True)
class Example:
    """A command, what comes meanwhile, and what the page says that it prints."""

    command: str
    way: str | None
    comes: bytes
    prints: str


def examples() -> list[Example]:
    """All of the page."""
    return [
        Example(command, way, code.encode().decode("unicode_escape").encode("latin-1"), prints)
        for way, code, command, prints in _BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    ]


async def printed(example: Example, folder: Path) -> str:
    """What it prints up to the last line of the page, with the page's time and places."""
    far, near = os.openpty()
    tty.setraw(near)
    reader, absent = folder / "reader", folder / "absent"
    reader.symlink_to(os.ttyname(near) if example.way == "reads" else absent)
    config = folder / "lineside.toml"
    config.write_text(configuration(folder, None, a_free_port()) + READER.format(reader), encoding="utf-8")
    known = {PLACE: str(reader), ABSENT: str(absent), "lineside.toml": str(config)}
    arguments = [known.get(one, one) for one in shlex.split(example.command)]
    process = await asyncio.create_subprocess_exec(
        *tethered(sys.executable, "-m", "agent", *arguments),
        stdin=near if example.way == "types" else DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert process.stdout is not None
    lines: list[str] = []
    wanted = len(example.prints.splitlines())
    try:
        async with asyncio.timeout(30):
            while len(lines) < wanted and (line := (await process.stdout.readline()).decode()):
                if example.way == "types" and "cannot be opened" in line:
                    continue
                lines.append(line.replace(str(reader), PLACE).replace(str(absent), ABSENT))
                if len(lines) == 1 and example.comes:
                    os.write(far, example.comes)
            if process.returncode is None and "--text" not in arguments:
                process.send_signal(signal.SIGINT)
            rest = (await process.stdout.read()).decode()
        assert (await process.wait(), rest) == (0, "")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(far)
        os.close(near)
    return _TIME.sub("HH:MM:SS", "".join(lines))


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.command)
async def test_a_command_of_the_page_prints_what_the_page_says(example: Example, tmp_path: Path) -> None:
    assert await printed(example, tmp_path) == _TIME.sub("HH:MM:SS", example.prints)


def test_every_command_of_the_page_is_found() -> None:
    assert len(examples()) == PAGE.read_text(encoding="utf-8").count("```console")

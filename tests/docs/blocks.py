"""The fenced blocks of README and docs/, and what becomes of each: its info string says it.

A block of commands that nobody runs would be a claim that nobody checks, so every info string must stand in `KINDS`,
and a block of another kind may hold no command.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
KINDS: Final = {
    "sh": "run in a prepared world: `test_commands.py`",
    "sh stays": "the same; each command goes on in a terminal of its own until the page ends",
    "sh alone": "the same, while no agent of the world runs",
    "sh alone stays": "both",
    "sh broker": "the same, on the broker's PC: the broker is started anew with what it wrote",
    "sh agent": "the same; the agent is started anew, as the page says, and reads the machines that it wrote",
    "sh make": "targets of the Makefile: looked at, not made; the tests of the demo and of everything are made by make",
    "sh pc": "on a PC with a systemd of its own: `tests/plant_pc/test_documented.py`",
    "console": "run in the prepared world; it must print what the page shows",
    "toml": "a configuration, whole or a part of the example: loaded",
    "toml agent": "the same; the agent of the world goes on with it",
    "toml plan": "a plan of the simulated MES: loaded, and beside the page's commands as `plan.toml`",
    "json": "parsed, and validated where it is sent",
    "python": "compiled",
    "nginx": "",
    "udev": "",
    "ini": "",
    "text": "",
    "": "",
}
"""By info string, who sees to it; empty where there is nothing to run."""
ON_A_PC: Final = (
    "docs/install.md", "docs/terminal.md", "docs/logs.md", "docs/security.md", "docs/upgrade.md",
)  # fmt: skip
"""Pages with blocks for a PC with a systemd of its own, in the order in which a technician gets to them."""
HELD_ELSEWHERE: Final = {"commissioning-readers.md": ROOT / "tests" / "agent" / "test_commissioning.py"}
"""Pages whose every console block another test runs, with readers that the prepared world lacks."""
_FILE: Final = re.compile(r"# ([\w./-]+\.toml)\n")
_FENCE: Final = re.compile(r"(?:^<!-- until (\S+) -->\n)?^```(.*)\n((?:.*\n)*?)^```$", re.MULTILINE)
COMMAND: Final = re.compile(
    r"^\s*(?:\$ |sudo |lineside (?!\w+ \d+\.\d)|make |(?:system|journal)ctl |apt |curl |cp |tar |dpkg |\./install)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    page: Path
    line: int
    info: str
    text: str
    until: str | None = None
    """The file whose being there says that a command that stays has begun."""

    @property
    def words(self) -> frozenset[str]:
        return frozenset(self.info.split()[1:])

    @property
    def file(self) -> str | None:
        """The file that it is the whole of, where its first line is a comment with the name."""
        found = _FILE.match(self.text)
        return None if found is None else found[1]

    @property
    def language(self) -> str:
        return self.info.partition(" ")[0]

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def of(page: Path) -> tuple[Block, ...]:
    """The blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return tuple(
        Block(page, text.count("\n", 0, found.start(2)) + 1, found[2].strip(), found[3], found[1])
        for found in _FENCE.finditer(text)
    )


def everywhere() -> tuple[Block, ...]:
    """Those of all pages."""
    return tuple(block for page in PAGES for block in of(page))


def for_a_pc(page: str) -> tuple[Block, ...]:
    """The blocks of a page, such as `docs/install.md`, that are run on a PC with a systemd of its own, in order."""
    return tuple(block for block in of(ROOT / page) if block.info == "sh pc")

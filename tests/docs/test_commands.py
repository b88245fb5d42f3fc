"""Every command of README and docs/ is run, and prints what its page shows."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from tests.docs import blocks, merging
from tests.docs.blocks import PAGES, ROOT, Block
from tests.docs.plant import Plant, a_plant, as_checked_out, reads_its_machines
from tests.docs.world import Terminal, a_world

pytestmark = pytest.mark.timeout(300)
SHOWN_S: Final = 20.0
RUN: Final = {
    "sh",
    "sh stays",
    "sh alone",
    "sh alone stays",
    "sh broker",
    "sh agent",
    "sh make",
    "console",
    "toml agent",
    "toml plan",
}
_VARIES: Final = re.compile(r"\d(?:[\d:.,/TZ-]*\d)?")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """One for all pages."""
    folder = tmp_path_factory.mktemp("world")
    with a_world(folder) as world, a_plant(world, folder) as running:
        yield running


def of(page: Path) -> list[Block]:
    """What is run of a page, in order."""
    elsewhere = page.name in blocks.HELD_ELSEWHERE
    return [block for block in blocks.of(page) if block.info in RUN and not (elsewhere and block.info == "console")]


@pytest.mark.parametrize("page", [page for page in PAGES if of(page)], ids=lambda page: page.name)
def test_the_commands_of_a_page_do_what_it_says(page: Path, plant: Plant, tmp_path: Path) -> None:
    terminal = Terminal(plant.world, as_checked_out(tmp_path / "here"))
    try:
        with ExitStack() as staying:
            for block in of(page):
                _run(block, plant, terminal, staying)
    finally:
        plant.as_before()


def _run(block: Block, plant: Plant, terminal: Terminal, staying: ExitStack) -> None:
    folder = terminal.folder
    if "alone" in block.words:
        plant.stop_agent()
    if block.language == "toml":
        _take(block, plant, folder)
    elif block.language == "console":
        _show(block, terminal)
    elif "stays" in block.words:
        begun = None if block.until is None else plant.seen(folder / block.until)
        for line in filter(None, block.text.splitlines()):
            staying.enter_context(plant.world.at_a_terminal(line, folder, begun))
    else:
        # What is to be made is made by other tests, or by make itself.
        script = block.text.replace("make ", "make --dry-run ") if "make" in block.words else block.text
        done = terminal.run(script)
        assert done.status == 0, f"{block} ended with {done.status}:\n{done.said}"
    if "broker" in block.words:
        plant.start_broker()
    if block.info == "sh agent":
        plant.start_agent(reads_its_machines)


def _take(block: Block, plant: Plant, folder: Path) -> None:
    if "plan" in block.words:
        (folder / "plan.toml").write_text(block.text, encoding="utf-8")
    else:
        plant.config.write_text(merging.into(block.text, plant.config), encoding="utf-8")
        plant.start_agent()


def _show(block: Block, terminal: Terminal) -> None:
    """What is shown of a plant that runs comes when it has got there."""
    for command, expected in shown(block):
        deadline = time.monotonic() + SHOWN_S
        while not matches((done := terminal.run(command)).said, expected) and time.monotonic() < deadline:
            pass
        assert matches(done.said, expected), f"{block}: {command}\n--- the page\n{expected}\n--- it said\n{done.said}"


def shown(block: Block) -> list[tuple[str, str]]:
    """The commands of a console block, each with what the page says that it prints."""
    assert block.text.startswith("$ "), f"{block} begins with no command"
    parts = re.split(r"^\$ (.*\n)", block.text, flags=re.MULTILINE)[1:]
    return list(zip(map(str.strip, parts[::2]), parts[1::2], strict=True))


def matches(said: str, expected: str) -> bool:
    """Whether that is what the page shows: numbers and times may be others, `…` stands for any text, a line with `…`
    alone for any lines."""
    if not expected.strip():
        return True
    pattern = "".join(_pattern(line) for line in expected.splitlines())
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in said.splitlines())) is not None


def _pattern(line: str) -> str:
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    texts = [".*?".join(re.escape(text) for text in part.split("…")) for part in _VARIES.split(line.rstrip())]
    return _VARIES.pattern.join(texts) + r"\n"


@pytest.mark.parametrize(
    ("said", "expected", "is_so"),
    [
        ("at 10:20:30, 7 facts\n", "at 09:00:00, 12 facts\n", True),
        ("at 10:20:30, no facts\n", "at 09:00:00, 12 facts\n", False),
        ("a\nb\nc\n", "a\n…\nc\n", True),
        ("a\nb\n", "a\n", False),
        ("MES: OFFLINE since now\n", "MES: ONLINE …\n", False),
    ],
)
def test_what_a_page_shows_is_held_against_what_is_said(said: str, expected: str, is_so: bool) -> None:  # noqa: FBT001
    assert matches(said, expected) == is_so


def test_the_demo_without_a_terminal_is_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "make demo DEMO=--headless" in readme
    assert "\t$(BIN)/lineside demo $(DEMO)\n" in makefile

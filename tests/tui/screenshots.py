"""Draws the terminal's screens for docs/terminal: `python -m tests.tui.screenshots [FOLDER]`.

Made of fixed views at a fixed moment. PNG as well as SVG, for whoever looks at them.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import resvg_py

from agent.core.machine.conditions import Condition
from agent.core.terminal_settings import TerminalSettings
from agent.core.views import AgentView
from agent.tui.app import Terminal
from agent.tui.deliveries import Deliveries, Seen
from agent.tui.sheets.sheet import Page
from agent.tui.texts import LANGUAGES, Language
from tests.tui.operating import LARGE, SMALL
from tests.tui.views import IN_SHIFT, LOCKED, STOP, VIEW, showing

AT = 0.0
FOLDER = Path(__file__).parents[2] / "docs" / "terminal"
STANDING = IN_SHIFT.model_copy(update={"stop": STOP, "condition": Condition.FAULTED, "condition_since": STOP.start})
AWAY = VIEW.uplink.model_copy(update={"state": "offline", "waiting": 312, "autonomy_s": 111_600.0})
OFFLINE = showing(IN_SHIFT).model_copy(update={"uplink": AWAY})


@dataclass(frozen=True, slots=True)
class Shot:
    """One screen to be drawn."""

    name: str
    view: AgentView
    page: Page = Page.RUN
    language: Language = "en"
    size: tuple[int, int] = SMALL

    @property
    def file(self) -> str:
        return f"{self.name}-{self.language}-{self.size[0]}x{self.size[1]}.svg"


def shots() -> Iterator[Shot]:
    """Every screen in English, the most looked at in each language, some on a large screen."""
    run, stop = showing(IN_SHIFT), showing(STANDING)
    pages = (Page.STOPS, Page.LOTS, Page.OUTPUT, Page.SCRAP, Page.QUALITY, Page.ORDERS, Page.CALL, Page.HANDOVER)
    for page in (*pages, Page.HELP, Page.LOSSES, Page.SYNC):
        yield Shot(page, stop if page is Page.STOPS else run, page)
    yield Shot("locked", showing(LOCKED))
    yield Shot("offline", OFFLINE)
    for language in LANGUAGES:
        yield Shot("run", run, language=language)
        yield Shot("stop", stop, language=language)
        if language != "en":
            yield Shot(Page.LOTS, run, Page.LOTS, language)
    yield Shot("run", run, size=LARGE)
    yield Shot("stop", stop, size=LARGE)


async def drawn(shot: Shot) -> str:
    """The screen as SVG."""
    terminal = Terminal(Deliveries(), None, shot.language, TerminalSettings())
    async with terminal.run_test(size=shot.size) as pilot:
        # The clock stands at the moment of the view.
        terminal.draw = lambda: terminal._line_screen.draw(terminal.desk, AT)  # type: ignore[method-assign]
        terminal.desk.hear(Seen(shot.view), AT)
        if shot.page is not Page.RUN:
            terminal.desk.open_page(shot.page, AT)
        for _ in range(3):
            terminal.draw()
            await pilot.pause()
        return terminal.export_screenshot(title="Lineside")


def main(folder: Path) -> None:
    """Draws all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for shot in shots():
        svg = asyncio.run(drawn(shot))
        (folder / shot.file).write_text(svg, encoding="utf-8")
        png = resvg_py.svg_to_bytes(svg_string=svg, monospace_family="DejaVu Sans Mono", font_family="DejaVu Sans Mono")
        (folder / shot.file).with_suffix(".png").write_bytes(bytes(png))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

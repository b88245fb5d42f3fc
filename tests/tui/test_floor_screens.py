"""The pages of lots, output, scrap and quality as they are drawn, with as much on them as there may be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.core.expecting import FOR
from agent.core.views import Reply
from agent.core.work_center_view import ExpectedView
from agent.tui.app import Terminal
from agent.tui.deliveries import Answered, Seen
from agent.tui.sheets.sheet import Page
from agent.tui.texts import LANGUAGES, Language
from tests.tui.floor_views import FULL, LOADED, SHOWS, floor
from tests.tui.operating import LARGE, SMALL, settled
from tests.tui.test_screens import START, look_at_colors, look_for_cuts, terminal_in


async def every_page(language: Language, look: Callable[[Terminal, str], None], size: tuple[int, int]) -> None:
    async with terminal_in(language, size) as (terminal, _):
        terminal.tell(Seen(FULL))
        terminal.tell(Answered(START, Reply(accepted=True, code="ok", message="Order PO-1001 started.")))
        await settled(terminal)
        for shown in SHOWS:
            terminal.desk.path.go_home(shown)
            for _ in range(2):  # the size of what came to the screen is known the second time
                terminal.draw()
                await settled(terminal)
            assert terminal.desk.shown is shown.page
            look(terminal, f"{shown}")
        for action in FOR:
            said = {"swap": "L-77", "defect_code": "OTHER"}
            waiting = ExpectedView(action=action, arguments=said, until="2026-03-04T07:02:00.000Z")
            terminal.tell(Seen(floor(LOADED.model_copy(update={"expected": waiting}))))
            await settled(terminal)
            assert terminal.desk.shown is Page.EXPECTED
            look(terminal, f"{waiting}")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_is_cut_off_on_the_smallest_screen(language: Language) -> None:
    await every_page(language, look_for_cuts, SMALL)


async def test_nothing_is_cut_off_on_a_large_screen() -> None:
    await every_page("kk", look_for_cuts, LARGE)


async def test_every_pair_of_colors_is_readable() -> None:
    await every_page("en", look_at_colors, SMALL)

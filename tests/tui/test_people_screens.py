"""The pages about people, as full as they come: nothing cut off, every colour readable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.tui.app import Terminal
from agent.tui.deliveries import Seen
from agent.tui.sheets.sheet import Page, Show
from agent.tui.texts import LANGUAGES, Language
from tests.tui.operating import LARGE, SMALL, settled
from tests.tui.people import PAGES
from tests.tui.test_screens import look_at_colors, look_for_cuts, terminal_in
from tests.tui.views import showing


async def every_page(language: Language, look: Callable[[Terminal, str], None], size: tuple[int, int]) -> None:
    async with terminal_in(language, size) as (terminal, _):
        for center, page, known in PAGES:
            terminal.tell(Seen(showing(center)))
            terminal.desk.path.go_home(None if page is Page.RUN else Show(page, known))
            await settled(terminal)
            terminal.draw()
            await settled(terminal)
            assert terminal.desk.shown is page
            look(terminal, f"{page} {known}")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_about_people_is_cut_off_on_the_smallest_screen(language: Language) -> None:
    await every_page(language, look_for_cuts, SMALL)


async def test_nothing_about_people_is_cut_off_on_a_large_screen() -> None:
    await every_page("kk", look_for_cuts, LARGE)


async def test_every_pair_of_colors_about_people_is_readable() -> None:
    await every_page("en", look_at_colors, SMALL)

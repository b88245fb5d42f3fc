"""The pages about people, as full as they come: nothing cut off, every colour readable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.core.work_center_view import WorkCenterView
from agent.tui.app import Terminal
from agent.tui.deliveries import Seen
from agent.tui.sheets.sheet import Page, Show
from agent.tui.texts import LANGUAGES, Language
from tests.tui.operating import LARGE, SMALL, settled
from tests.tui.people import ACKNOWLEDGED, MANNED, NOTE, OVERDUE, SIGNED, TECHNICIAN
from tests.tui.test_screens import look_at_colors, look_for_cuts, terminal_in
from tests.tui.views import LOCKED, SHIFT, STOP, showing

SHORT = NOTE.model_copy(update={"text": "Feeder jams"})
"""A longer one ends early in a list, and stands in full on its own page."""
NOTES = tuple(SHORT.model_copy(update={"note_id": f"note-{number}"}) for number in range(3))
CALLS = tuple(TECHNICIAN.model_copy(update={"role": role}) for role in ("maintenance", "quality", "logistics"))
BUSY = MANNED.model_copy(
    update={
        "handover": SIGNED,
        "calls": CALLS,
        "notes": (*NOTES, OVERDUE.model_copy(update={"text": SHORT.text})),
        "uncoded": 3,
        "open_nc": 2,
        "shift_figures": SHIFT,
        "stop": STOP,
    }
)
WRITTEN = {"text": "x" * 115}
PAGES: list[tuple[WorkCenterView, Page, dict[str, str]]] = [
    (MANNED.model_copy(update={"handover": SIGNED, "calls": CALLS[:1]}), Page.RUN, {}),
    (MANNED.model_copy(update={"notes": NOTES[:1]}), Page.HANDOVER, {}),
    (BUSY, Page.HANDOVER, {}),
    (BUSY.model_copy(update={"handover": ACKNOWLEDGED}), Page.HANDOVER, {}),
    (BUSY, Page.NOTES, {}),
    (MANNED.model_copy(update={"notes": (NOTE,)}), Page.NOTE, {"note_id": "note-1"}),
    (BUSY, Page.ADD_NOTE, {}),
    (BUSY, Page.ADD_NOTE, WRITTEN),
    (BUSY, Page.ADD_NOTE, {**WRITTEN, "owner": "quality"}),
    (BUSY, Page.CALL, {}),
    (BUSY, Page.CREW, {}),
    (BUSY, Page.PERSON, {"operator_id": "OP-7"}),
    (LOCKED, Page.SIGN_ON, {}),
    (LOCKED, Page.SIGN_ON, {"operator_id": "OP-7"}),
]


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

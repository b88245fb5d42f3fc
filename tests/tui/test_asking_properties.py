"""What a page takes for a number the agent takes too, and whatever way somebody goes through the pages is one."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from agent.core import arguments
from agent.core.entries import ACTIONS
from agent.core.errors import EntryRefusedError
from agent.core.expecting import FOR
from agent.tui.sheets import asking
from agent.tui.sheets.sheet import Page
from agent.tui.wording import Wording
from tests.tui.at_desk import AtDesk
from tests.tui.floor_views import CHECKING, FULL, LOADED, floor
from tests.tui.views import CENTER

WORDS = Wording("en", ZoneInfo("UTC"))
TYPED = st.one_of(
    st.text(alphabet="0123456789+-.,", max_size=12),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.text(max_size=6),
)
ENTRIES = Path(__file__).parents[2] / "docs" / "entries.md"
VIEWS = (FULL, floor(LOADED), floor(CHECKING), floor(CENTER), floor(CENTER.model_copy(update={"order": None})))
PAGES = (Page.LOTS, Page.OUTPUT, Page.SCRAP, Page.QUALITY)


@given(TYPED)
def test_a_number_that_a_page_takes_the_agent_takes_as_the_same(text: str) -> None:
    found = asking.number(text, WORDS)
    if isinstance(found, Decimal):
        assert arguments.number({"value": asking.plain(found)}, "value") == found


@given(TYPED)
def test_a_page_takes_as_parts_what_the_agent_takes_and_nothing_else(text: str) -> None:
    found = asking.parts(text, WORDS)
    try:
        wanted = arguments.whole({"qty": text.strip()}, "qty", lowest=1)
    except EntryRefusedError:
        # Such as 5,0, which is 5: the page writes it as the agent wants it.
        if isinstance(found, Decimal):
            assert arguments.whole({"qty": asking.plain(found)}, "qty", lowest=1) == found
    else:
        assert found == wanted


STEPS = st.one_of(
    st.sampled_from(PAGES).map(lambda page: ("open", page)),
    st.integers(0, 9).map(lambda digit: ("press", digit)),
    st.just(("enter", None)),
    st.just(("enter", None)),
    st.just(("escape", None)),
    st.sampled_from(["1", "5", "0", "-2", "0,5", "30", "28", "X-9"]).map(lambda text: ("type", text)),
    st.integers(0, len(VIEWS) - 1).map(lambda number: ("see", number)),
)


def listed() -> dict[str, set[str]]:
    """Arguments of each action, as the page of entries has them."""
    rows = [line.split("|") for line in ENTRIES.read_text("utf-8").splitlines() if line.startswith("| `")]
    return {
        action: set(re.findall(r"[a-z_0-9]+", re.sub(r"\([^)]*\)", "", row[2])))
        for row in rows
        for action in re.findall(r"`([a-z_]+)`", row[1])
    }


LISTED = listed()


@given(st.lists(STEPS, max_size=25))
def test_whatever_way_somebody_goes_only_entries_that_there_are_come_of_it(steps: list[tuple[str, object]]) -> None:
    desk = AtDesk(FULL)
    for step in steps:
        match step:
            case "open", Page() as page:
                desk.open(page)
            case "press", int(digit):
                desk.press(digit)
            case "type", str(text):
                desk.type(text)
            case "see", int(number):
                desk.see(VIEWS[number])
            case "enter", _:
                desk.enter()
            case _:
                desk.escape()
        assert desk.sheet.title or desk.page is Page.RUN
    for action, said in desk.sent:
        if action != "scan":
            known = {"action", *FOR[said["action"]]} if action == "expect_scan" else LISTED[action]
            assert action in ACTIONS
            assert set(said) <= known

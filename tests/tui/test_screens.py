"""What is drawn: nothing cut off at 80 by 24 in any language, and every pair of colours readable."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from decimal import Decimal
from string import Formatter
from textwrap import wrap
from zoneinfo import ZoneInfo

import pytest
from textual.pilot import Pilot

from agent.core.errors import EntryRefusedError
from agent.core.machine.conditions import Condition, Mode
from agent.core.replies import refused
from agent.core.sentences import say
from agent.core.terminal_settings import THEMES, TerminalSettings, ThemeName
from agent.core.views import AgentView, AlarmView, EntryBody, Reply
from agent.core.work_center_view import ScanView
from agent.intake import STORAGE_FULL
from agent.tui.app import Terminal
from agent.tui.connection import Loss
from agent.tui.deliveries import Answered, Delayed, Deliveries, GivenUp, Lost, News, Seen
from agent.tui.panels import Line
from agent.tui.sheets.sheet import Page, Show
from agent.tui.texts import LANGUAGES, Language
from agent.tui.wording import Wording
from tests.tui import stop_views
from tests.tui.operating import LARGE, SMALL, settled
from tests.tui.spoken import patterns_of_the_agent
from tests.tui.views import (
    ASKING,
    CENTER,
    IN_SHIFT,
    LOCKED,
    NEXT,
    NOON,
    ORDER,
    PIN_ASKED,
    SHIFT,
    STOP,
    STOPPED,
    VIEW,
    showing,
)

LEAST_CONTRAST: dict[ThemeName, float] = {"dark": 4.5, "light": 4.5, "high_contrast": 7.0}
"""WCAG 2.1, levels AA and AAA, for text of any size."""

ENDS_WITH_DATA = {"item", *(f"sheet-{digit}" for digit in range(1, 10))}
"""An item's description, of any length, may end early where everything else still fits."""

LONGEST = say(
    "{title} ({ai}) '{value}' has {found} characters instead of {wanted}: the code is cut off, or it lacks a "
    "separator. Scan again; if it comes again, the label or the reader's setting is wrong.",
    title="USE BY OR EXPIRY",
    ai="7003",
    value="ABCDEFGHIJKLMNOPQRST",
    found="20",
    wanted="1-20",
)
"""The longest sentence that the agent says."""
REFUSED = refused(EntryRefusedError("MALFORMED", LONGEST))

START = EntryBody(
    client_id="client-1",
    wc_id="WC-12",
    action="start_operation",
    arguments={"order_id": "PO-1001", "op_no": "20"},
)


def centers() -> list[AgentView]:
    """Every condition, mode, kind of stop and state of the uplink, the machine's link lost among them."""
    views = [
        showing(CENTER.model_copy(update={"condition": condition, "mode": mode, "link_up": link_up}))
        for condition, mode, link_up in zip(Condition, [*Mode, *Mode][: len(Condition)], [True, False] * 4, strict=True)
    ]
    for kind in ("minor", "down", "setup", "external", "planned", "unknown"):
        reason = "TOOL" if kind in {"setup", "external"} else None
        stop = STOP.model_copy(update={"stop_class": kind, "reason_code": reason})
        views.append(showing(STOPPED.model_copy(update={"stop": stop})))
    for state in ("online", "sending", "not_confirming", "offline"):
        uplink = VIEW.uplink.model_copy(
            update={
                "state": state,
                "waiting": 1234567,
                "parked": 12,
                "autonomy_s": 1234567.0,
                "oldest_age_s": 1234567.0,
            }
        )
        views.append(VIEW.model_copy(update={"uplink": uplink, "execution_mode": "simulation", "speed": 1000.0}))
    alarm = AlarmView(code="storage", since=NOON, text="space for facts is scarce: " + "free space on the disk; " * 9)
    views.append(showing(STOPPED).model_copy(update={"alarms": (alarm,)}))
    lost = {"link_up": False, "readers_down": ("hand-1", "gate-1")}
    views.append(showing(CENTER.model_copy(update=lost)))
    views.append(showing(CENTER.model_copy(update={"shift_figures": SHIFT, "uncoded": 12})))
    standing = {"stop": STOP, "condition": Condition.FAULTED}
    views += [showing(IN_SHIFT), showing(IN_SHIFT.model_copy(update=standing))]
    system = STOP.model_copy(update={"reason_code": "WAITING_DOWNSTREAM"})
    views.append(showing(STOPPED.model_copy(update={"stop": system, "shift_figures": SHIFT})))
    bare = {"order": None, "orders": (), "lots": (), "last_serial": None, "events": ()}
    return [*views, showing(CENTER.model_copy(update=bare), CENTER)]


def replies() -> list[News]:
    return [
        Answered(START, Reply(accepted=True, code="ok", message="Order PO-1001 started.")),
        Answered(START, REFUSED),
        Answered(START, Reply(accepted=False, code="NO_ORDER", message="Unit SN1 needs an order. " * 4)),
        Delayed(START),
        GivenUp(START, unsent=3),
    ]


@asynccontextmanager
async def terminal_in(
    language: Language, size: tuple[int, int] = SMALL, theme: ThemeName = "dark"
) -> AsyncIterator[tuple[Terminal, Pilot[None]]]:
    """A terminal without an agent: it is told everything."""
    terminal = Terminal(Deliveries(), None, language, TerminalSettings(theme=theme))
    async with terminal.run_test(size=size) as pilot:
        yield terminal, pilot


async def every_screen(
    language: Language, look: Callable[[Terminal, str], None], size: tuple[int, int], theme: ThemeName = "dark"
) -> None:
    """Looks at every kind of screen."""
    async with terminal_in(language, size, theme) as (terminal, _):

        async def show(what: str, *news: News) -> None:
            for one in news:
                terminal.tell(one)
            await settled(terminal)
            terminal.draw()  # the size of what came to the screen is known now
            await settled(terminal)
            look(terminal, what)

        for loss in Loss:
            await show(f"before the first view, {loss}", Lost(loss))
        for view in centers():
            await show(f"{view}", Seen(view))
        for reply in replies():
            await show(f"{reply}", reply)
        terminal.desk.back(0.0)
        await show("stop", Seen(showing(IN_SHIFT.model_copy(update={"stop": STOP}))))
        for page in (Page.STOPS, Page.ORDERS, Page.LOSSES, Page.HELP, Page.SYNC):
            terminal.desk.open_page(page, 0.0)
            await show(page, Answered(START, REFUSED))
        terminal.desk.path.go_home(Show(Page.FINISH, {"order_id": "PO-1001", "op_no": "20"}))
        await show("question")
        for view, wanted in stop_views.screens():
            terminal.desk.path.go_home()
            terminal.tell(Seen(view))
            await settled(terminal)
            scene = terminal.desk.scene(0.0)
            assert wanted.page is Page.RUN or terminal.desk.path.go_on(wanted, scene) is None
            await show(f"{wanted}")
        terminal.desk.path.go_home()
        for page, center in ((Page.QUESTION, ASKING), (Page.LOCKED, LOCKED), (Page.LOCKED, PIN_ASKED)):
            await show(f"{page}: {center}", Seen(showing(center)))
            assert terminal.desk.shown is page
        terminal.desk.path.go_home()
        for loss in Loss:
            await show(f"{loss}", Seen(VIEW), Lost(loss))


def shown_in(terminal: Terminal, line: Line) -> str:
    """What stands on the screen where this line is."""
    x, y, width, height = line.region
    strips = terminal.screen._compositor.render_strips()[y : y + height]
    return "".join(strip.crop(x, x + width).text for strip in strips)


def look_for_cuts(terminal: Terminal, what: str) -> None:
    for line in terminal.screen.query(Line):
        if line.id != "events" and all(node.display and node.visible for node in line.ancestors_with_self):
            wanted, shown = "".join(line.said.split()), "".join(shown_in(terminal, line).split())
            if line.id in ENDS_WITH_DATA and "HOUSING-01" in shown:
                shown = wanted if wanted.startswith(shown.rstrip("…")) else shown
            assert shown == wanted, f"{line} is cut off in: {what}"


def luminance(color: Iterable[int]) -> float:
    """Relative luminance of WCAG 2.1."""
    parts = [part / 255 for part in color]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Iterable[int], other: Iterable[int]) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def look_at_colors(terminal: Terminal, what: str) -> None:
    pairs = {
        (tuple(segment.style.color.get_truecolor()), tuple(segment.style.bgcolor.get_truecolor())): segment.text
        for strip in terminal.screen._compositor.render_strips()
        for segment in strip
        if segment.text.strip() and segment.style and segment.style.color and segment.style.bgcolor
    }
    assert pairs
    least = next(least for name, least in LEAST_CONTRAST.items() if name == terminal.theme)
    weak = {text: pair for pair, text in pairs.items() if contrast(*pair) < least}
    assert weak == {}, what


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_is_longer_than_the_longest_that_fits(language: Language) -> None:
    words = Wording(language, ZoneInfo("UTC"))
    width, rows = SMALL[0] - 2, 3
    for pattern in {text for _, text in patterns_of_the_agent() if text}:
        names = [name for _, name, _, _ in Formatter().parse(pattern) if name]
        values = {**dict.fromkeys(names, "ABCDEFGH-1"), **{n: v for n, v in LONGEST.values.items() if n in names}}
        said = words.answer(pattern, values, pattern.format(**values))
        assert len(wrap(f"× {words.say('REFUSED')}  {said}", width)) <= rows, said


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_is_cut_off_on_the_smallest_screen(language: Language) -> None:
    await every_screen(language, look_for_cuts, SMALL)


async def test_nothing_is_cut_off_on_a_large_screen() -> None:
    await every_screen("kk", look_for_cuts, LARGE)


@pytest.mark.parametrize("theme", THEMES)
async def test_every_pair_of_colors_is_readable(theme: ThemeName) -> None:
    await every_screen("en", look_at_colors, SMALL, theme)


async def test_the_theme_of_the_configuration_is_drawn_and_the_next_ones_follow_in_turn() -> None:
    async with terminal_in("en", theme="light") as (terminal, pilot):
        terminal.tell(Seen(VIEW))
        seen = []
        for _ in THEMES:
            await settled(terminal)
            seen.append((terminal.theme, terminal.screen.styles.background.hex))
            await pilot.press("shift+f11")
        await pilot.pause()
        assert seen == [("light", "#F4F6F8"), ("high_contrast", "#000000"), ("dark", "#10151A")]
        assert terminal.theme == "light"


async def test_a_quantity_is_written_as_the_language_does() -> None:
    order = ORDER.model_copy(update={"qty_good": Decimal("1240.500")})
    async with terminal_in("kk") as (terminal, pilot):
        terminal.tell(Seen(showing(CENTER.model_copy(update={"order": order}))))
        await pilot.pause()
        assert terminal.screen.query_one("#good", Line).said == "ЖАРАМДЫ  1\N{NO-BREAK SPACE}240,5"


async def test_markup_in_a_text_from_outside_is_only_text() -> None:
    scan = ScanView(
        time=NOON, text="[red]", reader="gun", accepted=False, code="UNKNOWN_CODE", message="'[b]x[/b]' is no code [/]"
    )
    async with terminal_in("en") as (terminal, pilot):
        terminal.tell(Seen(VIEW))
        terminal.tell(Seen(showing(CENTER.model_copy(update={"last_scan": scan}))))
        await pilot.pause()
        assert (
            shown_in(terminal, terminal.screen.query_one("#feedback", Line)).strip().startswith("× REFUSED  '[b]x[/b]'")
        )


async def test_orders_stand_in_columns_with_their_status() -> None:
    async with terminal_in("en", LARGE) as (terminal, pilot):
        done = NEXT.model_copy(update={"order_id": "PO-9", "status": "completed"})
        terminal.tell(Seen(showing(CENTER.model_copy(update={"orders": (ORDER, NEXT, done)}))))
        await pilot.press("f7")
        assert [terminal.screen.query_one(f"#sheet-{digit}", Line).said for digit in (1, 2, 3)] == [
            "1  PO-1001 / 20   2,000 pcs   ► IN PROGRESS   HOUSING-01  Housing, assembled",
            "2  PO-1002 / 20   2,000 pcs                   HOUSING-01  Housing, assembled",
            "3  PO-9 / 20      2,000 pcs   √ COMPLETED     HOUSING-01  Housing, assembled",
        ]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "storage is full"), ("ru", "память заполнена"), ("kk", "жад толы")]
)
async def test_a_scan_refused_for_want_of_space_is_worded_in_the_operators_language(
    language: Language, said: str
) -> None:
    scan = ScanView(
        time=NOON, text="SN:1", reader="gun", **STORAGE_FULL.model_dump(exclude={"fact_ids", "let_in", "session"})
    )
    alarm = AlarmView(code="storage", since=NOON, text="space for facts is reserve")
    view = showing(CENTER.model_copy(update={"last_scan": scan})).model_copy(update={"alarms": (alarm,)})
    async with terminal_in(language) as (terminal, pilot):
        terminal.tell(Seen(showing(CENTER)))
        terminal.tell(Seen(view))
        await pilot.pause()
        assert said in terminal.desk.feedback.text
        assert "space for facts is reserve" in terminal.desk.notice()

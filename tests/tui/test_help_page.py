"""Help, and what maintenance looks at: from the keys to the sheets."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.core.terminal_settings import TerminalSettings
from agent.core.views import AgentView, AlarmView, UplinkView
from agent.tui import delivery
from agent.tui.app import Terminal
from agent.tui.deliveries import Deliveries, Seen
from agent.tui.panels import Line
from agent.tui.sheets.sheet import Page
from tests.tui.at_desk import AT, AtDesk
from tests.tui.operating import SMALL, operating
from tests.tui.views import IN_SHIFT, LOCKED, NOON, VIEW, showing

DISK = AlarmView(code="storage", since=NOON, text="space for facts is scarce: see to the MES, or make room on the disk")
PARKED = AlarmView(code="parked", since=NOON, text="2 facts were not taken; look at them with 'lineside parked'")


def delivering(*alarms: AlarmView, **uplink: object) -> AgentView:
    return showing(IN_SHIFT).model_copy(
        update={"uplink": VIEW.uplink.model_copy(update=uplink), "alarms": alarms}, deep=True
    )


def state(view: AgentView) -> tuple[str, str]:
    scene = AtDesk(view).desk.scene(AT)
    assert scene is not None
    return delivery.state(scene)


def page(desk: AtDesk) -> Page:
    return desk.desk.shown


def lines(desk: AtDesk) -> tuple[str, ...]:
    return desk.desk.sheet(AT).lines


@pytest.mark.parametrize(
    ("view", "said", "color"),
    [
        (delivering(), "● ONLINE", "online"),
        (delivering(state="sending", waiting=1234), "▲ SENDING 1,234", "sending"),
        (delivering(state="offline", waiting=3), "× OFFLINE since 12:00, 3 stored", "offline"),
        (
            delivering(state="offline", waiting=3, parked=1, autonomy_s=111_600.0),
            "× OFFLINE since 12:00, 3 stored, room for 31 h",
            "offline",
        ),
        (
            delivering(DISK, state="offline", waiting=3, autonomy_s=5000.0),
            "× OFFLINE since 12:00, DISK LOW, room for 83 min",
            "offline",
        ),
        (delivering(state="not_confirming", waiting=3), "! MES NOT CONFIRMING, 3 stored", "not_confirming"),
        (delivering(parked=2), "! REJECTED 2", "rejected"),
        (delivering(PARKED, DISK, parked=2, state="sending"), "! DISK LOW", "disk"),
    ],
)
def test_the_banner_says_how_delivery_goes(view: AgentView, said: str, color: str) -> None:
    assert state(view) == (said, color)


def test_help_leads_to_what_has_no_key_of_its_own() -> None:
    desk = AtDesk(showing(IN_SHIFT)).open(Page.HELP)
    assert [choice.label for choice in desk.desk.sheet(AT).choices] == [
        "What stops cost in this shift",
        "Sync and diagnostics",
        "Colours: dark",
        "Language: English",
        "Crew",
        "Quit",
    ]
    desk.press(3)
    assert desk.desk.theme == "light"
    desk.press(4)
    assert desk.desk.tongue.language == "ru"
    assert desk.desk.sheet(AT).title == "Помощь"
    desk.press(1)
    assert page(desk) is Page.LOSSES
    desk.escape()
    assert page(desk) is Page.HELP


def test_help_ends_the_terminal_but_not_at_a_kiosk() -> None:
    desk = AtDesk(showing(IN_SHIFT)).open(Page.HELP)
    desk.desk.is_kiosk = True
    assert len(desk.desk.sheet(AT).choices) == 5
    desk.desk.quit()
    assert not desk.desk.is_over
    desk.desk.is_kiosk = False
    desk.press(6)
    assert desk.desk.is_over


def test_what_is_only_looked_at_opens_at_a_locked_work_center_too() -> None:
    desk = AtDesk(showing(LOCKED)).open(Page.HELP).press(2)
    assert page(desk) is Page.SYNC
    desk.escape().escape()
    assert page(desk) is Page.LOCKED


def test_diagnostics_say_everything_about_delivery_links_clock_and_versions() -> None:
    desk = AtDesk(delivering(state="offline", waiting=1312, oldest_age_s=740.0, autonomy_s=111_600.0, parked=2))
    assert lines(desk.open(Page.SYNC)) == (
        "MES: × OFFLINE since 12:00, 1,312 stored, room for 31 h",
        "Waiting: 1,312   Oldest: 0:12:20",
        "Last confirmed: 04.03.26 12:00:00   Rejected: 2",
        "The disk has room for: 31 h",
        "● Linked to the machine since 04.03 06:00   Last reading: 12:00:00",
        "Clock: 04.03.26 12:00:00, Asia/Almaty",
        f"Agent 0.1.0 (agent-a, ala1)   Terminal {VIEW.version}   API 6",
        "Discrepancies to resolve: 0",
        "√ No alarm.",
    )


def test_diagnostics_name_a_batch_and_links_that_are_lost() -> None:
    batch = {"held": 40, "next_batch": "2026-03-04T08:00:00.000Z"}
    center = IN_SHIFT.model_copy(update={"link_up": False, "link_reason": "timeout", "readers_down": ("gate-1",)})
    view = showing(center).model_copy(update={"uplink": UplinkView(**{**VIEW.uplink.model_dump(), **batch})})
    said = lines(AtDesk(view).open(Page.SYNC))
    assert "Waiting: 0   Oldest: –   Next batch: 40 at 13:00" in said
    assert said[4:7] == (
        "× No link to the machine since 04.03 06:00   Last reading: 12:00:00",
        "timeout",
        "× No link to the reader: gate-1",
    )


def test_alarms_are_read_in_full_one_after_the_other() -> None:
    desk = AtDesk(delivering(DISK, PARKED)).open(Page.SYNC).press(1)
    assert lines(desk) == ("storage   since 04.03 12:00", DISK.text)
    desk.enter()
    assert lines(desk) == ("parked   since 04.03 12:00", PARKED.text)
    assert desk.desk.sheet(AT).primary is None
    desk.see(delivering(DISK))
    assert lines(desk) == ("storage   since 04.03 12:00", DISK.text)


async def test_help_works_without_an_agent_and_says_what_does_not(socket: Path) -> None:
    async with operating(socket) as operator:
        await operator.press("f1")
        await operator.sees("2  Sync and diagnostics")
        await operator.press("2")
        await operator.sees("The agent has not been reached yet.")
        await operator.press("3")
        await operator.sees("Colours: light")
        assert operator.terminal.theme == "light"


async def test_while_the_mes_is_away_the_screen_says_that_nothing_is_blocked() -> None:
    terminal = Terminal(Deliveries(), None, "en", TerminalSettings())
    async with terminal.run_test(size=SMALL) as pilot:
        terminal.tell(Seen(delivering(state="offline")))
        await pilot.pause()
        said = terminal.screen.query_one("#feedback", Line)
        assert said.said.startswith("Without the MES nothing is blocked.")
        terminal.tell(Seen(delivering()))
        await pilot.pause()
        assert said.said == ""


async def test_a_finger_types_a_quantity_on_the_screen() -> None:
    terminal = Terminal(Deliveries(), None, "ru", TerminalSettings())
    async with terminal.run_test(size=SMALL) as pilot:
        terminal.tell(Seen(showing(IN_SHIFT)))
        await pilot.pause()
        terminal.desk.open_page(Page.SCRAP, AT)
        terminal.draw()
        await pilot.pause()
        for key in ("#pad-1", "#pad-2", "#pad-9", "#pad-erase", "#pad-point", "#pad-5"):
            await pilot.click(key)
        assert terminal.desk.line == "12.5"
        await pilot.click("#pad-enter")
        assert terminal.desk.line == ""
        assert terminal.desk.path.page is Page.SCRAP

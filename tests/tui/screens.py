"""The terminal's screens for people to look at: what the agent says, which page is open, what was answered.

The plant's clock stands still, so that each screen is drawn alike whenever it is drawn.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from agent.core.errors import EntryRefusedError
from agent.core.machine.conditions import Condition
from agent.core.replies import refused
from agent.core.sentences import say
from agent.core.terminal_settings import TerminalSettings, ThemeName
from agent.core.views import AgentView, CodeView, EntryBody, ListView, Reply
from agent.core.work_center_view import ClosedStopView, WorkCenterView
from agent.tui import feedback
from agent.tui.app import Terminal
from agent.tui.connection import Loss
from agent.tui.deliveries import Answered, Deliveries, Lost, News, Seen
from agent.tui.sheets.sheet import Page, Show
from agent.tui.texts import Language
from tests.tui.floor_views import CHECKING, LOADED
from tests.tui.operating import settled
from tests.tui.people import MANNED, NOTE
from tests.tui.views import IN_SHIFT, NOON, STOP, VIEW

_AT = 0.0
_QUARTER_AGO = "2026-03-04T06:45:00.000Z"
_MADE_SINCE = Decimal(118)
_RUN = Show(Page.RUN)


@dataclass(frozen=True, slots=True)
class Screen:
    """One of them."""

    name: str
    center: WorkCenterView
    show: Show = _RUN
    news: tuple[News, ...] = ()
    """What comes after the agent's view."""
    view: AgentView = VIEW
    """What the agent says of all but the work center."""

    @property
    def seen(self) -> AgentView:
        """What the agent says, with a clock that stands still."""
        return self.view.model_copy(update={"work_centers": (self.center,), "speed": 0.0, "lists": _LISTS})

    @property
    def earlier(self) -> AgentView:
        """What it said a quarter of an hour before: the terminal knows the pace by it."""
        order = self.center.order
        if order is None:
            return self.seen
        less = order.model_copy(update={"qty_good": order.qty_good - _MADE_SINCE})
        center = self.center.model_copy(update={"order": less})
        return self.seen.model_copy(update={"plant_time": _QUARTER_AGO, "work_centers": (center,)})


def _codes(*texts: tuple[str, str, str, str]) -> ListView:
    return ListView(codes=tuple(CodeView(code=code, text={"en": en, "ru": ru, "kk": kk}) for code, en, ru, kk in texts))


_LISTS = {
    "defects": _codes(
        ("SCRATCH", "Scratch", "Царапина", "Сызат"),
        ("BURR", "Burr", "Заусенец", "Қылау"),
        ("DENT", "Dent", "Вмятина", "Майысу"),
    ),
    "holds": _codes(("SUSPECT", "Suspect", "Подозрение", "Күмән")),
    "interruptions": _codes(("NO_CREW", "No crew", "Нет бригады", "Бригада жоқ")),
}

_LINE = IN_SHIFT.model_copy(
    update={
        "crew": MANNED.crew,
        "components": LOADED.components,
        "loaded": LOADED.loaded,
        "lots": tuple(lot.lot_id for lot in LOADED.loaded),
        "quality": CHECKING.quality,
    }
)
_UNEXPLAINED = ClosedStopView(
    stop_id="c-1",
    stop_class="down",
    condition=Condition.FAULTED,
    start="2026-03-04T03:09:00.000Z",
    end="2026-03-04T03:18:00.000Z",
    reason_code="UNCODED",
    unexplained="c-1.1",
    segment_id="c-1.1",
)
_SINCE_MORNING = _UNEXPLAINED.model_copy(
    update={
        "stop_id": "c-2",
        "segment_id": "c-2.1",
        "unexplained": "c-2.1",
        "condition": Condition.STARVED,
        "start": "2026-03-04T05:33:00.000Z",
        "end": "2026-03-04T05:45:00.000Z",
    }
)
_OF_LAST_SHIFT = _UNEXPLAINED.model_copy(
    update={
        "stop_id": "c-0",
        "segment_id": "c-0.1",
        "unexplained": "c-0.1",
        "start": "2026-03-04T01:12:00.000Z",
        "end": "2026-03-04T01:20:00.000Z",
        "late": True,
    }
)


def _line(**changed: object) -> WorkCenterView:
    return _LINE.model_copy(update=changed)


def _standing(condition: Condition = Condition.FAULTED, **changed: object) -> WorkCenterView:
    stop = STOP.model_copy(update={"condition": condition, **changed})
    return _line(condition=condition, condition_since=stop.start, stop=stop)


def _delivering(state: str, **changed: object) -> AgentView:
    told = {"state": state, "since": "2026-03-04T06:12:00.000Z", "waiting": 312, "last_ack": "2026-03-04T06:12:00.000Z"}
    return VIEW.model_copy(update={"uplink": VIEW.uplink.model_copy(update=told | changed)})


_START = EntryBody(
    client_id="client-1",
    wc_id="WC-12",
    action="start_operation",
    arguments={"order_id": "PO-1001", "op_no": "20"},
)
_ACCEPTED = Answered(
    _START,
    Reply(
        accepted=True,
        code="ok",
        message="Lot L-77 loaded.",
        pattern="Lot {lot_id} loaded.",
        values={"lot_id": "L-77"},
    ),
)
_WRONG = refused(
    EntryRefusedError(
        "LOT_ON_HOLD",
        say("Lot {lot_id} is on hold: {reason}. Take another one, or ask quality.", lot_id="L-78", reason="SUSPECT"),
    )
)


def principal() -> tuple[Screen, ...]:
    """Those that docs/terminal.md shows."""
    page = {one: Show(one) for one in Page}
    unexplained = _line(closed_stops=(_UNEXPLAINED, _SINCE_MORNING, _OF_LAST_SHIFT), uncoded=2)
    sending = _delivering("sending", last_ack=NOON, oldest_age_s=95.0, autonomy_s=111_600.0)
    left = _line(notes=(NOTE,), handover=None, shift_figures=IN_SHIFT.shift_figures, open_nc=1)
    return (
        Screen("locked", _line(locked=True, crew=())),
        Screen("run", _LINE),
        Screen("stop", _standing()),
        Screen("stops", unexplained, page[Page.STOPS]),
        Screen("lots", _LINE, page[Page.LOTS]),
        Screen("output", _line(counts_output=False), page[Page.OUTPUT]),
        Screen("scrap", _LINE, page[Page.SCRAP]),
        Screen("quality", _LINE, page[Page.QUALITY]),
        Screen("orders", _LINE, page[Page.ORDERS]),
        Screen("call", _LINE, page[Page.CALL]),
        Screen("handover", left, page[Page.HANDOVER]),
        Screen(
            "sync",
            _LINE,
            page[Page.SYNC],
            view=sending,
        ),
        Screen("losses", _LINE, page[Page.LOSSES]),
        Screen("help", _LINE, page[Page.HELP]),
        Screen("offline", _LINE, view=_delivering("offline", autonomy_s=111_600.0)),
        Screen("lost", _LINE, news=(Lost(Loss.ABSENT),)),
        Screen("refused", _LINE, news=(Answered(_START, _WRONG),)),
    )


@asynccontextmanager
async def standing(language: Language, size: tuple[int, int], theme: ThemeName = "dark") -> AsyncIterator[Terminal]:
    """A terminal without an agent."""
    terminal = Terminal(Deliveries(), None, language, TerminalSettings(theme=theme))
    async with terminal.run_test(size=size):
        await settled(terminal)
        yield terminal


async def draw(terminal: Terminal, screen: Screen) -> None:
    """Draws one screen, whatever stood there before.

    Raises:
        AssertionError: the page has nothing to show.
    """
    desk = terminal.desk
    desk.path.go_home()
    desk.feedback = feedback.QUIET
    for news in (Seen(screen.earlier), Seen(screen.seen)):
        desk.hear(news, _AT)
    if screen.show.page is Page.HELP:
        desk.open_page(Page.HELP, _AT)
    elif screen.show.page is not Page.RUN:
        said = desk.path.go_on(screen.show, desk.scene(_AT))
        assert said is None, said
    for one in screen.news:
        desk.hear(one, _AT)
    for _ in range(2):  # the size of what came to the screen is known the second time
        terminal.draw()
        await settled(terminal)

"""The terminal's screens for people to look at: what the agent says, which page is open, what was answered.

The plant's clock stands still, so that each screen is drawn alike whenever it is drawn.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from agent.core.errors import EntryRefusedError
from agent.core.machine.conditions import Condition
from agent.core.replies import refused
from agent.core.sentences import say
from agent.core.stops.stop_view import ClosedStopView
from agent.core.terminal_settings import TerminalSettings, ThemeName
from agent.core.views import AgentView, CodeView, EntryBody, ListView, Reply, UplinkView
from agent.core.work_center_view import ExpectedView, WorkCenterView
from agent.tui import feedback
from agent.tui.app import Terminal
from agent.tui.connection import Loss
from agent.tui.deliveries import Answered, Delayed, Deliveries, GivenUp, Lost, News, Seen
from agent.tui.sheets.sheet import Page, Show
from agent.tui.texts import Language
from tests.tui import stop_views
from tests.tui.floor_views import CHECKING, FULL, LOADED, SHOWS
from tests.tui.operating import settled
from tests.tui.people import MANNED, NOTE, PAGES
from tests.tui.views import ASKING, IN_SHIFT, NOON, PIN_ASKED, STOP, VIEW, showing

_AT = 0.0
_QUARTER_AGO = "2026-03-04T06:45:00.000Z"
_MADE_SINCE = Decimal(118)
_RUN = Show(Page.RUN)


@dataclass(frozen=True, slots=True)
class Screen:
    """One of them."""

    name: str
    view: AgentView
    show: Show = _RUN
    news: tuple[News, ...] = ()
    """What comes after the agent's view."""

    @property
    def seen(self) -> AgentView:
        """What the agent says, with a clock that stands still."""
        return self.view.model_copy(update={"speed": 0.0})

    @property
    def earlier(self) -> AgentView:
        """What it said a quarter of an hour before: the terminal knows the pace by it."""
        centers = tuple(_with_less(center) for center in self.view.work_centers)
        return self.seen.model_copy(update={"plant_time": _QUARTER_AGO, "work_centers": centers})


def _with_less(center: WorkCenterView) -> WorkCenterView:
    order = center.order
    if order is None:
        return center
    less = order.model_copy(update={"qty_good": order.qty_good - _MADE_SINCE})
    return center.model_copy(update={"order": less})


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


def _line(uplink: UplinkView = VIEW.uplink, **changed: object) -> AgentView:
    center = _LINE.model_copy(update=changed)
    return showing(center).model_copy(update={"uplink": uplink, "lists": _LISTS})


def _delivering(state: str, **changed: object) -> UplinkView:
    told = {"state": state, "since": "2026-03-04T06:12:00.000Z", "waiting": 312, "last_ack": "2026-03-04T06:12:00.000Z"}
    return VIEW.uplink.model_copy(update=told | {"autonomy_s": 111_600.0} | changed)


_START = EntryBody(
    client_id="client-1",
    wc_id="WC-12",
    action="start_operation",
    arguments={"order_id": "PO-1001", "op_no": "20"},
)
_LOADED = say("Lot {lot_id} loaded.", lot_id="L-77")
_ON_HOLD = say("Lot {lot_id} is on hold: {reason}. Take another one, or ask quality.", lot_id="L-78", reason="SUSPECT")


def principal() -> tuple[Screen, ...]:
    """Those that docs/terminal.md shows."""
    run = _line()
    stopped = _line(condition=Condition.FAULTED, condition_since=STOP.start, stop=STOP)
    unexplained = _line(closed_stops=(_UNEXPLAINED, _SINCE_MORNING, _OF_LAST_SHIFT), uncoded=2)
    sending = _delivering("sending", last_ack=NOON, oldest_age_s=95.0)
    on_hold = Answered(_START, refused(EntryRefusedError("LOT_ON_HOLD", _ON_HOLD)))
    return (
        Screen("locked", _line(locked=True, crew=())),
        Screen("run", run),
        Screen("stop", stopped),
        Screen("stops", unexplained, Show(Page.STOPS)),
        Screen("lots", run, Show(Page.LOTS)),
        Screen("output", _line(counts_output=False), Show(Page.OUTPUT)),
        Screen("scrap", run, Show(Page.SCRAP)),
        Screen("quality", run, Show(Page.QUALITY)),
        Screen("orders", run, Show(Page.ORDERS)),
        Screen("call", run, Show(Page.CALL)),
        Screen("handover", _line(notes=(NOTE,), open_nc=1), Show(Page.HANDOVER)),
        Screen("sync", _line(sending), Show(Page.SYNC)),
        Screen("losses", run, Show(Page.LOSSES)),
        Screen("help", run, Show(Page.HELP)),
        Screen("offline", _line(_delivering("offline"))),
        Screen("lost", run, news=(Lost(Loss.ABSENT),)),
        Screen("refused", run, news=(on_hold,)),
    )


def everything() -> dict[str, Screen]:
    """Every page with each question on it, every condition, answer and way to the MES, by a name of its own."""
    screens = {screen.name: screen for screen in principal()}
    for screen in _others():
        names = (f"{screen.name}{end}" for end in ("", *(f"-{number}" for number in range(2, 100))))
        screens[next(name for name in names if name not in screens)] = screen
    return screens


def _others() -> Iterator[Screen]:
    for condition in Condition:
        yield Screen(f"condition-{condition.lower()}", _line(condition=condition))
    for state in ("sending", "not_confirming"):
        yield Screen(f"uplink-{state}", _line(_delivering(state)))
    yield Screen("uplink-rejected", _line(VIEW.uplink.model_copy(update={"parked": 2})))
    yield Screen("link-lost", _line(link_up=False, readers_down=("hand-1",)))
    yield Screen("without-order", _line(order=None, orders=(), lots=(), loaded=(), components=(), last_serial=None))
    yield Screen("pin", showing(PIN_ASKED))
    yield Screen("question", showing(ASKING))
    waiting = ExpectedView(action="load_lot", arguments={"swap": "L-77"}, until="2026-03-04T07:02:00.000Z")
    yield Screen("expected", _line(expected=waiting))
    accepted = Reply(
        accepted=True, code="ok", message=str(_LOADED), pattern=_LOADED.pattern, values=dict(_LOADED.values)
    )
    yield Screen("accepted", _line(), news=(Answered(_START, accepted),))
    yield Screen("delayed", _line(), news=(Delayed(_START),))
    yield Screen("given-up", _line(), news=(GivenUp(_START, unsent=3),))
    for loss in (loss for loss in Loss if loss is not Loss.ABSENT):
        yield Screen(f"lost-{loss.value.replace(' ', '-')}", _line(), news=(Lost(loss),))
    yield Screen("finish", _line(), Show(Page.FINISH, {"order_id": "PO-1001", "op_no": "20"}))
    yield from (Screen(show.page, view, show) for view, show in stop_views.screens())
    yield from (Screen(show.page, FULL, show) for show in SHOWS)
    yield from (Screen(page, showing(center), Show(page, known)) for center, page, known in PAGES)


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

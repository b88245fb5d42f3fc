"""What the operator stands before: which work center, page and language, and what keys, scans and news do to them.

Knows nothing of the screen. Time comes in as monotonic seconds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal, TypeAlias
from uuid import uuid4
from zoneinfo import ZoneInfo

from agent.core.codes.badges import BADGE
from agent.core.views import LONGEST_CODE, AgentView, EntryBody, ScanBody
from agent.core.work_center_view import OrderView, ScanView, WorkCenterView
from agent.tui import feedback as told
from agent.tui.connection import Body, Loss
from agent.tui.deliveries import Answered, Delayed, Deliveries, GivenUp, Lost, News, Seen
from agent.tui.feedback import Feedback, Tone
from agent.tui.keyboard import Collector
from agent.tui.meanings import Confirmed, Damage, Damaged, Meaning, Picked, Scanned, Switched, Typed
from agent.tui.pages import DIGITS, Page, Turn, picked_of
from agent.tui.scene import Pace, Picture, Scene
from agent.tui.texts import LANGUAGES, Language
from agent.tui.wording import Wording

Action: TypeAlias = Literal["start_operation", "complete_operation", "set_reason"]

_LOSSES: Final = {
    Loss.ABSENT: "It does not run, or is starting. The terminal keeps trying.",
    Loss.NO_ACCESS: "This user may not open its socket. Maintenance: group 'lineside'.",
    Loss.SILENT: "It does not answer. The terminal keeps trying.",
    Loss.NEWER_AGENT: "It is newer than this terminal. Maintenance: update the terminal.",
    Loss.OLDER_AGENT: "It is older than this terminal. Maintenance: update the agent.",
    Loss.UNREADABLE: "Its answer cannot be read. Maintenance: update agent and terminal.",
}


DAMAGES: Final = {
    Damage.CUT: "The code was cut off, nothing of it was taken. Scan it again.",
    Damage.MIXED: "Scan and typing came together, nothing was taken. Scan again, hands off the keys.",
    Damage.STRANGE: "A key came in the midst of the code, nothing was taken. Scan it again, hands off the keys.",
    Damage.EMPTY: "The scanner sent an empty code. Scan it again.",
}
"""What the operator is told of a scan that cannot be believed."""

ALARM_SHOWN: Final = 52
"""Characters of an alarm, so that it takes one line of the smallest screen; maintenance reads the rest elsewhere."""


class Desk:
    """The operator's place: everything that the terminal remembers."""

    def __init__(
        self,
        deliveries: Deliveries,
        ring: Callable[[], None],
        center: str | None,
        language: Language,
        wedge: Collector,
    ) -> None:
        self.language = language
        self.page = Page.RUN
        self.turn = Turn()
        self.asked: OrderView | None = None
        """The operation that the question is about."""
        self.feedback = told.QUIET
        self.wedge = wedge
        self._deliveries = deliveries
        self._ring = ring
        self._center_id = center
        self._picture: Picture | None = None
        self._loss: tuple[Loss, float] | None = None
        self._paces: dict[str, Pace] = defaultdict(Pace)
        self._shown_scans: dict[str, ScanView | None] = {}
        self._own_scan: str | None = None

    @property
    def lost(self) -> bool:
        """Whether the agent cannot be reached."""
        return self._loss is not None

    @property
    def words(self) -> Wording:
        """The operator's language in the plant's time zone."""
        return Wording(self.language, ZoneInfo(self._picture.view.time_zone if self._picture else "UTC"))

    def scene(self, now: float) -> Scene | None:
        """What there is to draw; None before the first view, or where the work center is not the agent's."""
        picture, center = self._picture, self._center
        if picture is None or center is None:
            return None
        plant_time = picture.plant_time(self._loss[1] if self._loss else now)
        return Scene(self.words, picture.view, center, plant_time, self._paces[center.wc_id].per_hour(plant_time))

    def notice(self) -> str:
        """What stands above everything else; empty as a rule."""
        say = self.words.say
        if self._loss is None and self._picture is None:
            return say("Looking for the agent…")
        if self._loss is not None:
            loss, at = self._loss
            if self._picture is None:
                return f"{say('Looking for the agent…')}\n{say(_LOSSES[loss])}"
            since = self.words.clock(self._picture.plant_time(at))
            lost = say("AGENT NOT REACHABLE since {time} — nothing is lost that was confirmed", time=since)
            return f"× {lost}\n{say(_LOSSES[loss])}"
        if self._center is None:
            name = str(self._center_id)
            return say("This agent has no work center '{name}'. F12 shows those it has.", name=name)
        if self._picture is not None and self._picture.view.alarms and self.page is Page.RUN:
            text = self._picture.view.alarms[0].text
            shown = text if len(text) <= ALARM_SHOWN else text[: ALARM_SHOWN - 1] + "…"
            return f"! {say('Call maintenance')}: {shown}"
        return ""

    def hear(self, news: News, now: float) -> None:
        """Takes news from the agent or about it."""
        match news:
            case Seen(view):
                self._see(view, now)
            case Lost(loss):
                self._loss = (loss, self._loss[1] if self._loss else now)
            case Answered() | Delayed() | GivenUp():
                name = self._named(news.body)
                self._tell(told.of_news(news, self.words, name))

    def take(self, meaning: Meaning, now: float) -> None:
        """Does what a scan or a key means."""
        match meaning:
            case Scanned(text):
                self._send_scan(text, manual=False)
            case Typed(text):
                self._send_scan(text, manual=True)
            case Picked(digit):
                self.pick(digit, now)
            case Confirmed():
                self._confirm(now)
            case Switched():
                self.next_center()
            case Damaged(damage):
                self._refuse(DAMAGES[damage])
        self.update_picking(now)

    def refuse_pasted(self) -> None:
        """Takes nothing of a pasted text: terminals drop control characters from it, separators of codes among them."""
        self._refuse("Pasted text is not taken, since it may lack characters. Scan the code, or type it.")

    def pick(self, digit: int, now: float) -> None:
        """Takes a line of the list that stands on the screen; 0 turns to the next nine."""
        scene = self.scene(now)
        if scene is None:
            return
        if self.page is Page.ORDERS:
            self._turn(digit, len(scene.operations))
        elif self.page is Page.REASONS and digit == 0:
            self._turn(digit, len(scene.view.reasons))
        elif (self.page is Page.RUN and scene.asks_why) or self.page is Page.REASONS:
            self._set_reason(scene, digit)

    def open_page(self, page: Page, now: float) -> None:
        """Turns to a page; to the run where the page has nothing to show."""
        scene = self.scene(now)
        self.turn = Turn()
        self.page = page if page is Page.HELP or scene is not None else Page.RUN
        if page is Page.REASONS and (scene is None or scene.stop is None):
            self.page = Page.RUN
            self._note("There is no stop to explain.")
        self.update_picking(now)

    def back(self, now: float) -> None:
        """Clears what was typed; else leaves the page; else gives up what waits for the agent."""
        if not self.wedge.clear():
            if self.page is not Page.RUN:
                self.open_page(Page.RUN, now)
            elif not self._deliveries.give_up():
                self.feedback = told.QUIET

    def may_quit(self) -> bool:
        """False, and says why, while what the operator entered would be lost by it."""
        waiting = self._deliveries.waiting
        if waiting:
            count = self.words.count(waiting)
            said = self.words.say("Not yet: entries without an answer: {count}. Esc gives up.", count=count)
            self.feedback = Feedback(Tone.NOTE, said)
        return not waiting

    def next_language(self) -> None:
        """Goes round the languages."""
        languages = list(LANGUAGES)
        self.language = languages[(languages.index(self.language) + 1) % len(languages)]
        self.feedback = self.feedback if self.feedback.tone is Tone.WAITING else told.QUIET

    def next_center(self) -> None:
        """Goes round the work centers of this PC."""
        names = [center.wc_id for center in self._picture.view.work_centers] if self._picture else []
        if names:
            index = names.index(self._center_id) + 1 if self._center_id in names else 0
            self._center_id = names[index % len(names)]
            self.page, self.feedback = Page.RUN, told.QUIET

    def update_picking(self, now: float) -> None:
        """Says to the wedge whether a digit alone would mean something now."""
        scene = self.scene(now)
        listed = self.page in {Page.REASONS, Page.ORDERS}
        self.wedge.hand.picking = listed or (self.page is Page.RUN and scene is not None and scene.asks_why)

    @property
    def _center(self) -> WorkCenterView | None:
        centers = self._picture.view.work_centers if self._picture else ()
        return next((center for center in centers if center.wc_id == self._center_id), None)

    def _see(self, view: AgentView, now: float) -> None:
        self._picture, self._loss = Picture(view, now), None
        if self._center_id is None and view.work_centers:
            self._center_id = view.work_centers[0].wc_id
        for center in view.work_centers:
            self._paces[center.wc_id].observe(self._picture.plant_time(now), center)
            known = center.wc_id in self._shown_scans
            new = known and center.last_scan != self._shown_scans[center.wc_id]
            self._shown_scans[center.wc_id] = center.last_scan
            if new and center.last_scan is not None and center.wc_id == self._center_id:
                self._show_scan(center.last_scan)
        self.update_picking(now)

    def _show_scan(self, scan: ScanView) -> None:
        """A scan by a reader of the agent's own; that of this terminal has its answer already."""
        if scan.text == self._own_scan:
            self._own_scan = None
        else:
            self._tell(told.of_scan(scan, self.words))

    def _confirm(self, now: float) -> None:
        scene = self.scene(now)
        if self.page is Page.QUESTION and self.asked is not None:
            self._send_operation("complete_operation", self.asked)
        elif self.page is Page.ORDERS and scene is not None:
            order = picked_of(scene.operations, self.turn)
            if order is not None and order.status == "in_progress":
                self.page, self.asked = Page.QUESTION, order
            elif order is not None:
                self._send_operation("start_operation", order)

    def _turn(self, digit: int, length: int) -> None:
        if digit == 0:
            sheets = max(1, -(-length // DIGITS))
            self.turn = Turn(sheet=(self.turn.sheet + 1) % sheets)
        elif self.turn.sheet * DIGITS + digit <= length:
            self.turn = replace(self.turn, picked=digit - 1)

    def _set_reason(self, scene: Scene, digit: int) -> None:
        index = self.turn.sheet * DIGITS + digit - 1
        if scene.stop is None:
            self._note("There is no stop to explain.")
        elif digit and index < len(scene.view.reasons):
            reason = scene.view.reasons[index]
            self._enter("set_reason", code=reason.code, stop_id=scene.stop.stop_id)
            self.page = Page.RUN

    def _send_operation(self, action: Action, order: OrderView) -> None:
        self._enter(action, order_id=order.order_id, op_no=order.op_no)
        self.page = Page.RUN

    def _enter(self, action: Action, **arguments: str) -> None:
        if self._center is not None:
            body = EntryBody(client_id=str(uuid4()), wc_id=self._center.wc_id, action=action, arguments=arguments)
            self._send(body)

    def _send_scan(self, text: str, *, manual: bool) -> None:
        name = BADGE if self._is_badge(text) else told.readable(text)
        if self._center is None:
            self._refuse("{text}: not taken, no work center is shown.", text=name)
            return
        if len(text) > LONGEST_CODE:
            self._refuse(
                "A code of {count} characters is no label, nothing was taken. Scan another one.", count=str(len(text))
            )
            return
        self._own_scan = BADGE if self._is_badge(text) else text
        self._send(ScanBody(client_id=str(uuid4()), wc_id=self._center.wc_id, text=text, manual=manual))

    def _named(self, body: Body) -> str:
        if isinstance(body, ScanBody) and self._is_badge(body.text):
            return BADGE
        return told.named(body, self.words, self._picture.view.reasons if self._picture else ())

    def _is_badge(self, text: str) -> bool:
        pattern = self._picture.view.badge_pattern if self._picture else None
        return pattern is not None and re.fullmatch(pattern, text) is not None

    def _send(self, body: Body) -> None:
        name = self._named(body)
        if self._deliveries.submit(body):
            self.feedback = Feedback(Tone.WAITING, self.words.say("{text}: sent, no answer yet.", text=name))
        else:
            self._refuse("{text}: not taken, too many entries wait for the agent.", text=name)

    def _refuse(self, sentence: str, **values: str) -> None:
        self._tell(Feedback(Tone.REFUSED, self.words.say(sentence, **values)))

    def _note(self, sentence: str) -> None:
        self.feedback = Feedback(Tone.NOTE, self.words.say(sentence))

    def _tell(self, feedback: Feedback) -> None:
        self.feedback = feedback
        if feedback.rings:
            self._ring()

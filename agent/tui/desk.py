"""What the operator stands before: which work center, page and language, and what keys, scans and news do to them.

Knows nothing of the screen. Time comes in as monotonic seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from agent.core.observations import BADGE
from agent.core.people.person_view import PinAskedView
from agent.core.terminal_settings import ThemeName
from agent.core.values import replace
from agent.core.views import SignOnBody
from agent.core.work_center_view import AskedView, ExpectedView, ScanView, WorkCenterView
from agent.tui import feedback as told
from agent.tui import masking
from agent.tui.deliveries import Answered, Delayed, Deliveries, GivenUp, Lost, News, Seen
from agent.tui.feedback import Feedback, Tone
from agent.tui.keyboard import Collector
from agent.tui.meanings import Confirmed, Damaged, Meaning, Picked, Scanned, Switched, Typed
from agent.tui.outgoing import Outgoing
from agent.tui.path import Path
from agent.tui.prompts import pin_prompt, prompt
from agent.tui.scene import Scene
from agent.tui.sheets import expected as expected_scans
from agent.tui.sheets import rights, standing
from agent.tui.sheets.run import run
from agent.tui.sheets.sheet import DIGITS, Deed, Field, Note, Page, Send, Sheet, Show, SignOn, Switch
from agent.tui.texts import Language
from agent.tui.themes import after
from agent.tui.tongue import Tongue
from agent.tui.watch import Watch
from agent.tui.wording import Wording

LOCKED = "Locked: scan your badge first."
ENTER = "\r"
ERASE = "\b"
_FEW_DIGITS = re.compile("[0-9]{1,6}")
_WHILE_LOCKED = frozenset({Page.HELP, Page.LOSSES, Page.SYNC, Page.ALARMS, Page.SIGN_ON})
"""Pages that open at a locked work center."""


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
        self.tongue = Tongue(language)
        self.theme: ThemeName = "dark"
        self.is_kiosk = False
        """No key ends the terminal."""
        self.is_over = False
        """The operator has ended the terminal."""
        self.path = Path()
        self.feedback = told.QUIET
        self.wedge = wedge
        self._outgoing = Outgoing(deliveries)
        self._ring = ring
        self._watch = Watch(center)
        self._answered: AskedView | None = None
        """The question that an answer is under way to."""
        self._forgotten: ExpectedView | None = None
        """What a scan was for, and is no more as soon as the agent knows."""
        self._let_in: dict[str, str] = {}
        """Who was let in at this terminal, by work center."""
        self._welcome: tuple[Feedback, Answered] | None = None
        """What was said to who was let in last, to be said again in that person's language."""
        self._pin_prompt: str | None = None
        """What asks for a PIN, if anything does: what is typed is hidden."""

    @property
    def lost(self) -> bool:
        """Whether the agent cannot be reached."""
        return self._watch.is_lost

    @property
    def shown(self) -> Page:
        """The page that stands on the screen: the one that was opened, or what must be done first."""
        if self.path.page is Page.HELP:
            return Page.HELP
        if self._is_locked and self.path.page not in _WHILE_LOCKED:
            return Page.LOCKED
        if self.question is not None:
            return Page.QUESTION
        return self.path.page if self.expected is None else Page.EXPECTED

    @property
    def question(self) -> AskedView | None:
        """What a command card asked and nobody has answered at this terminal."""
        asked = self._center.asked if self._center else None
        return None if asked == self._answered else asked

    @property
    def expected(self) -> ExpectedView | None:
        """What the next scan is for, unless this terminal wants it no more."""
        expected = self._center.expected if self._center else None
        return None if expected == self._forgotten else expected

    @property
    def pin_of(self) -> PinAskedView | None:
        """Whose PIN is asked for."""
        return self._center.pin_asked if self._center else None

    @property
    def line(self) -> str:
        """What was typed so far, as it may be shown."""
        line = told.readable(self.wedge.line)
        return masking.masked(line, self._badge_pattern) if self._pin_prompt is None else masking.BULLET * len(line)

    def prompt(self, now: float) -> str:
        """What is to be typed, or that it can be."""
        words, field = self.words, self.sheet(now).field
        asks = pin_prompt(self.pin_of, field, words)
        return prompt(self.scene(now), self.shown, field, words) if asks is None else asks

    @property
    def words(self) -> Wording:
        """The operator's language in the plant's time zone."""
        return self._watch.words(self.tongue.language)

    def scene(self, now: float) -> Scene | None:
        """What there is to draw; None before the first view, or where the work center is not the agent's."""
        scene = self._watch.scene(self.words, now)
        return scene and replace(scene, let_in=self._let_in.get(scene.center.wc_id))

    def sheet(self, now: float) -> Sheet:
        """What the page says and offers."""
        scene, words, asked = self.scene(now), self.words, self.question
        match self.shown:
            case Page.HELP:
                return standing.help_page(words, self.theme, quits=not self.is_kiosk)
            case Page.LOCKED:
                return standing.locked(self.pin_of, words)
            case Page.QUESTION if asked is not None:
                return standing.question(asked, words)
            case Page.EXPECTED if self.expected is not None and scene is not None:
                return expected_scans.expected(scene, self.expected)
        return Sheet("") if scene is None else rights.marked(self.path.sheet(scene) or run(scene), scene)

    def notice(self) -> str:
        """What stands above everything else; empty as a rule."""
        trouble = self._watch.trouble(self.words)
        return trouble or (self._watch.alarm(self.words) if self.shown is Page.RUN else "")

    def hear(self, news: News, now: float) -> None:
        """Takes news from the agent or about it."""
        match news:
            case Seen(view):
                if self._watch.view is not None and self._watch.view.instance != view.instance:
                    # Sessions end with the agent.
                    self._let_in.clear()
                self._show_scan(self._watch.see(view, now), now)
                self.settle(now)
            case Lost(loss):
                self._watch.lose(loss, now)
            case Answered() | Delayed() | GivenUp():
                self._tell(self._outgoing.told(news, self.words))
                self._ask_pin_again(news)
                if isinstance(news, Answered) and news.shut_out:
                    self._let_in.pop(news.body.wc_id, None)
                if not (isinstance(news, Answered) and news.reply.accepted):
                    self._answered = self._forgotten = None
                elif news.reply.code == told.HELP:
                    self.open_page(Page.HELP, now)
                elif news.reply.let_in is not None:
                    self._let_in[news.body.wc_id] = news.reply.let_in.operator_id
                    self._welcome = (self.feedback, news)

    def take(self, meaning: Meaning, now: float) -> None:
        """Does what a scan or a key means."""
        match meaning:
            case Typed(text) | Scanned(text) if self.pin_of is not None and self._may_be_pin(meaning):
                self._sign_on(self.pin_of.operator_id, text)
            case Typed(text) if self._is_locked and self._is_badge(text):
                self._send_scan(text, manual=True)
            case Typed(text) | Scanned(text) if (field := self._field_for(meaning, now)) is not None:
                self._do(field.take(text), now)
            case Scanned(text):
                self._send_scan(text, manual=False)
            case Typed(text):
                self._send_scan(text, manual=True)
            case Picked(digit):
                self.pick(digit, now)
            case Confirmed():
                self.confirm(now)
            case Switched():
                self.next_center()
            case Damaged(damage):
                self._refuse(told.DAMAGES[damage])
        self.settle(now)

    def tap(self, stroke: str, now: float) -> None:
        """Takes a key of the keypad on the screen: a person's, and never a scanner's."""
        if stroke == ERASE:
            self.wedge.erase()
        elif stroke == ENTER:
            for meaning in self.wedge.hand.press(ENTER, now):
                self.take(meaning, now)
        else:
            self.wedge.hand.type(stroke, now)

    def refuse_pasted(self) -> None:
        """Takes nothing of a pasted text: terminals drop control characters from it, separators of codes among them."""
        self._refuse("Pasted text is not taken, since it may lack characters. Scan the code, or type it.")

    def pick(self, digit: int, now: float) -> None:
        """Takes a line of the list that stands on the screen; 0 turns to the next nine."""
        choices = self.sheet(now).choices
        index = self.path.turned * DIGITS + digit - 1
        if digit == 0:
            self.path.turn(len(choices))
        elif index < len(choices):
            self._do(choices[index].deed, now)
        self.settle(now)

    def confirm(self, now: float) -> None:
        """Does what Enter does on this page."""
        primary = self.sheet(now).primary
        if self.shown is Page.LOCKED:
            self._note(LOCKED)
        elif self.shown is Page.QUESTION and self.question is not None:
            self._answer("confirm", self.question)
        elif primary is not None:
            self._do(primary.deed, now)
        self.settle(now)

    def open_page(self, page: Page, now: float) -> None:
        """Turns to a page, wherever the operator stands; says so where it has nothing to show."""
        if self._is_locked and page not in _WHILE_LOCKED:
            self._note(LOCKED)
        else:
            if self.shown is Page.EXPECTED:
                self._forget()
            self.path.go_home()
            self._do(Show(page), now)
        self.settle(now)

    def back(self, now: float) -> None:
        """Clears what was typed; else leaves the page; else gives up what waits for the agent."""
        if not self.wedge.clear():
            if self.shown is self.path.page is not Page.RUN:
                self.path.go_back()
            elif self.shown is Page.QUESTION and self.question is not None:
                self._answer("cancel", self.question)
            elif self.shown is Page.EXPECTED:
                self._forget()
            elif not self._outgoing.give_up():
                self.feedback = told.QUIET
        self.settle(now)

    def quit(self) -> None:
        """Ends the terminal; says why not at a kiosk, and while what the operator entered would be lost by it."""
        waiting = self._outgoing.waiting
        if self.is_kiosk:
            self._note("This terminal is not closed by its keys. F10 locks it.")
        elif waiting:
            count = self.words.count(waiting)
            said = self.words.say("Not yet: entries without an answer: {count}. Esc gives up.", count=count)
            self.feedback = Feedback(Tone.NOTE, said)
        else:
            self.is_over = True

    def next_theme(self) -> None:
        """Goes round the themes."""
        self.theme = after(self.theme)

    def next_language(self) -> None:
        """Goes round the languages."""
        self.tongue.turn()
        self.feedback = self.feedback if self.feedback.tone is Tone.WAITING else told.QUIET

    def next_center(self) -> None:
        """Goes round the work centers of this PC."""
        if self._watch.turn_to_next():
            self.path.go_home()
            self.feedback = told.QUIET

    def lock(self) -> None:
        """Whoever works here leaves."""
        self._enter(self.words.say("Lock"), "lock")

    def settle(self, now: float) -> None:
        """Lets the keys mean what they mean on the screen that stands there now, in the language of who acts there."""
        if (before := self.scene(now)) is not None:
            self.tongue.follow(before.acting)
        if self._welcome is not None and self._welcome[0] is self.feedback:
            self.feedback = told.of_news(self._welcome[1], self.words, "")
            self._welcome = (self.feedback, self._welcome[1])
        scene, asked = self.scene(now), self.pin_of
        if self._is_locked and self.path.page not in _WHILE_LOCKED:
            self.path.go_home()
        if self._is_locked and self._center is not None:
            self._let_in.pop(self._center.wc_id, None)
        if asked is not None and self.path.page is Page.SIGN_ON:
            self.path.go_home()
        if scene is not None:
            self.path.settle(scene)
        sheet = self.sheet(now)
        self.wedge.hand.picking = asked is None and bool(sheet.choices) and sheet.field is None
        wanted = pin_prompt(asked, sheet.field, self.words)
        if wanted != self._pin_prompt:
            # A half of a PIN is never left to be read, or sent as a code.
            self.wedge.clear()
        self._pin_prompt = wanted

    @property
    def _center(self) -> WorkCenterView | None:
        return self._watch.center

    @property
    def _is_locked(self) -> bool:
        return self._center is not None and self._center.locked

    def _show_scan(self, scan: ScanView | None, now: float) -> None:
        """A scan by a reader of the agent's own; one of this terminal has its answer already."""
        if scan is None or self._outgoing.is_own(scan):
            return
        if scan.text == BADGE and self._center is not None:
            # That reader stands beside this terminal: whoever was let in here before has made room.
            self._let_in.pop(self._center.wc_id, None)
        self._tell(told.of_scan(scan, self.words))
        if scan.code == told.HELP:
            self.open_page(Page.HELP, now)

    def _do(self, deed: Deed, now: float) -> None:
        match deed:
            case Show() if self.scene(now) is None and deed.page is not Page.HELP:
                self._note("The agent has not been reached yet.")
            case Show():
                note = self.path.go_on(deed, self.scene(now))
                if note is not None:
                    self._do(note, now)
            case Send():
                self._send(deed)
                self.path.go_home(deed.then)
            case SignOn(operator_id, pin):
                self._sign_on(operator_id, pin)
                self.path.go_home()
            case Note(text):
                self.feedback = Feedback(Tone.NOTE, text)
            case Switch(what):
                switches = {"language": self.next_language, "center": self.next_center, "theme": self.next_theme}
                (switches | {"quit": self.quit})[what]()

    def _field_for(self, meaning: Scanned | Typed, now: float) -> Field | None:
        """The field that what was typed belongs to."""
        field = self.sheet(now).field
        if field is None or isinstance(meaning, Typed):
            return field
        return field if field.kind != "text" and _FEW_DIGITS.fullmatch(meaning.text) else None

    def _may_be_pin(self, meaning: Scanned | Typed) -> bool:
        """Through SSH keys come in lumps, so that a few digits look like a scan."""
        return isinstance(meaning, Typed) or _FEW_DIGITS.fullmatch(meaning.text) is not None

    def _answer(self, action: Literal["confirm", "cancel"], question: AskedView) -> None:
        self._answered = question
        self._enter(self.words.say("Yes" if action == "confirm" else "No"), action)

    def _forget(self) -> None:
        self._forgotten = self.expected
        self._enter(self.words.say("No scan"), "forget_scan")

    def _enter(self, name: str, action: str) -> None:
        self._send(Send(name, action, {}))

    def _send(self, deed: Send) -> None:
        if self._center is not None:
            self._tell(self._outgoing.enter(self._center.wc_id, deed, self.words))

    def _send_scan(self, text: str, *, manual: bool) -> None:
        is_badge = self._is_badge(text)
        if self._center is None:
            name = BADGE if is_badge else told.readable(text)
            self._refuse("{text}: not taken, no work center is shown.", text=name)
            return
        wc_id = self._center.wc_id
        self._tell(self._outgoing.scan(wc_id, text, self.words, manual=manual, is_badge=is_badge))

    def _sign_on(self, operator_id: str, pin: str) -> None:
        if self._center is not None:
            self._tell(self._outgoing.sign_on(self._center.wc_id, operator_id, pin, self.words))

    def _ask_pin_again(self, news: Answered | Delayed | GivenUp) -> None:
        """A wrong PIN does not make anybody say again who they are."""
        body = news.body
        is_wrong = isinstance(news, Answered) and news.reply.code == "PIN_WRONG"
        if is_wrong and isinstance(body, SignOnBody) and self.pin_of is None and self.path.page is Page.RUN:
            self.path.go_home(Show(Page.SIGN_ON, {"operator_id": body.operator_id}))

    def _is_badge(self, text: str) -> bool:
        return masking.is_badge(text, self._badge_pattern)

    @property
    def _badge_pattern(self) -> str | None:
        return self._watch.view.badge_pattern if self._watch.view else None

    def _refuse(self, sentence: str, **values: str) -> None:
        self._tell(Feedback(Tone.REFUSED, self.words.say(sentence, **values)))

    def _note(self, sentence: str) -> None:
        self.feedback = Feedback(Tone.NOTE, self.words.say(sentence))

    def _tell(self, feedback: Feedback) -> None:
        self.feedback = feedback
        if feedback.rings:
            self._ring()

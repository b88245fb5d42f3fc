"""The one screen: what stands above what, and what of it is shown now."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from agent.tui.desk import Desk
from agent.tui.keys import KeyBar
from agent.tui.pages import OrderPage, Page, ReasonPage, RunPage
from agent.tui.panels import FeedbackLine, Line, StatePanel, TopBar, TypedLine
from agent.tui.scene import Scene
from agent.tui.text_pages import HelpPage, LockedPage, QuestionPage


class LineScreen(Screen[None], inherit_bindings=False):
    """One screen whose parts change. Tab belongs to the wedge, not to a focus."""

    def __init__(self) -> None:
        super().__init__()
        self._top, self._notice, self._state = TopBar(), Line("notice"), StatePanel()
        self._run, self._reasons, self._orders = RunPage(), ReasonPage(Page.REASONS), OrderPage(Page.ORDERS)
        self._question, self._help, self._locked = (
            QuestionPage(Page.QUESTION),
            HelpPage(Page.HELP),
            LockedPage(Page.LOCKED),
        )
        pages = (self._run, self._reasons, self._orders, self._question, self._help, self._locked)
        self._pages = ContentSwitcher(*pages, initial=Page.RUN)
        self._feedback, self._typed, self._keys = FeedbackLine("feedback"), TypedLine("typed"), KeyBar()

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self._top
        yield self._notice
        yield self._state
        yield self._pages
        yield self._feedback
        yield self._typed
        yield self._keys

    def draw(self, desk: Desk, scene: Scene | None) -> None:
        """Shows everything as it is now; what did not change costs nothing."""
        self._notice.say(desk.notice())
        self._notice.display = bool(self._notice.said)
        self.set_class(self._notice.display, "-noticed")
        self.set_class(desk.lost, "-lost")
        self.set_class(scene is None, "-blank")
        self.set_class(desk.shown is not Page.RUN, "-paged")
        self._pages.current = desk.shown
        self._help.draw_help(desk.words)
        self._feedback.draw(desk.feedback, desk.words)
        self.set_class(self._feedback.is_wordy, "-wordy")
        self._typed.draw(desk.line, desk.pin_of, desk.words)
        self._keys.draw(desk.words)
        if scene is not None:
            self._draw_scene(desk, scene)

    def _draw_scene(self, desk: Desk, scene: Scene) -> None:
        self._top.draw(scene)
        self._state.draw(scene)
        self._run.draw(scene)
        self._reasons.draw_reasons(scene, desk.turn)
        self._orders.draw_orders(scene, desk.turn)
        self._locked.draw_locked(desk.pin_of, scene.words)
        if desk.question is not None:
            self._question.draw_card(desk.question, scene.words)
        elif desk.asked is not None:
            self._question.draw_finish(desk.asked, scene.words)

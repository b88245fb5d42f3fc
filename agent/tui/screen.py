"""The one screen: what stands above what, and what of it is shown now."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from agent.tui import delivery
from agent.tui.desk import Desk
from agent.tui.keys import KeyBar
from agent.tui.pages import RunPage, SheetPage
from agent.tui.panels import FeedbackLine, Line, StatePanel, TopBar, TypedLine
from agent.tui.sheets.sheet import Page


class LineScreen(Screen[None], inherit_bindings=False):
    """One screen whose parts change. Tab belongs to the wedge, not to a focus."""

    def __init__(self) -> None:
        super().__init__()
        self._top, self._notice, self._state = TopBar(), Line("notice"), StatePanel()
        self._run, self._sheet = RunPage(), SheetPage()
        self._pages = ContentSwitcher(self._run, self._sheet, initial="run")
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

    def draw(self, desk: Desk, now: float) -> None:
        """Shows everything as it is now; what did not change costs nothing."""
        scene, sheet, words = desk.scene(now), desk.sheet(now), desk.words
        on_run = desk.shown is Page.RUN
        self._notice.say(desk.notice())
        self._notice.display = bool(self._notice.said)
        self.set_class(self._notice.display, "-noticed")
        self.set_class(desk.lost, "-lost")
        self.set_class(scene is None, "-blank")
        self.set_class(not on_run, "-paged")
        self.set_class(on_run and bool(sheet.choices), "-asks")
        self._pages.current = "run" if on_run else "sheet"
        self._feedback.draw(desk.feedback, words, "" if scene is None or desk.lost else delivery.comfort(scene))
        self.set_class(self._feedback.is_wordy, "-wordy")
        self._typed.draw(desk.line, desk.prompt(now), words)
        self._keys.draw(words)
        if not on_run:
            self._sheet.draw(sheet, desk.path.turned, words)
        if scene is not None:
            self._top.draw(scene)
            self._state.draw(scene, tight=not on_run or bool(sheet.choices) or self.has_class("-noticed"))
        if scene is not None and on_run:
            self._run.draw(scene, sheet)

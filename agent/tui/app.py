"""The operator's terminal: draws what the agent says, and hands every key to the desk.

Keystrokes never reach a text field: all go through the wedge, on every page, so that a scan is a scan wherever the
operator stands. News from the agent comes as messages; nothing here waits for it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic
from typing import ClassVar, Final

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.timer import Timer

from agent.core.errors import ConfigurationError
from agent.core.terminal_settings import THEMES, TerminalSettings
from agent.tui import console, octets
from agent.tui.console import ConsoleDriver
from agent.tui.deliveries import Deliveries, News, in_touch
from agent.tui.desk import Desk
from agent.tui.endings import end_on_signals
from agent.tui.feedback import Feedback, Tone
from agent.tui.keyboard import collector, stroke_of
from agent.tui.keypad import PadKey
from agent.tui.keys import KEYS
from agent.tui.meanings import Meaning
from agent.tui.pages import ChoiceLine
from agent.tui.panels import TALL, WIDE
from agent.tui.screen import LineScreen
from agent.tui.sheets.sheet import Page
from agent.tui.texts import LANGUAGES, Language
from agent.tui.themes import theme

TICK_S: Final = 0.5
"""Real seconds between two looks at the clock."""
MARGIN_S: Final = 0.03
"""Keys are a few messages behind their times; silence is believed this much later."""


DEFAULT_SETTINGS: Final = TerminalSettings()


class Terminal(App[None]):
    """The terminal of one PC."""

    CSS_PATH = "terminal.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *((key, action) for key, action, _ in KEYS if key != "ctrl+q"),
        ("ctrl+c", "leave"),
        ("shift+f11", "next_theme"),
    ]

    class Told(Message):
        """News from the agent or about it."""

        def __init__(self, news: News) -> None:
            super().__init__()
            self.news = news

    def __init__(
        self, deliveries: Deliveries, center: str | None, language: Language, settings: TerminalSettings
    ) -> None:
        super().__init__()
        for name in THEMES:
            self.register_theme(theme(name))
        self.theme = settings.theme
        self._prefix = settings.scan_prefix
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (TALL, "-tall")]
        self.desk = Desk(deliveries, self.bell, center, language, collector(settings))
        self.desk.theme, self.desk.is_kiosk = settings.theme, settings.kiosk
        self._line_screen = LineScreen()
        self._line_screen.set_class(settings.kiosk, "-kiosk")
        self._complete = False
        self._silence: Timer | None = None
        self._silence_due = 0.0

    def get_driver_class(self) -> type[Driver]:
        """A text console needs a driver of its own."""
        usual = super().get_driver_class()
        return ConsoleDriver if console.is_console() and issubclass(usual, LinuxDriver) else usual

    def get_default_screen(self) -> LineScreen:
        """The only screen."""
        return self._line_screen

    def tell(self, news: News) -> None:
        """Takes news from any task of this event loop."""
        self.post_message(self.Told(news))

    def suggest(self, badge: str) -> None:
        """Says what to do first to somebody who tries the terminal."""
        said = self.desk.words.say(
            "To try it, type {badge} and Enter, then F7 for the orders. F1 helps, Ctrl+Q ends it.", badge=badge
        )
        self.desk.feedback = Feedback(Tone.NOTE, said)

    def on_ready(self) -> None:
        """Starts the clock: all parts of the screen are there from now on."""
        self._complete = True
        self.set_interval(TICK_S, self.draw)
        self.draw()

    def on_resize(self) -> None:
        """Large letters fit or do not."""
        self.call_after_refresh(self.draw)

    def on_sheet_page_resized(self) -> None:
        """Its choices take the room that is left."""
        self.draw()

    def on_terminal_told(self, message: Told) -> None:
        """Shows the news."""
        self.desk.hear(message.news, monotonic())
        self.draw()

    def on_choice_line_touched(self, message: ChoiceLine.Touched) -> None:
        """A finger picks as a digit does."""
        self.desk.pick(message.digit, monotonic())
        self.draw()

    def on_primary_line_touched(self) -> None:
        """A finger confirms as Enter does."""
        self.desk.confirm(monotonic())
        self.draw()

    def on_pad_key_touched(self, message: PadKey.Touched) -> None:
        """A finger types as a hand does."""
        self.desk.tap(message.stroke, monotonic())
        self.draw()

    def on_key(self, event: events.Key) -> None:
        """Hands a key to the wedge, with the time at which it was read; those that are bound come here too.

        In the midst of a burst nothing changes on the screen, and a scanner's next key is 5 ms away.
        """
        line = self.desk.line
        meant: tuple[Meaning, ...] = ()
        stroke = stroke_of(event.key, event.character, self._prefix)
        if event.key == "backspace":
            self.desk.wedge.erase()
        elif stroke is not None:
            meant = self.desk.wedge.press(stroke, event.time)
            self._take(meant)
        else:
            self.desk.wedge.disturb()
        self._await_silence()
        if meant or self.desk.line != line:
            self.draw()

    def on_paste(self) -> None:
        """Refuses it aloud."""
        self.desk.refuse_pasted()
        self.draw()

    def action_open(self, page: str) -> None:
        """A key that turns to a page."""
        self.desk.open_page(Page(page), monotonic())
        self.draw()

    def action_lock(self) -> None:
        """F10."""
        self.desk.lock()
        self.draw()

    def action_language(self) -> None:
        """F11."""
        self.desk.next_language()
        self.draw()

    def action_next_theme(self) -> None:
        """Shift+F11."""
        self.desk.next_theme()
        self.draw()

    def action_next_center(self) -> None:
        """F12, or Tab."""
        self.desk.next_center()
        self.draw()

    def action_leave(self) -> None:
        """Esc."""
        self.desk.back(monotonic())
        self.draw()

    async def action_quit(self) -> None:
        """Ctrl+Q."""
        self.desk.quit()
        self.draw()

    def draw(self) -> None:
        """Shows everything as it is now, while the parts of the screen are there."""
        if self.desk.is_over:
            self.exit()
        elif self._complete and self.is_running:
            if self.theme != self.desk.theme:
                self.theme = self.desk.theme
            self._line_screen.draw(self.desk, monotonic())

    def _take(self, meanings: tuple[Meaning, ...]) -> None:
        for meaning in meanings:
            self.desk.take(meaning, monotonic())

    def _await_silence(self) -> None:
        deadline = self.desk.wedge.deadline
        if self._silence is None and deadline is not None:
            self._silence_due = max(deadline, monotonic()) + MARGIN_S
            self._silence = self.set_timer(self._silence_due - monotonic(), self._on_silence)

    def _on_silence(self) -> None:
        """A busy loop fires late and may have overtaken keys that it had no time to read: they get another margin."""
        self._silence = None
        now = monotonic()
        if now - self._silence_due < MARGIN_S:
            self._take(self.desk.wedge.rest(now))
            self.draw()
        self._await_silence()


def run_terminal(
    socket: Path,
    work_center: str | None,
    language: str,
    settings: TerminalSettings = DEFAULT_SETTINGS,
    *,
    badge: str | None = None,
) -> int:
    """Runs the terminal until the operator quits or SIGTERM or SIGHUP ends it, and returns the exit code.

    Args:
        socket: the agent's Unix socket; the agent need not be there yet.
        work_center: the one to begin with; None for the agent's first.
        language: `en`, `ru` or `kk`.
        settings: how scans are told from typing.
        badge: of somebody who may sign on, suggested to whoever tries the terminal.

    Raises:
        ConfigurationError: a language that the terminal does not speak.
    """
    spoken = next((known for known in LANGUAGES if known == language), None)
    if spoken is None:
        raise ConfigurationError(f"the terminal does not speak '{language}'; expected one of {', '.join(LANGUAGES)}")
    octets.tolerate()
    console.prepare()
    deliveries = Deliveries()
    terminal = Terminal(deliveries, work_center, spoken, settings)
    if badge is not None:
        terminal.suggest(badge)
    return asyncio.run(_operate(socket, deliveries, terminal))


async def _operate(socket: Path, deliveries: Deliveries, terminal: Terminal) -> int:
    end_on_signals(terminal.exit)
    async with in_touch(socket, deliveries, terminal.tell):
        await terminal.run_async()
    return terminal.return_code or 0

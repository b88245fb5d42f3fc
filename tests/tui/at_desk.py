"""Somebody who works the terminal's pages without a screen: the real desk, and what it sends."""

from __future__ import annotations

from typing import Self

from agent.core.views import AgentView, EntryBody, ScanBody
from agent.tui.connection import Body
from agent.tui.deliveries import Deliveries, Seen
from agent.tui.desk import Desk
from agent.tui.meanings import Scanned, Typed
from agent.tui.sheets.sheet import Page, Sheet
from agent.tui.texts import Language
from agent.tui.wedge import Wedge

AT = 0.0
"""Monotonic seconds; nothing here takes time."""


class Noted(Deliveries):
    """Remembers what was to be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[Body] = []
        self.room = 1000
        """How many more are taken."""

    def submit(self, body: Body) -> bool:
        if not self.room:
            return False
        self.room -= 1
        self.bodies.append(body)
        return True


class AtDesk:
    """Presses keys and sees sheets."""

    def __init__(self, view: AgentView, language: Language = "en") -> None:
        self._noted = Noted()
        self.desk = Desk(self._noted, lambda: None, None, language, Wedge())
        self.see(view)

    def see(self, view: AgentView) -> Self:
        """The agent shows something else."""
        self.desk.hear(Seen(view), AT)
        return self

    def open(self, page: Page) -> Self:
        """Presses the key of a page."""
        self.desk.open_page(page, AT)
        return self

    def press(self, digit: int) -> Self:
        self.desk.pick(digit, AT)
        return self

    def enter(self) -> Self:
        self.desk.confirm(AT)
        return self

    def escape(self) -> Self:
        self.desk.back(AT)
        return self

    def type(self, text: str) -> Self:
        """Types a line and presses Enter."""
        self.desk.take(Typed(text), AT)
        return self

    def scan(self, text: str) -> Self:
        self.desk.take(Scanned(text), AT)
        return self

    @property
    def bodies(self) -> list[Body]:
        """What was sent, in order."""
        return self._noted.bodies

    def leave_room_for(self, count: int) -> Self:
        """So many more entries are taken before too many wait."""
        self._noted.room = count
        return self

    @property
    def page(self) -> Page:
        return self.desk.shown

    @property
    def sheet(self) -> Sheet:
        return self.desk.sheet(AT)

    @property
    def labels(self) -> list[str]:
        return [choice.label for choice in self.sheet.choices]

    @property
    def offered(self) -> str:
        """What Enter does."""
        return "" if self.sheet.primary is None else self.sheet.primary.label

    @property
    def said(self) -> str:
        """The line of feedback."""
        return self.desk.feedback.text

    @property
    def sent(self) -> list[tuple[str, dict[str, str]]]:
        """Entries with their arguments, scans as `scan`."""
        return [
            (body.action, body.arguments) if isinstance(body, EntryBody) else ("scan", {"text": body.text})
            for body in self._noted.bodies
            if isinstance(body, EntryBody | ScanBody)
        ]

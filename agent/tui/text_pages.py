"""Pages of a few sentences: a question, the lock, help."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from agent.core.work_center_view import AskedView, OrderView, PinAskedView
from agent.tui.pages import Page
from agent.tui.panels import Line
from agent.tui.wording import Wording


class TextPage(Vertical):
    """A title and what it is about."""

    def __init__(self, page: Page) -> None:
        super().__init__(id=page)
        self._title, self._text = Line(f"{page}-title"), Line(f"{page}-text")

    def compose(self) -> ComposeResult:
        """The title and the text."""
        yield self._title
        yield self._text

    def draw(self, title: str, lines: list[str]) -> None:
        """Shows the text."""
        self._title.say(title)
        self._text.say("\n".join(lines))


class QuestionPage(TextPage):
    """Asks before something is done that cannot simply be done again."""

    class Touched(Message):
        """A finger instead of Enter."""

    def draw_card(self, asked: AskedView, words: Wording) -> None:
        """Shows what a command card asks."""
        said = words.answer(asked.pattern, asked.values, asked.question)
        self.draw(said, ["", f"{words.say('Enter: yes')}   {words.say('Esc: no')}"])

    def draw_finish(self, order: OrderView, words: Wording) -> None:
        """Shows what finishing means."""
        count = words.count
        title = words.say("Finish {order} / {operation}?", order=order.order_id, operation=order.op_no)
        quantities = words.say(
            "Good {good}, scrap {scrap}, planned {planned} {uom}.",
            good=count(order.qty_good),
            scrap=count(order.qty_scrap),
            planned=count(order.qty_planned),
            uom=order.uom,
        )
        self.draw(title, [quantities, "", f"{words.say('Enter: finish')}   {words.say('Esc: back')}"])

    def on_click(self) -> None:
        """Says that it was touched."""
        self.post_message(self.Touched())


class LockedPage(TextPage):
    """Nobody has said who acts here. The machine is counted on above."""

    def draw_locked(self, asked: PinAskedView | None, words: Wording) -> None:
        """Shows how it is unlocked."""
        if asked is None:
            title = words.say("Locked: scan your badge")
        else:
            title = words.say("{name}: type your PIN and press Enter", name=asked.name)
        still = words.say("Machines are counted on. Scans and keys of production are not taken.")
        self.draw(title, ["", still])


class HelpPage(TextPage):
    """How the terminal is used."""

    def draw_help(self, words: Wording) -> None:
        """Shows the help."""
        lines = [
            words.say("Scan at any time, on any page: no field needs to be chosen first."),
            words.say("F2 gives the open stop its reason, or another one."),
            words.say("F7 lists the orders; Enter starts the picked one or finishes it."),
            words.say("F11 changes the language, F12 or Tab the work center."),
            words.say("F10 locks the work center until a badge is scanned. Ctrl+Q ends the terminal."),
            words.say("Digits pick from a list. Letters never do anything by themselves."),
            words.say("Without a scanner: type the code, press Enter. Esc clears."),
            words.say("A refusal changes nothing. Its line says what to do."),
        ]
        self.draw(f"{words.say('Help')}   {words.say('Esc: back')}", lines)

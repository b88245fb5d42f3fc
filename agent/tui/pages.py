"""What the lower part of the screen shows in turn: the run, the reasons, the orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from textual.app import ComposeResult
from textual.containers import Grid, Vertical
from textual.message import Message

from agent.core.facts import OperationStatus
from agent.core.work_center_view import OrderView, StopView, WorkCenterView
from agent.tui.panels import Counts, Line
from agent.tui.scene import Scene
from agent.tui.wording import Wording

DIGITS: Final = 9
"""Longer lists are chosen from at random (domain.md C1); what there is more of stands on the next sheet."""

NOTHING: Final = -1
"""No line of a list: a reason has no default."""


class Page(StrEnum):
    """The pages; each value is the id of its widget."""

    RUN = "run"
    REASONS = "reasons"
    ORDERS = "orders"
    QUESTION = "question"
    HELP = "help"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Turn:
    """Where the operator has got to on a page with a list."""

    sheet: int = 0
    """Which nine."""
    picked: int = 0
    """Which of them, from 0."""


class Choice(Line):
    """One line of a list, picked by its digit or by touch."""

    class Touched(Message):
        """A finger instead of a digit."""

        def __init__(self, digit: int) -> None:
            super().__init__()
            self.digit = digit

    def __init__(self, name: str, digit: int) -> None:
        super().__init__(name)
        self._digit = digit

    def offer(self, text: str | None, *, picked: bool = False) -> None:
        """Shows a text behind the digit, or nothing."""
        self.display = text is not None
        self.say(f"{self._digit}  {text}")
        self.set_class(picked, "-picked")

    def on_click(self) -> None:
        """Says that it was touched."""
        self.post_message(self.Touched(self._digit))


def _choices(prefix: str) -> list[Choice]:
    return [Choice(f"{prefix}-{digit}", digit) for digit in range(1, DIGITS + 1)]


def stop_title(stop: StopView, words: Wording) -> str:
    """What kind of stop it is and since when."""
    time = words.minute(stop.start)
    match stop.stop_class:
        case "minor":
            return words.say("Short stop since {time}", time=time)
        case "down":
            return words.say("Downtime since {time}", time=time)
        case "setup":
            return words.say("Setup since {time}", time=time)
        case "external":
            return words.say("Held up from outside since {time}", time=time)
        case "planned":
            return words.say("Planned pause since {time}", time=time)
        case "unknown":
            return words.say("Stop since {time}", time=time)


def shift_line(center: WorkCenterView, words: Wording) -> str:
    """What the shift has come to so far, and what of it nobody has explained."""
    said = []
    if center.shift_figures is not None and center.shift_figures.elements.oee is not None:
        elements = center.shift_figures.elements
        ratios = (elements.availability, elements.effectiveness, elements.quality_ratio, elements.oee)
        first, second, third, product = ("–" if one is None else words.count(round(one * 100)) for one in ratios)
        oee = f"OEE {product} % = {first} × {second} × {third}"
        said.append(words.say("Shift so far: {oee} (indicative)", oee=oee))
    if center.uncoded:
        said.append(words.say("Not explained: {count}", count=words.count(center.uncoded)))
    return "   ".join(said)


class RunPage(Vertical):
    """Counts, the stop that wants its reason, lots and the last events."""

    def __init__(self) -> None:
        super().__init__(id=Page.RUN)
        self._counts, self._stop, self._choices = Counts(), Line("stop"), _choices("why")
        self._why = Grid(*self._choices, id="why")
        self._figures, self._stock, self._events = Line("figures"), Line("stock"), Line("events")

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self._counts
        yield self._stop
        yield self._why
        yield self._figures
        yield self._stock
        yield self._events

    def draw(self, scene: Scene) -> None:
        """Shows the scene."""
        self._counts.draw(scene)
        self._draw_stop(scene)
        figures = shift_line(scene.center, scene.words)
        self._figures.display = bool(figures)
        self._figures.say(figures)
        words, center = scene.words, scene.center
        lots = ", ".join(center.lots) or words.say("none")
        serial = center.last_serial or words.say("none")
        self._stock.say(f"{words.say('Lots')}: {lots}   {words.say('Last serial')}: {serial}")
        lines = [words.event(event) for event in center.events]
        self._events.say("\n".join(lines[: max(1, self._events.size.height)]))

    def _draw_stop(self, scene: Scene) -> None:
        words, stop, title = scene.words, scene.stop, self._stop
        self._why.display = scene.asks_why
        title.display = stop is not None
        if stop is None:
            return
        title.set_class(scene.asks_why, "-asks")
        said = ["■ " + stop_title(stop, words)]
        if stop.reason_code is not None:
            said.append(words.say("Reason: {reason}", reason=words.reason(stop.reason_code, scene.view.reasons)))
        if scene.asks_why:
            said.append(words.say("Why? Press a digit"))
        if scene.asks_why and len(scene.view.reasons) > DIGITS:
            said.append(words.say("F2: more"))
        title.say("   ".join(said))
        texts = [words.reason(reason.code, scene.view.reasons) for reason in scene.view.reasons]
        for index, choice in enumerate(self._choices):
            choice.offer(texts[index] if index < len(texts) else None)


class ListPage(Vertical):
    """A title and at most nine lines to pick from."""

    def __init__(self, page: Page) -> None:
        super().__init__(id=page)
        self._title, self._choices = Line(f"{page}-title"), _choices(page)

    def compose(self) -> ComposeResult:
        """The title and the lines."""
        yield self._title
        yield from self._choices

    def draw(self, title: list[str], texts: list[str], turn: Turn, words: Wording) -> None:
        """Shows one sheet of a list."""
        if len(texts) > DIGITS:
            title = [*title, words.say("0: more")]
        self._title.say("   ".join([*title, words.say("Esc: back")]))
        sheet = texts[turn.sheet * DIGITS :]
        for index, choice in enumerate(self._choices):
            choice.offer(sheet[index] if index < len(sheet) else None, picked=index == turn.picked)


class ReasonPage(ListPage):
    """Why did it stop?"""

    def draw_reasons(self, scene: Scene, turn: Turn) -> None:
        """Shows the reasons in the operator's language."""
        words = scene.words
        texts = [words.reason(reason.code, scene.view.reasons) for reason in scene.view.reasons]
        title = "Why did it stop? Press a digit" if texts else "The agent has no reasons yet. They come from the MES."
        self.draw([words.say(title)], texts, replace(turn, picked=NOTHING), words)


STATUS_MARKS: dict[OperationStatus, tuple[str, str]] = {
    "paused": ("│", "PAUSED"),
    "partially_completed": ("│", "PARTLY FINISHED"),
    "stopped": ("│", "BROKEN OFF"),
    "completed": ("√", "COMPLETED"),
    "aborted": ("■", "GIVEN UP"),
}
"""How a status is shown beside an operation, as a sign and a word; one that waits has neither."""


class OrderPage(ListPage):
    """What can be finished or started."""

    def draw_orders(self, scene: Scene, turn: Turn) -> None:
        """Shows the operations; the picked one decides what Enter does."""
        words, operations = scene.words, scene.operations
        picked = picked_of(operations, turn)
        if picked is None:
            title = words.say("There is no order for this work center.")
        elif picked.status == "in_progress":
            title = words.say("Orders: a digit picks, Enter finishes")
        else:
            title = words.say("Orders: a digit picks, Enter starts")
        self.draw([title], _order_texts(operations, words), turn, words)


def picked_of(operations: tuple[OrderView, ...], turn: Turn) -> OrderView | None:
    """The operation that Enter is about."""
    index = turn.sheet * DIGITS + turn.picked
    return operations[index] if index < len(operations) else None


def _order_texts(operations: tuple[OrderView, ...], words: Wording) -> list[str]:
    """One line each, in columns; what may be too long for the screen stands last."""
    rows = [
        (f"{order.order_id} / {order.op_no}", f"{words.count(order.qty_planned)} {order.uom}", _marks(order, words))
        for order in operations
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "   ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), _item(order)])
        for row, order in zip(rows, operations, strict=True)
    ]


def _item(order: OrderView) -> str:
    return f"{order.item_id}  {order.description}"


def _marks(order: OrderView, words: Wording) -> str:
    if order.status == "in_progress":
        return "► " + words.say("IN PROGRESS")
    if order.status in STATUS_MARKS:
        sign, text = STATUS_MARKS[order.status]
        return f"{sign} {words.say(text)}"
    return "" if order.release_status == "released" else "! " + words.say("NOT RELEASED")

"""What the lower part of the screen shows in turn: the run, or a sheet."""

from __future__ import annotations

from functools import partial
from typing import Final

from textual.app import ComposeResult
from textual.containers import Grid, Horizontal, Vertical
from textual.message import Message

from agent.core.stops.stop_view import StopView
from agent.core.times import epoch
from agent.core.work_center_view import WorkCenterView
from agent.tui.keypad import Keypad
from agent.tui.panels import Counts, Line
from agent.tui.pictures.pareto import pareto
from agent.tui.pictures.picture import Picture
from agent.tui.pictures.strip import strip
from agent.tui.scene import Scene
from agent.tui.sheets import calls, handover
from agent.tui.sheets.sheet import DIGITS, Sheet
from agent.tui.wording import Wording

HIGHEST: Final = 3
"""Rows of a choice on a high screen."""
HIGHEST_LOW: Final = 2
MARGINS_TALL: Final = 3
"""Rows of a title or button with the blank ones around it."""


class ChoiceLine(Line):
    """One line of a list, picked by its digit or by touch."""

    class Touched(Message):
        """A finger instead of a digit."""

        def __init__(self, digit: int) -> None:
            super().__init__()
            self.digit = digit

    def __init__(self, name: str, digit: int) -> None:
        super().__init__(name)
        self._digit = digit

    def offer(self, text: str | None, *, marked: bool = False) -> None:
        """Shows a text behind the digit, or nothing."""
        self.display = text is not None
        self.say(f"{self._digit}  {text}")
        self.set_class(marked, "-marked")

    def on_click(self) -> None:
        """Says that it was touched."""
        self.post_message(self.Touched(self._digit))


class PrimaryLine(Line):
    """What Enter does, as a button."""

    class Touched(Message):
        """A finger instead of Enter."""

    def on_click(self) -> None:
        """Says that it was touched."""
        self.post_message(self.Touched())


def _choice_lines(prefix: str) -> list[ChoiceLine]:
    return [ChoiceLine(f"{prefix}-{digit}", digit) for digit in range(1, DIGITS + 1)]


def _offer(lines: list[ChoiceLine], sheet: Sheet, turned: int) -> None:
    shown = sheet.choices[turned * DIGITS :]
    for index, line in enumerate(lines):
        choice = shown[index] if index < len(shown) else None
        line.offer(None if choice is None else choice.label, marked=choice is not None and choice.marked)


class SheetPage(Vertical):
    """A sheet: title, what is said, choices, what Enter does."""

    class Resized(Message):
        """There is more room for its choices, or less."""

    def __init__(self) -> None:
        super().__init__(id="sheet")
        self._title, self._text = Line("sheet-title"), Line("sheet-text")
        self._choices, self._primary = _choice_lines("sheet"), PrimaryLine("sheet-primary")
        self._picture, self._keypad = Picture("sheet-picture"), Keypad()

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self._title
        yield Horizontal(Vertical(self._picture, self._text, *self._choices, self._primary), self._keypad)

    def on_resize(self) -> None:
        """Has it drawn again at once: a line that moves later may do so under a finger."""
        self.post_message(self.Resized())

    def draw(self, sheet: Sheet, turned: int, words: Wording) -> None:
        """Shows the sheet, nine of its choices."""
        more = [words.say("0: more")] if len(sheet.choices) > DIGITS else []
        leave = {"back": words.say("Esc: back"), "no": words.say("Esc: no"), "": ""}[sheet.leave]
        self._title.say("   ".join(filter(None, [sheet.title, *more, leave])))
        self._title.set_class(sheet.tone == "tells", "-tells")
        self._picture.display = sheet.picture is not None
        if sheet.picture is not None:
            self._picture.show((sheet.title, sheet.picture), sheet.picture)
        self._text.say("\n".join(sheet.lines))
        self._text.display = bool(sheet.lines)
        _offer(self._choices, sheet, turned)
        self._make_room(sheet, turned)
        self._keypad.display = sheet.field is not None and sheet.field.kind != "text"
        self._keypad.draw(words)
        self._primary.display = sheet.primary is not None
        if sheet.primary is not None:
            self._primary.say(f"Enter: {sheet.primary.label}")

    def _make_room(self, sheet: Sheet, turned: int) -> None:
        """Choices are as high as there is room for: fingers are wider than a row."""
        frame, most = (MARGINS_TALL, HIGHEST) if self.screen.has_class("-tall") else (1, HIGHEST_LOW)
        drawn = 0 if sheet.picture is None else sheet.picture(self.size.width).plain.count("\n") + 1
        others = frame + len(sheet.lines) + drawn + (frame if sheet.primary else 0)
        shown = max(1, min(DIGITS, len(sheet.choices) - turned * DIGITS))
        height = max(1, min(most, (self.content_size.height - others) // shown))
        for line in self._choices:
            line.styles.height = height


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
        super().__init__(id="run")
        self._counts, self._stop, self._choices = Counts(), Line("stop"), _choice_lines("why")
        self._why = Grid(*self._choices, id="why")
        self._told, self._figures = Line("told"), Line("figures")
        self._stock, self._events = Line("stock"), Line("events")
        self._strip, self._losses, self._lost = Picture("strip"), Picture("losses"), Line("losses-title")

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self._counts
        yield self._strip
        yield self._stop
        yield self._why
        yield self._told
        yield Horizontal(
            Vertical(self._figures, self._stock, self._events), Vertical(self._lost, self._losses, id="lost"), id="more"
        )

    def draw(self, scene: Scene, sheet: Sheet) -> None:
        """Shows the scene."""
        self._counts.draw(scene, tight=scene.asks_why)
        self._draw_stop(scene, sheet)
        self._draw_pictures(scene)
        waiting = "   ".join(filter(None, [calls.told(scene), handover.told(scene)]))
        self._told.display = bool(waiting)
        self._told.say(waiting)
        figures = shift_line(scene.center, scene.words)
        self._figures.display = bool(figures)
        self._figures.say(figures)
        words, center = scene.words, scene.center
        lots = ", ".join(center.lots) or words.say("none")
        serial = center.last_serial or words.say("none")
        self._stock.say(f"{words.say('Lots')}: {lots}   {words.say('Last serial')}: {serial}")
        lines = [words.event(event) for event in center.events]
        self._events.say("\n".join(lines[: max(1, self._events.size.height)]))

    def _draw_pictures(self, scene: Scene) -> None:
        """The strip of the shift; what stops cost in it, where there is room."""
        words, center = scene.words, scene.center
        seen, end = center.strip, None if center.shift_end is None else epoch(center.shift_end)
        self._strip.display = seen is not None and not scene.asks_why
        if seen is not None:
            draw = partial(strip, seen, end, words, legend=self._events.roomy)
            self._strip.show((seen, end, words, self._events.roomy), draw)
        self._lost.say(words.say("What stops cost in this shift"))
        reasons, losses = scene.view.reasons, center.losses
        self._lost.display = self._losses.display = bool(losses) and not scene.asks_why
        self._losses.show((losses, reasons, words), partial(pareto, losses, reasons, words))

    def _draw_stop(self, scene: Scene, sheet: Sheet) -> None:
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
        if len(sheet.choices) > DIGITS:
            said.append(words.say("F2: more"))
        title.say("   ".join(said))
        _offer(self._choices, sheet, 0)

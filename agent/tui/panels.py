"""The parts of the screen that stand on every page: where we are, what the machine does, how many, what was last."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from textwrap import wrap
from typing import Final

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from agent.core.machine.conditions import Condition, Mode
from agent.core.shifts.shift_view import StripView
from agent.core.times import epoch
from agent.tui import delivery
from agent.tui.feedback import Feedback, Tone
from agent.tui.lettering import big, width_of
from agent.tui.pictures.pace import sparkline
from agent.tui.pictures.picture import Picture
from agent.tui.scene import Scene
from agent.tui.wording import Wording, duration

WIDE: Final = 150
TALL: Final = 40
MARGIN: Final = 1
"""Columns on each side of the feedback."""
GAP: Final = 3
"""Columns between the word of a state and the timer beside it."""
ROWS: Final = 2
"""Rows of the feedback as a rule."""


class Line(Static):
    """A text that is drawn again only when it changed. What it says is never taken for markup."""

    def __init__(self, name: str) -> None:
        super().__init__("", markup=False, id=name)
        self.said = ""
        """What stands there now."""

    def say(self, text: str | Content) -> None:
        """Shows this text; of a styled one only the characters tell whether it is another one."""
        plain = text if isinstance(text, str) else text.plain
        if plain != self.said:
            self.said = plain
            self.update(text)

    @property
    def roomy(self) -> bool:
        """Whether the screen has room for letters of double size."""
        return self.app.size.width >= WIDE and self.app.size.height >= TALL


class Letters(Line):
    """A text in large letters, larger still where there is room."""

    def say_big(self, text: str) -> None:
        """Shows this text."""
        self.say("\n".join(big(text, self.scale)))

    def width_of(self, text: str) -> int:
        """Columns that the text takes."""
        return width_of(text, self.scale)

    @property
    def scale(self) -> int:
        """How large the letters are."""
        return 2 if self.roomy else 1


class TopBar(Vertical):
    """Work center, order and clock; item and the way to the MES."""

    def __init__(self) -> None:
        super().__init__()
        self._where, self._clock = Line("where"), Line("clock")
        self._item, self._uplink = Line("item"), Line("uplink")

    def compose(self) -> ComposeResult:
        """Two rows, left and right."""
        yield Horizontal(self._where, self._clock)
        yield Horizontal(self._item, self._uplink)

    def draw(self, scene: Scene) -> None:
        """Shows the scene."""
        words, order = scene.words, scene.center.order
        operation = f"{order.order_id} / {order.op_no}" if order else words.say("No order")
        who = [] if scene.acting is None else [scene.acting.name]
        self._where.say("   ".join([scene.place, operation, *who]))
        self._item.say(f"{order.item_id}  {order.description}" if order else "")
        simulated = scene.view.execution_mode == "simulation"
        mark = words.say("SIMULATION ×{speed}", speed=f"{scene.view.speed:g}") + "   " if simulated else ""
        self._clock.say(mark + words.clock(scene.now))
        said, color = delivery.state(scene)
        self._uplink.say(said)
        self._uplink.set_classes(f"-{color}")


_SYMBOLS: Final = {
    Condition.RUNNING: "▶",
    Condition.IDLE: "■",
    Condition.FAULTED: "×",
    Condition.HELD: "‖",
    Condition.STARVED: "⇥",
    Condition.BLOCKED: "⇤",
    Condition.OFF: "○",
    Condition.UNKNOWN: "?",
}


def condition_word(condition: Condition, words: Wording) -> str:
    """The symbol and the word that are read from afar."""
    said = {
        Condition.RUNNING: words.say("RUNNING"),
        Condition.IDLE: words.say("IDLE"),
        Condition.FAULTED: words.say("FAULT"),
        Condition.HELD: words.say("HELD"),
        Condition.STARVED: words.say("STARVED"),
        Condition.BLOCKED: words.say("BLOCKED"),
        Condition.OFF: words.say("OFF"),
        Condition.UNKNOWN: words.say("UNKNOWN"),
    }
    return f"{_SYMBOLS[condition]} {said[condition]}"


def _mode(mode: Mode, words: Wording) -> str:
    return {
        Mode.PRODUCTION: words.say("Mode: production"),
        Mode.SETUP: words.say("Mode: setup"),
        Mode.MAINTENANCE: words.say("Mode: maintenance"),
        Mode.MANUAL: words.say("Mode: manual"),
        Mode.NONE: words.say("Mode: none"),
    }[mode]


class StatePanel(Vertical):
    """What the machine does and for how long."""

    def __init__(self) -> None:
        super().__init__()
        self._word, self._beside = Letters("word"), Letters("beside")
        self._timer, self._about = Letters("timer"), Line("about")

    def compose(self) -> ComposeResult:
        """The word; below it the timer and what else is to be said."""
        yield Horizontal(self._word, self._beside)
        yield Horizontal(self._timer, self._about, id="state-more")

    def draw(self, scene: Scene, *, tight: bool) -> None:
        """Shows the scene.

        Args:
            scene: what there is to draw.
            tight: the page below needs the rows: the timer stands beside the word where both fit, else small below it.
        """
        words, center = scene.words, scene.center
        word, lasted = condition_word(center.condition, words), duration(scene.now - epoch(center.condition_since))
        self._word.say_big(word)
        room = self.content_size.width - self._word.width_of(word) - GAP
        fitting = [scale for scale in (self._word.scale, 1) if tight and width_of(lasted, scale) <= room]
        self._beside.display, self._timer.display = bool(fitting), not fitting
        if fitting:
            self._beside.say("\n".join(big(lasted, fitting[0])))
        elif tight:
            self._timer.say(lasted)
        else:
            self._timer.say_big(lasted)
        about = _about(scene)
        self._about.say("\n".join(["   ".join(about[:2]), *about[2:]] if tight else about))
        classes = [f"-{center.condition.lower()}", *(["-tight"] if tight else []), *(["-beside"] if fitting else [])]
        self.set_classes(" ".join(classes))


def _about(scene: Scene) -> list[str]:
    """Since when, in which mode, and which links are lost."""
    words, center = scene.words, scene.center
    about = [words.say("since {time}", time=words.clock(center.condition_since)), _mode(center.mode, words)]
    if not center.link_up:
        since = words.say("since {time}", time=words.clock(center.link_since))
        about.append(f"{words.say('No link to the machine')} {since}")
    if center.readers_down:
        about.append(words.say("No link to the reader: {names}", names=", ".join(center.readers_down)))
    return about


class Count(Line):
    """One quantity under its name, in large digits where there is room."""

    def count(self, name: str, value: str) -> None:
        """Shows this quantity."""
        self.say("\n".join([name, *big(value)]) if self.roomy else f"{name}  {value}")


class Counts(Vertical):
    """Good, scrap and target; how far, how fast."""

    def __init__(self) -> None:
        super().__init__()
        self._good, self._scrap, self._target = Count("good"), Count("scrap"), Count("target")
        self._bar, self._pace = Line("bar"), Line("pace")
        self._low, self._high = Picture("pace-low"), Picture("pace-high")

    def compose(self) -> ComposeResult:
        """The quantities, the bar, the pace; the picture of the pace beside them."""
        yield Horizontal(self._good, self._scrap, self._target, self._high)
        yield Horizontal(Container(self._bar, self._pace, id="progress"), self._low)

    def draw(self, scene: Scene, *, tight: bool) -> None:
        """Shows the scene; without the picture on a low screen where the rows below are needed."""
        words, center, order = scene.words, scene.center, scene.center.order
        shown = order or center
        self._good.count(words.say("GOOD"), words.count(shown.qty_good))
        self._scrap.count(words.say("SCRAP"), words.count(shown.qty_scrap))
        self._target.display = self._bar.display = order is not None
        if order is not None:
            self._target.count(words.say("TARGET"), words.count(order.qty_planned))
            self._bar.say(_bar(order.qty_good, order.qty_planned, self._bar.size.width))
        self._pace.say(_pace(scene))
        self._draw_pace(scene, tight=tight)

    def _draw_pace(self, scene: Scene, *, tight: bool) -> None:
        seen, norm = scene.center.strip, scene.center.norm_per_hour
        is_high = self._good.roomy
        for picture, rows, fits in ((self._low, 2, not is_high and not tight), (self._high, 4, is_high)):
            picture.display = seen is not None and fits
            if seen is not None and picture.display:
                picture.show((seen, norm, scene.now // 60), partial(_pace_picture, seen, scene.now, norm, rows))


def _pace_picture(seen: StripView, now: float, norm: Decimal | None, rows: int, width: int) -> Content:
    return sparkline(seen, now, norm, width, rows)


def _bar(done: Decimal, planned: Decimal, width: int) -> str:
    share = done / planned if planned else Decimal(0)
    percent = f" {int(share * 100):>3} %"
    length = max(0, width - len(percent))
    filled = min(length, int(share * length))
    return "█" * filled + "░" * (length - filled) + percent


def _pace(scene: Scene) -> str:
    words, order = scene.words, scene.center.order
    if scene.pace is None:
        return words.say("Pace: not known yet")
    pace, norm = words.count(scene.pace), scene.center.norm_per_hour
    if norm is None:
        said = words.say("Pace {count} per hour", count=pace)
    else:
        said = words.say("Pace {count} of {norm} per hour", count=pace, norm=words.count(round(norm)))
    if order is None or scene.pace <= 0 or order.qty_good >= order.qty_planned:
        return said
    ready = scene.now + float((order.qty_planned - order.qty_good) / scene.pace) * 3600
    return f"{said}   {words.say('ready about {time}', time=words.minute(ready))}"


class FeedbackLine(Line):
    """What became of the last scan or entry, over the full width."""

    @property
    def is_wordy(self) -> bool:
        """Whether it takes more than its two lines."""
        return len(wrap(self.said, max(1, self.app.size.width - 2 * MARGIN))) > ROWS

    def draw(self, feedback: Feedback, words: Wording, else_said: str) -> None:
        """Shows the feedback by colour, word and symbol; something else while there is none."""
        word = {
            Tone.ACCEPTED: words.say("ACCEPTED"),
            Tone.REFUSED: words.say("REFUSED"),
            Tone.WAITING: words.say("WAITING"),
            Tone.UNSURE: words.say("NOT KNOWN"),
            Tone.NOTE: words.say("NOTE"),
            Tone.QUIET: "",
        }[feedback.tone]
        self.say(f"{feedback.tone.value} {word}  {feedback.text}".strip() or else_said)
        self.set_classes(f"-{feedback.tone.name.lower()}")


class TypedLine(Line):
    """What a person has typed so far, or that it can be done."""

    def draw(self, typed: str, prompt: str, words: Wording) -> None:
        """Shows the line, or what is to be typed in it."""
        self.say(f"› {typed}▏  {words.say('Enter: send   Esc: clear')}" if typed else f"› {prompt}")
        self.set_class(bool(typed), "-typing")

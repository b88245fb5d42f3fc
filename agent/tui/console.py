"""The text console of Linux, without any desktop: its sixteen colours, its few characters.

The toolkit would map our colours to the nearest of the console's own, and most states of a machine would be black. So
the console is given the colours of the theme as its palette, and each colour that is drawn is named by its place in it.
A font of 512 characters, which Cyrillic needs, leaves eight places for grounds; those of the theme stand in them. Bold
is the other half of the palette here and nothing else. What the font of `systemd/lineside-terminal@.service` does not
have is drawn as what comes next to it (console_codes(4)).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from textual.color import Color
from textual.drivers.linux_driver import LinuxDriver

from agent.tui.themes import GROUNDS, INKS, colors

if TYPE_CHECKING:
    from textual.app import App

Palette: TypeAlias = tuple[tuple[int, int, int], ...]
"""Sixteen colours, grounds first."""

GLYPHS: Final = str.maketrans(
    {"⇥": "»", "⇤": "«", "●": "•", "►": "▶", "▏": "│", "⊘": "∅"}
    | dict.fromkeys("▁▂▃", "▄")
    | dict.fromkeys("▅▆▇", "█")
    | {chr(0x2400 + control): "◊" for control in range(0x20)}
)
"""Characters that the console's font lacks, and what is drawn instead."""
_HALF: Final = len(GROUNDS)
_STYLE: Final = re.compile("\x1b\\[([0-9;]*)m")
_RESET: Final = "\x1b]R"


def is_console() -> bool:
    """Whether this process stands before a text console of Linux."""
    return os.environ.get("TERM") == "linux"


def prepare() -> None:
    """Have the toolkit name colours as they are; the driver finds their places."""
    if is_console():
        os.environ["COLORTERM"] = "truecolor"


def palette(theme: str) -> Palette:
    """The colours of a theme in their places."""
    named = colors(theme)
    return tuple(Color.parse(named[name]).rgb for name in (*GROUNDS, *INKS))


def painted(data: str, of: Palette) -> str:
    """What is written to the console in place of what any other terminal is sent."""
    return _STYLE.sub(lambda found: _style(found[1], of), data).translate(GLYPHS)


@lru_cache(maxsize=1024)
def _style(parameters: str, of: Palette) -> str:
    written = ["0"]
    numbers = iter([int(number or 0) for number in parameters.split(";")])
    for number in numbers:
        if number in {38, 48}:
            written += _color(number, numbers, of)
        elif number in {4, 7}:
            written.append(str(number))
    return f"\x1b[{';'.join(written)}m"


def _color(layer: int, numbers: Iterator[int], of: Palette) -> tuple[str, ...]:
    if next(numbers) != 2:
        next(numbers)
        return ()
    color = (next(numbers), next(numbers), next(numbers))
    if layer == 48:
        return (f"4{_nearest(color, of[:_HALF])}",)
    place = _nearest(color, of)
    return ("1", f"3{place - _HALF}") if place >= _HALF else (f"3{place}",)


def _nearest(color: tuple[int, int, int], of: Palette) -> int:
    return min(range(len(of)), key=lambda place: sum((a - b) ** 2 for a, b in zip(color, of[place], strict=True)))


class ConsoleDriver(LinuxDriver):
    """Draws on a text console."""

    def __init__(self, app: App[Any], *, debug: bool = False, size: tuple[int, int] | None = None, **_: bool) -> None:
        super().__init__(app, debug=debug, mouse=False, size=size)
        # The toolkit draws on standard error, which belongs to the journal here.
        self._file = sys.__stdout__
        self._theme = ""
        self._palette: Palette = ()

    def write(self, data: str) -> None:
        """Write what is drawn, in the colours of the theme of this moment."""
        if self._theme != self._app.theme:
            self._theme, self._palette = self._app.theme, palette(self._app.theme)
            super().write(
                "".join(f"\x1b]P{place:x}{r:02x}{g:02x}{b:02x}" for place, (r, g, b) in enumerate(self._palette))
            )
        super().write(painted(data, self._palette))

    def stop_application_mode(self) -> None:
        """Leave an empty console with the colours that it had: it has no other screen to go back to."""
        super().stop_application_mode()
        super().write(f"{_RESET}\x1b[0m\x1b[2J\x1b[H")
        self.flush()

"""Draws the terminal's screens for docs/terminal: `python -m tests.tui.screenshots [FOLDER]`.

As SVG for the documentation; into another folder as PNG too, for whoever looks at them.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import resvg_py

from agent.core.terminal_settings import ThemeName
from agent.tui.texts import LANGUAGES, Language
from tests.tui.operating import LARGE, SMALL
from tests.tui.screens import Screen, draw, principal, standing

FOLDER = Path(__file__).parents[2] / "docs" / "terminal"
TRANSLATED = ("run", "stop", "lots")
ENLARGED = ("run", "stop")
THEMED = ("run",)
_FONTS = re.compile(r"@font-face {.*?}\s*", re.DOTALL)
"""They would be fetched from the internet."""


def sets() -> Iterator[tuple[str, Language, tuple[int, int], ThemeName, tuple[Screen, ...]]]:
    """How the names of files end, how the terminal is set, and what it shows then."""
    shown = principal()
    for language in LANGUAGES:
        names = [screen for screen in shown if language == "en" or screen.name in TRANSLATED]
        yield f"-{language}", language, SMALL, "dark", tuple(names)
    yield "-en-160x48", "en", LARGE, "dark", tuple(screen for screen in shown if screen.name in ENLARGED)
    themed = tuple(screen for screen in shown if screen.name in THEMED)
    yield "-en-light", "en", SMALL, "light", themed
    yield "-en-high-contrast", "en", SMALL, "high_contrast", themed


async def drawn() -> dict[str, str]:
    """All of them, by the names of their files."""
    pictures = {}
    for end, language, size, theme, screens in sets():
        async with standing(language, size, theme) as terminal:
            for screen in screens:
                await draw(terminal, screen)
                pictures[f"{screen.name}{end}"] = _FONTS.sub("", terminal.export_screenshot(title="Lineside"))
    return pictures


def main(folder: Path) -> None:
    """Draws all of them anew, and leaves none that is no more."""
    folder.mkdir(parents=True, exist_ok=True)
    for former in folder.glob("*.svg"):
        former.unlink()
    for name, svg in asyncio.run(drawn()).items():
        file = folder / f"{name}.svg"
        file.write_text(svg, encoding="utf-8")
        if folder != FOLDER:
            file.with_suffix(".png").write_bytes(_png(svg))


def _png(svg: str) -> bytes:
    font = "DejaVu Sans Mono"
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, monospace_family=font, font_family=font))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

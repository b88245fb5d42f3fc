"""What every screen of the terminal says, as text: `python -m tests.tui.snapshots` writes it anew.

A file for each screen in `tests/tui/snapshots`, with all languages and two sizes in it, for people to read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from agent.tui.texts import LANGUAGES, Language
from tests.tui.operating import LARGE, SMALL, screen_of
from tests.tui.screens import Screen, draw, everything, standing

FOLDER = Path(__file__).parent / "snapshots"
SETTINGS = tuple((language, size) for language in LANGUAGES for size in (SMALL, LARGE))


async def snapshots() -> dict[str, str]:
    """The text of each screen by its name."""
    screens = everything()
    drawn = await asyncio.gather(*(_drawn(screens, language, size) for language, size in SETTINGS))
    return {name: "\n".join(texts[name] for texts in drawn) for name in screens}


async def _drawn(screens: Mapping[str, Screen], language: Language, size: tuple[int, int]) -> dict[str, str]:
    texts = {}
    async with standing(language, size) as terminal:
        for name, screen in screens.items():
            await draw(terminal, screen)
            texts[name] = f"== {language} {size[0]}x{size[1]}\n{screen_of(terminal)}\n"
    return texts


def kept() -> dict[str, str]:
    """What was written."""
    return {file.stem: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.txt")}


def write() -> None:
    """Writes all of them anew, and leaves none that is no more."""
    FOLDER.mkdir(exist_ok=True)
    for former in FOLDER.glob("*.txt"):
        former.unlink()
    for name, text in asyncio.run(snapshots()).items():
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()

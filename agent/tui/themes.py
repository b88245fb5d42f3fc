"""The colours of the terminal: dark for halls, light for bright windows, high contrast for eyes that need it.

`terminal.tcss` names colours by what they mean. Text on `good`, `bad`, `info`, `odd` and `off` is `on`, text on `warn`
is `dark`, any other is `text` or `quiet`. A pair has a contrast of at least 4.5 (WCAG 2.1, AA), in high contrast of 7
(AAA); `tests/tui/test_screens.py` computes those that are drawn.
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

from agent.core.terminal_settings import THEMES, ThemeName

_COLORS: Final[dict[ThemeName, dict[str, str]]] = {
    "dark": {
        "ground": "#10151a",
        "raised": "#1d252d",
        "text": "#f2f5f7",
        "quiet": "#a9b4be",
        "good": "#0f6b35",
        "bad": "#b3161f",
        "warn": "#ffb81c",
        "info": "#0b5a9d",
        "odd": "#6a3596",
        "off": "#3d4852",
        "on": "#f2f5f7",
        "dark": "#14181c",
        "bar": "#4cc27c",
        "lost": "#23282d",
        "lost-text": "#a3a9af",
    },
    "light": {
        "ground": "#f4f6f8",
        "raised": "#dbe1e7",
        "text": "#14181c",
        "quiet": "#414c56",
        "good": "#5ccb84",
        "bad": "#ff8379",
        "warn": "#ffb81c",
        "info": "#74b8ff",
        "odd": "#c8a3f2",
        "off": "#b4bfc9",
        "on": "#14181c",
        "dark": "#14181c",
        "bar": "#0f6b35",
        "lost": "#e0e3e6",
        "lost-text": "#565e65",
    },
    "high_contrast": {
        "ground": "#000000",
        "raised": "#1a1a1a",
        "text": "#ffffff",
        "quiet": "#d9d9d9",
        "good": "#3dff7f",
        "bad": "#ff7070",
        "warn": "#ffdd00",
        "info": "#6cc6ff",
        "odd": "#d6a8ff",
        "off": "#c4c4c4",
        "on": "#000000",
        "dark": "#000000",
        "bar": "#3dff7f",
        "lost": "#262626",
        "lost-text": "#d0d0d0",
    },
}

GROUNDS: Final = ("ground", "raised", "good", "bad", "warn", "info", "odd", "off")
"""What text stands on."""
INKS: Final = ("text", "quiet", "on", "dark", "bar", "lost", "lost-text", "text")
"""What text is written in, and what is a ground only where there is room for more than eight."""


def colors(name: str) -> dict[str, str]:
    """The colours of a theme by their meaning; of the first where there is no such theme."""
    return next((found for known, found in _COLORS.items() if known == name), _COLORS[THEMES[0]])


def theme(name: ThemeName) -> Theme:
    """The theme as the toolkit knows it."""
    named = colors(name)
    return Theme(
        name=name,
        primary=named["info"],
        background=named["ground"],
        surface=named["ground"],
        panel=named["raised"],
        foreground=named["text"],
        dark=name != "light",
        variables=named,
    )


def after(name: str) -> ThemeName:
    """The next one, going round."""
    return THEMES[(THEMES.index(name) + 1) % len(THEMES)] if name in THEMES else THEMES[0]

"""How the operator's terminal looks, and how it tells a scanner that types from a person who types: configuration."""

from __future__ import annotations

import re
from typing import Final, Literal, Self, TypeAlias, get_args

from pydantic import model_validator

from agent.core.settings_base import Section

Suffix: TypeAlias = Literal["enter", "tab", "none"]
ThemeName: TypeAlias = Literal["dark", "light", "high_contrast"]

THEMES: Final[tuple[ThemeName, ...]] = get_args(ThemeName)
"""In the order in which a key goes round them."""

_PREFIX: Final = re.compile("[\x01\x02\x05-\x07\x0b\x0c\x0e-\x10\x12-\x1a]|f1[3-6]")
"""Control characters that neither a key of the terminal nor a part of a code is, and keys that no keyboard has."""


class TerminalSettings(Section):
    """The terminal of this PC (domain.md E), and a scanner that types at it as a keyboard does (F5)."""

    language: Literal["en", "ru", "kk"] = "en"
    """What it speaks while nobody is signed on whose language the directory of operators names."""
    theme: ThemeName = "dark"
    """Colours: dark for halls, light for bright windows, high_contrast for eyes that need it."""
    kiosk: bool = False
    """No key closes it; the service manager keeps it running (systemd/lineside-terminal@.service)."""
    scan_by: Literal["timing", "prefix"] = "timing"
    """How a scan is known: by the pace of its keys, or by the prefix that the scanner sends before each code. Through
    SSH or tmux the pace is not to be relied on."""
    scan_prefix: str | None = None
    """With `scan_by = "prefix"`, what the scanner sends before each code and nobody types: a control character such as
    "\\u0002", or a key from f13 to f16."""
    scan_suffix: Suffix = "enter"
    """The key that the scanner sends after each code; a code without it was cut off and is refused. With none, silence
    ends a code, so that a pause in its middle makes two of it."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.scan_by == "timing" and self.scan_prefix is not None:
            raise ValueError("scan_prefix needs scan_by = 'prefix'")
        if self.scan_by == "prefix":
            if self.scan_prefix is None or not _PREFIX.fullmatch(self.scan_prefix):
                raise ValueError(
                    "scan_by = 'prefix' needs a scan_prefix: a control character that neither the terminal nor a code "
                    'uses, such as "\\u0002", or a key from f13 to f16'
                )
            if self.scan_suffix == "none":
                raise ValueError("scan_by = 'prefix' needs scan_suffix = 'enter' or 'tab'")
        return self

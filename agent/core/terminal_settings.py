"""How the operator's terminal tells a scanner that types as a keyboard from a person who types: configuration."""

from __future__ import annotations

import re
from typing import Final, Literal, Self, TypeAlias

from pydantic import model_validator

from agent.core.settings_base import Section

Suffix: TypeAlias = Literal["enter", "tab", "none"]

_PREFIX: Final = re.compile("[\x01\x02\x05-\x07\x0b\x0c\x0e-\x10\x12-\x1a]|f1[3-6]")
"""Control characters that neither a key of the terminal nor a part of a code is, and keys that no keyboard has."""


class TerminalSettings(Section):
    """A scanner that types at the terminal (domain.md F5). One on a serial line or an input device needs none of it."""

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

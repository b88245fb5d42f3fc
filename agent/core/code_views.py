"""The lists of codes that people choose from, as a terminal is shown them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from agent.core.directories import Directories
from agent.core.directories.copies import Texts
from agent.core.directories.reasons import CodeEntry, ReasonEntry
from agent.core.views import CodeView, ListView

SHOWN: Final = ("defects", "causes", "corrections", "skips", "interruptions", "returns", "deviations", "holds")
"""Names of the lists that something at the terminal is chosen from."""


def reasons(directories: Directories) -> tuple[CodeView, ...]:
    """What a stop can be given."""
    return _codes(directories.reasons.reasons)


def lists(directories: Directories) -> dict[str, ListView]:
    """The other lists, by name; those that nobody has published are missing."""
    return {
        name: ListView(codes=_codes(found.codes), groups=_texts(found.groups))
        for name, found in directories.lists.items()
        if name in SHOWN
    }


def groups(directories: Directories) -> dict[str, dict[str, str]]:
    """What groups of reasons are called."""
    return _texts(directories.reasons.groups)


def _texts(by_code: Mapping[str, Texts]) -> dict[str, dict[str, str]]:
    return {code: dict(texts) for code, texts in by_code.items()}


def _codes(entries: Iterable[ReasonEntry | CodeEntry]) -> tuple[CodeView, ...]:
    return tuple(
        CodeView(code=entry.code, text=dict(entry.text), group=entry.group, generic=entry.generic) for entry in entries
    )

"""Choosing a code of a list: nine at most at a time, and in two levels where there are more (domain.md C3, E3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from agent.core.views import CodeView
from agent.tui.sheets.sheet import DIGITS, Choice, Deed, Show
from agent.tui.wording import Wording

GROUP: Final = "group"
"""Name of the group that was chosen; no argument of any entry."""


@dataclass(frozen=True, slots=True)
class Codes:
    """A list of codes and what is likeliest of it."""

    codes: tuple[CodeView, ...]
    groups: Mapping[str, Mapping[str, str]]
    """What each group is called, by language."""
    suggested: str | None = None
    """The code that a machine suggests."""
    favourites: tuple[str, ...] = ()

    def find(self, code: str) -> CodeView | None:
        """A code of it."""
        return next((one for one in self.codes if one.code == code), None)

    def choices(self, here: Show, words: Wording, pick: Callable[[CodeView], Deed]) -> tuple[Choice, ...]:
        """What there is to choose from.

        Args:
            here: the page on which it is chosen, and what is known there: the group, if one was chosen.
            words: the operator's.
            pick: what a code leads to.
        """
        group = here.known.get(GROUP)
        if group is not None:
            return self._lines([one for one in self.codes if (one.group or "") == group], words, pick)
        groups = dict.fromkeys(one.group or "" for one in self.codes)
        if len(self.codes) <= DIGITS or len(groups) == 1:
            return self._lines(self.codes, words, pick)
        alone = [one for one in self.codes if not one.group]
        if len(groups) - 1 + len(alone) <= DIGITS:
            groups.pop("", None)
        else:
            alone = []
        likely = self._likely(DIGITS - len(groups) - len(alone))
        turns = (Choice(f"{self._group(one, words)} …", Show(here.page, {**here.known, GROUP: one})) for one in groups)
        rest = [one for one in alone if one not in likely]
        return (*self._lines(likely, words, pick), *turns, *self._lines(rest, words, pick))

    def _lines(
        self, codes: tuple[CodeView, ...] | list[CodeView], words: Wording, pick: Callable[[CodeView], Deed]
    ) -> tuple[Choice, ...]:
        return tuple(self._line(code, words, pick(code)) for code in codes)

    def _line(self, code: CodeView, words: Wording, deed: Deed) -> Choice:
        is_suggested = code.code == self.suggested
        return Choice(f"► {words.code(code)}" if is_suggested else words.code(code), deed, marked=is_suggested)

    def _likely(self, room: int) -> list[CodeView]:
        """The suggested one and the favourites, as far as there is room for them."""
        wanted = dict.fromkeys([*filter(None, [self.suggested]), *self.favourites])
        return [one for one in map(self.find, wanted) if one is not None][: max(0, room)]

    def _group(self, group: str, words: Wording) -> str:
        return words.text(self.groups.get(group, {}), group) or words.say("Other")

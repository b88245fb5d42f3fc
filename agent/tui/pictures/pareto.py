"""What stops cost in the shift, the dearest first: a bar for each reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from agent.core.shifts.shift_view import LossView
from agent.core.views import CodeView
from agent.tui.wording import Wording, duration

OTHERS: Final = "*"
"""Stands for all reasons that are not listed."""
SHORTEST_BAR: Final = 8
"""Columns; a bar that has less is left out."""
GAP: Final = 2


def pareto(losses: Sequence[LossView], reasons: tuple[CodeView, ...], words: Wording, width: int) -> Content:
    """A line for each reason: its name, a bar, how long, how often, how much of the whole.

    Args:
        losses: the dearest first.
        reasons: what they are called.
        words: the operator's language.
        width: columns; where they do not suffice, the bar and then the end of a name are left out.
    """
    whole = sum(loss.seconds for loss in losses)
    rows = [(_name(loss, reasons, words), _figures(loss, whole, words)) for loss in losses]
    names = max((len(name) for name, _ in rows), default=0)
    figures = [max(len(cell) for cell in column) for column in zip(*(cells for _, cells in rows), strict=True)]
    numbers = ["  ".join(cell.rjust(size) for cell, size in zip(cells, figures, strict=True)) for _, cells in rows]
    tail = max(map(len, numbers), default=0)
    longest = max((loss.seconds for loss in losses), default=0.0) or 1.0
    bar = width - names - tail - 2 * GAP
    lines = []
    for loss, (name, _), told in zip(losses, rows, numbers, strict=True):
        if bar < SHORTEST_BAR:
            room = max(0, width - tail - GAP)
            line = Content((_cut(name, room).ljust(room) + " " * GAP + told)[:width])
        else:
            drawn = _bar(loss.seconds / longest, bar)
            line = Content.assemble(name.ljust(names), " " * GAP, (drawn, "$bar"), " " * GAP, told)
        lines.append(line)
    return Content("\n").join(lines)


def _name(loss: LossView, reasons: tuple[CodeView, ...], words: Wording) -> str:
    return words.say("All others") if loss.reason_code == OTHERS else words.reason(loss.reason_code, reasons)


def _figures(loss: LossView, whole: float, words: Wording) -> tuple[str, str, str]:
    share = round(loss.seconds / whole * 100) if whole else 0
    return duration(loss.seconds), f"{words.count(loss.count)} ×", f"{share} %"


def _bar(share: float, width: int) -> str:
    halves = max(1, round(share * width * 2))
    return ("█" * (halves // 2) + "▌" * (halves % 2)).ljust(width)


def _cut(name: str, room: int) -> str:
    return name if len(name) <= room else name[: max(0, room - 1)] + "…"[:room]

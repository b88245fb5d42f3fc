"""Lines of text in columns, each as wide as what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

GAP = "  "


def aligned(rows: Iterable[Sequence[str]], right: Iterable[int] = (), indent: str = "") -> list[str]:
    """The rows as lines.

    Args:
        rows: what stands in them, from the left.
        right: the columns that stand at their right edge, such as numbers.
        indent: what stands before each line.
    """
    table = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip_longest(*table, fillvalue="")]
    edges = frozenset(right)
    return [
        indent
        + GAP.join(
            text.rjust(width) if number in edges else text.ljust(width)
            for number, (text, width) in enumerate(zip(row, widths, strict=False))
        ).rstrip()
        for row in table
    ]

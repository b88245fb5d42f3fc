"""Lines of text in columns, each as wide as what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import zip_longest

GAP = "  "
NO_SHIFT = "-/-"
"""How a shift is named where there was none."""


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


def number(value: Decimal | None) -> str:
    """A quantity without needless zeros; `-` where none is known."""
    return "-" if value is None else f"{value.normalize():f}"


def words(name: str) -> str:
    """A name out of a closed list, as people read it."""
    return name.replace("_", " ")


def shift_words(shift: str) -> str:
    """`{business_date}/{shift_id}`, as people read it where there was none."""
    return "no shift" if shift == NO_SHIFT else shift

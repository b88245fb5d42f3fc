"""Lines of text in columns, each as wide as what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Final

GAP = "  "
_SHORTEST_PLACE: Final = 12
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


def within(line: str, place: str, room: int | None) -> str:
    """The line in as many columns as there are: a place at its end loses its beginning, as places differ in their ends.

    Args:
        line: what would be shown.
        place: an address or a node id that the line ends with.
        room: columns of the terminal; None where there is none.
    """
    if room is None or len(line) <= room:
        return line
    head = line.removesuffix(place)
    if place and len(head) + _SHORTEST_PLACE <= room:
        return f"{head}…{place[len(head) + 1 - room :]}"
    return f"{line[: room - 1]}…"


def number(value: Decimal | None) -> str:
    """A quantity without needless zeros; `-` where none is known."""
    return "-" if value is None else f"{value.normalize():f}"


def words(name: str) -> str:
    """A name out of a closed list, as people read it."""
    return name.replace("_", " ")


def shift_words(shift: str) -> str:
    """`{business_date}/{shift_id}`, as people read it where there was none."""
    return "no shift" if shift == NO_SHIFT else shift

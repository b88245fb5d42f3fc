"""Pages of cards as SVG, A4 upright: two cards beside each other, one where its Code 128 needs the whole width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from agent.cards import fitting
from agent.cards.cards import Card
from agent.cards.fitting import LINE, Fitted
from agent.cards.looks import COLOURS, PICTOGRAMS, PLAIN
from agent.cards.symbols import Symbol, code_128, qr
from agent.cards.words import FOOT, QR_ONLY, SHEETS, Language

PAGE: Final = (210.0, 297.0)
LEFT, TOP, ROWS = 7.0, 8.0, 5
WIDTH, HEIGHT = 98.0, 56.0
"""Of a card, from cut to cut; all lengths are millimetres."""
FRAME: Final = 1.0
"""From the cut to the frame, inside which everything is printed."""
BAND, BARS, LEGEND = 10.0, 13.0, 3.4
"""Heights of the coloured band, of a Code 128's bars and of the line below them."""
MOST_128, MOST_QR = 0.51, 0.85
"""Greatest widths of a module."""
QR_ROOM: Final = 27.5
INK, GREY, PALE = "#111827", "#4a5560", "#9aa3ad"
SANS, MONO = "sans-serif", "monospace"


@dataclass(frozen=True, slots=True)
class Placed:
    """A card at its place on a page, with its symbols."""

    card: Card
    x: float
    y: float
    width: float
    bars: tuple[Symbol, float] | None
    """Code 128 and its module, None where it cannot carry the text or is too long for a page."""


def pages(cards: Iterable[Card], language: Language) -> list[str]:
    """Each page as an SVG document.

    Args:
        cards: in their order.
        language: of the line at the foot.
    """
    placed = _placed(cards)
    return [_page(page, number, len(placed), language) for number, page in enumerate(placed, 1)]


def _placed(cards: Iterable[Card]) -> list[list[Placed]]:
    found: list[list[Placed]] = []
    row, column = ROWS, 0
    for card in cards:
        width, bars = _bars_of(card.text)
        if column and (width > WIDTH or column == 2):
            row, column = row + 1, 0
        if row == ROWS:
            found.append([])
            row = 0
        found[-1].append(Placed(card, LEFT + column * WIDTH, TOP + row * HEIGHT, width, bars))
        column += 1 if width == WIDTH else 2
    return found


def _bars_of(text: str) -> tuple[float, tuple[Symbol, float] | None]:
    """The width of the card that a text needs, and its bars."""
    symbol = code_128(text)
    for width in () if symbol is None else (WIDTH, 2 * WIDTH):
        assert symbol is not None
        module = symbol.module(width - 2 * FRAME - 0.6, MOST_128)
        if module is not None:
            return width, (symbol, module)
    return WIDTH, None


def _page(placed: Sequence[Placed], number: int, of: int, language: Language) -> str:
    width, height = PAGE
    size = f'width="{width:g}mm" height="{height:g}mm"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width:g} {height:g}">',
            f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>',
            *_cut_marks(placed),
            *(part for one in placed for part in _card(one, language)),
            *_foot(number, of, language),
            "</svg>\n",
        ]
    )


def _cut_marks(placed: Sequence[Placed]) -> Iterator[str]:
    """Where to cut: marks in the margins, and faint lines along the cards."""
    rows = sorted({one.y for one in placed} | {one.y + HEIGHT for one in placed})
    last = max(rows)
    halves = any(one.width == WIDTH for one in placed)
    columns = [LEFT, LEFT + WIDTH, LEFT + 2 * WIDTH] if halves else [LEFT, LEFT + 2 * WIDTH]
    right = LEFT + 2 * WIDTH
    marks = "".join(f"M{LEFT - 5:g} {y:g}h4M{right + 1:g} {y:g}h4" for y in rows)
    marks += "".join(f"M{x:g} {TOP - 5:g}v4M{x:g} {last + 1:g}v4" for x in columns)
    yield f'<path d="{marks}" stroke="{INK}" stroke-width=".2" fill="none"/>'
    lines = "".join(f"M{one.x:g} {one.y:g}h{one.width:g}v{HEIGHT:g}h-{one.width:g}z" for one in placed)
    yield f'<path d="{lines}" stroke="{PALE}" stroke-width=".1" stroke-dasharray="1 1" fill="none"/>'


def _foot(number: int, of: int, language: Language) -> Iterator[str]:
    y = PAGE[1] - 4.5
    yield f'<path d="M{LEFT + 3:g} {y:g}h50m0-1v2m-50-2v2" stroke="{INK}" stroke-width=".25" fill="none"/>'
    yield _text(LEFT + 55, y + 0.8, 2.4, FOOT[language], fill=GREY)
    said = f"{SHEETS[language]} · {number}/{of}"
    yield _text(LEFT + 2 * WIDTH - 2, y + 0.8, 2.4, said, fill=GREY, anchor="end")


def _card(placed: Placed, language: Language) -> Iterator[str]:
    card, x, y = placed.card, placed.x + FRAME, placed.y + FRAME
    width, height = placed.width - 2 * FRAME, HEIGHT - 2 * FRAME
    colour = COLOURS.get(card.verb, PLAIN)
    yield f"<g><title>{escape(card.text)}</title>"
    body = f"M{x:g} {y + BAND:g}h{width:g}V{y + height - 2:g}a2 2 0 0 1 -2 2h-{width - 4:g}a2 2 0 0 1 -2-2z"
    yield f'<path d="{body}" fill="#fff" stroke="{colour}" stroke-width=".4"/>'
    band = f"M{x:g} {y + BAND:g}v-{BAND - 2:g}a2 2 0 0 1 2-2h{width - 4:g}a2 2 0 0 1 2 2v{BAND - 2:g}z"
    yield f'<path d="{band}" fill="{colour}" stroke="{colour}" stroke-width=".4"/>'
    place = f'transform="translate({x + 2:g} {y + 1:g}) scale({8 / 24:.5f})"'
    yield f'<path {place} d="{PICTOGRAMS[card.verb]}" fill="#fff" fill-rule="evenodd"/>'
    title = fitting.fitted(card.title, width - 15, BAND - 1, 6.2)
    yield from _lines(title, x + 12.5, y + BAND / 2, fill="#fff", weight="bold")
    foot = BARS + LEGEND + 1.5 if placed.bars else 2.0
    room = height - BAND - foot
    symbol, side = qr(card.text), min(room - 0.5, QR_ROOM if placed.bars else room)
    module = symbol.module(side, MOST_QR, side)
    assert module is not None, "the longest code of a directory has its place on a card"
    size = module * symbol.width
    yield _symbol(symbol, (x + width - 1 - size, y + BAND + 0.3 + (room - size) / 2), module, module)
    left = width - size - 8
    words = fitting.fitted(card.about or card.does, left, room - (3 if placed.bars else 15), _letters(card))
    yield from _lines(
        words, x + 4, y + BAND + (room if placed.bars else room - 8) / 2, weight="bold" if card.about else "normal"
    )
    yield from (
        _bars(placed, x, y + height) if placed.bars else _reason_for_qr(card, language, (x + 4, y + height), left)
    )
    yield "</g>"


def _bars(placed: Placed, x: float, bottom: float) -> Iterator[str]:
    """The bars at the foot of a card, whose lower left corner is given, and what is in them."""
    assert placed.bars is not None
    symbol, module = placed.bars
    width = placed.width - 2 * FRAME
    yield _symbol(symbol, (x + (width - module * symbol.width) / 2, bottom - LEGEND - BARS - 0.8), module, BARS)
    text = fitting.line(placed.card.text, width - 6, 2.7)
    yield _text(x + width / 2, bottom - 1.6, text.size, text.lines[0], family=MONO, anchor="middle")


def _reason_for_qr(card: Card, language: Language, corner: tuple[float, float], width: float) -> Iterator[str]:
    """Why there are no bars, and what is in the QR code."""
    x, bottom = corner
    said = fitting.fitted(QR_ONLY[language], width, 6.5, 2.6)
    yield from _lines(said, x, bottom - 8.5, fill=GREY)
    text = fitting.line(card.text, width, 2.7)
    yield _text(x, bottom - 2.2, text.size, text.lines[0], family=MONO)


def _letters(card: Card) -> float:
    """The greatest size of what a card is about, or of what it does."""
    if not card.about:
        return 5.0
    return 16.0 if card.about.isdigit() else 8.0


def _symbol(symbol: Symbol, at: tuple[float, float], across: float, down: float) -> str:
    return (
        f'<path transform="translate({at[0]:.4f} {at[1]:.4f}) scale({across:.6f} {down:.6f})" '
        f'shape-rendering="crispEdges" d="{symbol.path}"/>'
    )


def _lines(text: Fitted, x: float, middle: float, *, fill: str = INK, weight: str = "normal") -> Iterator[str]:
    """Lines one below the other around a height."""
    top = middle - (len(text.lines) - 1) * LINE * text.size / 2
    for number, line in enumerate(text.lines):
        # Letters stand on their line: capitals reach up about 0.72 of their size.
        yield _text(x, top + number * LINE * text.size + 0.36 * text.size, text.size, line, fill=fill, weight=weight)


def _text(  # noqa: PLR0913 - attributes of one element
    x: float,
    y: float,
    size: float,
    text: str,
    *,
    fill: str = INK,
    weight: str = "normal",
    family: str = SANS,
    anchor: str = "start",
) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-family="{family}" font-size="{size:.2f}" font-weight="{weight}" '
        f'fill="{fill}" text-anchor="{anchor}" xml:space="preserve">{escape(text)}</text>'
    )

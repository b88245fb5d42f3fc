"""What a Modbus map could mean: it has no names, so what moves comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from agent.commissioning.answers import Register
from agent.commissioning.candidates import Candidate
from agent.commissioning.watching import movement
from agent.core.observations import SignalValue
from agent.core.sources.address import AddressSettings
from drivers.modbus_values import value_of
from drivers.modbus_wire import Table

_BITS: Final = frozenset({"coil", "discrete"})
_WIDTHS: Final = {
    "uint16": 1,
    "int16": 1,
    "bcd16": 1,
    "uint32": 2,
    "int32": 2,
    "float32": 2,
    "bcd32": 2,
    "uint64": 4,
    "int64": 4,
    "float64": 4,
}
"""Registers of each type of number."""
_LEAST: Final = 1e-4
_MOST: Final = 1e9
"""Between these is what a machine measures; of other bit patterns most are no such number."""
_SHORTEST_TEXT: Final = 3
_LONGEST_TEXT: Final = 32
"""Registers of a text."""


def candidates(series: Mapping[tuple[Table, int], Sequence[SignalValue]], watch_s: float) -> list[Candidate]:
    """Every register and bit; beside a counting register the numbers of 32 bits that it may be the lower half of.

    Sorted: what counts, what changes, what is not 0, the rest.
    """
    found = [_single(table, address, samples, watch_s) for (table, address), samples in series.items()]
    for one in list(found):
        assert isinstance(one.where, Register)
        if one.movement.counts and one.where.type == "uint16":
            found += _pairs(one.where, series, watch_s)
    return sorted(found, key=_rank)


def _single(table: Table, address: int, samples: Sequence[SignalValue], watch_s: float) -> Candidate:
    if table in _BITS:
        where = Register(table, address, "bit")
        samples = [None if one is None else bool(one) for one in samples]
    else:
        where = Register(table, address)
    return _candidate(where, samples, watch_s)


def _pairs(low: Register, series: Mapping[tuple[Table, int], Sequence[SignalValue]], watch_s: float) -> list[Candidate]:
    pairs: list[Candidate] = []
    for high, first, order in ((low.address - 1, low.address - 1, "big"), (low.address + 1, low.address, "little")):
        upper = series.get((low.table, high))
        if upper is None:
            continue
        lower = series[low.table, low.address]
        samples = [
            None if one is None or other is None else int(other) << 16 | int(one)
            for one, other in zip(lower, upper, strict=True)
        ]
        pair = _candidate(Register(low.table, first, "uint32", order), samples, watch_s)
        # The upper half of a count stands as long as the lower one does not start again.
        if pair.movement == movement(lower, watch_s):
            pairs.append(pair)
    return pairs


def _candidate(where: Register, samples: Sequence[SignalValue], watch_s: float) -> Candidate:
    known = [one for one in samples if one is not None]
    shown = f"{where.table} {where.address}"
    if (width := _WIDTHS.get(where.type, where.length or 1)) > 1:
        shown += f"-{where.address + width - 1}"
    kind = where.type if where.word_order == "big" else f"{where.type} little"
    return Candidate(where, shown, kind, known[-1] if known else None, movement(samples, watch_s))


def readable_as(series: Mapping[tuple[Table, int], Sequence[SignalValue]], watch_s: float) -> list[Candidate]:
    """Every way in which registers may be meant: all widths and orders that give something a machine may show.

    Sorted by where they stand, so that all ways of one register stand together.
    """
    found: list[Candidate] = []
    for table, address in series:
        if table in _BITS:
            found.append(_single(table, address, series[table, address], watch_s))
            continue
        for kind, width in _WIDTHS.items():
            for order in ("big", "little") if width > 1 else ("big",):
                found += _read_as(Register(table, address, kind, order), width, series, watch_s)
        found += _text_at(table, address, series, watch_s)
    return sorted(found, key=_place)


def _read_as(
    where: Register, width: int, series: Mapping[tuple[Table, int], Sequence[SignalValue]], watch_s: float
) -> list[Candidate]:
    rows = [series.get((where.table, where.address + offset)) for offset in range(width)]
    known = [row for row in rows if row is not None]
    if len(known) < width:
        return []
    settings = AddressSettings.model_validate({"key": "value", **where.settings})
    samples = [_value(settings, raw) for raw in zip(*known, strict=True)]
    one = _candidate(where, samples, watch_s)
    is_told = where.type == "uint16" or _says_something(where, one.value, known)
    return [one] if is_told or _is_count(one, where, known, watch_s) else []


def _is_count(one: Candidate, where: Register, rows: Sequence[Sequence[SignalValue]], watch_s: float) -> bool:
    """Whether its lower half counts, as that of a counter does whose upper half is still 0."""
    lower = rows[-1] if where.word_order == "big" else rows[0]
    return where.type == "uint32" and one.movement.counts and one.movement == movement(lower, watch_s)


def _value(settings: AddressSettings, raw: Sequence[SignalValue]) -> SignalValue:
    words = [int(one) for one in raw if one is not None and not isinstance(one, str)]
    if len(words) < len(raw):
        return None
    try:
        return value_of(settings, words)
    except ValueError:
        return None


def _says_something(where: Register, value: SignalValue, rows: Sequence[Sequence[SignalValue]]) -> bool:
    """Whether it is another number than its narrower readings, and one that a machine may show."""
    last = [row[-1] for row in rows]
    if value is None or not all(isinstance(one, int) for one in last) or not any(last):
        return False
    if where.type.startswith("float"):
        return isinstance(value, float) and _LEAST <= abs(value) <= _MOST
    if where.type.startswith("int"):
        return isinstance(value, int) and value < 0 and abs(value) <= _MOST
    if where.type.startswith("bcd"):
        return isinstance(value, int) and value > 9
    # All words of a wider number say something, or it is the narrower one.
    upper = last[0] if where.word_order == "big" else last[-1]
    return bool(upper)


def _text_at(
    table: Table, address: int, series: Mapping[tuple[Table, int], Sequence[SignalValue]], watch_s: float
) -> list[Candidate]:
    """A run of registers with two printable characters each, from its first one."""
    if _is_text(series.get((table, address - 1))):
        return []
    length = 0
    while length < _LONGEST_TEXT and _is_text(series.get((table, address + length))):
        length += 1
    if length < _SHORTEST_TEXT:
        return []
    where = Register(table, address, "string", length=length)
    settings = AddressSettings.model_validate({"key": "value", **where.settings})
    rows = [series[table, address + offset] for offset in range(length)]
    return [_candidate(where, [_value(settings, raw) for raw in zip(*rows, strict=True)], watch_s)]


def _is_text(row: Sequence[SignalValue] | None) -> bool:
    word = row[-1] if row else None
    return isinstance(word, int) and all(32 <= octet < 127 for octet in divmod(word, 256))


def _place(one: Candidate) -> tuple[str, int, int]:
    assert isinstance(one.where, Register)
    return one.where.table, one.where.address, _WIDTHS.get(one.where.type, _LONGEST_TEXT)


def _rank(one: Candidate) -> tuple[int, str, int, str]:
    assert isinstance(one.where, Register)
    moving = 0 if one.movement.counts else 1 if one.movement.changes else 2 if one.value else 3
    return moving, one.where.table, one.where.address, one.where.type

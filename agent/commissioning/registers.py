"""What a Modbus map could mean: it has no names, so what moves comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from agent.commissioning.answers import Register
from agent.commissioning.candidates import Candidate
from agent.commissioning.watching import movement
from agent.core.observations import SignalValue
from drivers.modbus_wire import Table

_BITS: Final = frozenset({"coil", "discrete"})


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
    if where.type == "uint32":
        shown += f"-{where.address + 1}"
    kind = where.type if where.word_order == "big" else f"{where.type} little"
    return Candidate(where, shown, kind, known[-1] if known else None, movement(samples, watch_s))


def _rank(one: Candidate) -> tuple[int, str, int, str]:
    assert isinstance(one.where, Register)
    moving = 0 if one.movement.counts else 1 if one.movement.changes else 2 if one.value else 3
    return moving, one.where.table, one.where.address, one.where.type

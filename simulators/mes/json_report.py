"""The report for machines: every figure, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal

from simulators.mes.facts import Operation, ShiftKey
from simulators.mes.figures import MesReport


def as_json(report: MesReport) -> str:
    """All of it; quantities are decimals written as texts, what was made without an order has the order null."""
    return json.dumps(_plain(report), default=_written, ensure_ascii=False, indent=2)


def _plain(value: object) -> object:
    """Figures by the names of their fields, all the way down."""
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, (Operation, ShiftKey)):
        return value._asdict()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return value


def _written(value: object) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat()
    raise TypeError(f"{value!r} is no figure")

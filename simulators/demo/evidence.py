"""All that the verdict is given by, and what the MES's store says beyond its report."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from simulators.demo.records import OperatorLog, Span, SupervisorLog
from simulators.demo.tolerances import Tolerances
from simulators.mes.report import MesReport
from simulators.truth import TruthEvent

_SOURCES = "SELECT DISTINCT source FROM events WHERE time > ?"
_OUTPUT = "SELECT wc, payload FROM events WHERE type = 'output.recorded' ORDER BY source, sequence"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Truth, notes and claim."""

    truth: Sequence[TruthEvent]
    """What the simulators logged."""
    supervisor: SupervisorLog
    operators: OperatorLog
    report: MesReport
    """What the MES knows, cut to the time in which the agent ran."""
    outputs: Mapping[str, Sequence[Span]]
    """Work center to the interval of each output fact at the MES, in order."""
    sent: Mapping[str, int]
    """Type to number of facts in the agent's journal."""
    tolerances: Tolerances


def without_past(report: MesReport, store: Path, day: datetime) -> MesReport:
    """The report without the former epochs of a journal with a past: an MES that begins empty is sent it all.

    Raises:
        sqlite3.Error: there is no such file, or it is no MES store.
    """
    before = (day - timedelta(days=1)).isoformat()
    with closing(sqlite3.connect(f"file:{quote(str(store))}?mode=ro", uri=True)) as connection:
        present = {source for (source,) in connection.execute(_SOURCES, (before,))}
    through = {source: last for source, last in report.through.items() if source in present}
    gaps = {source: found for source, found in report.gaps.items() if source in present}
    return replace(report, through=through, gaps=gaps)


def read_outputs(store: Path) -> dict[str, tuple[Span, ...]]:
    """The intervals of all output facts at the MES.

    Raises:
        sqlite3.Error: there is no such file, or it is no MES store.
    """
    spans: dict[str, list[Span]] = {}
    with closing(sqlite3.connect(f"file:{quote(str(store))}?mode=ro", uri=True)) as connection:
        for wc, payload in connection.execute(_OUTPUT):
            interval = json.loads(payload)["data"]["interval"]
            start, end = (datetime.fromisoformat(interval[edge]) for edge in ("start", "end"))
            spans.setdefault(wc, []).append(Span(start, end))
    return {wc: tuple(found) for wc, found in spans.items()}

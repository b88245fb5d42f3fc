"""The agent in numbers, in the text format of Prometheus (version 0.0.4). docs/local-api.md promises the names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from agent import VERSION
from agent.core.machine.conditions import Condition
from agent.core.views import AgentView, UplinkState
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.lag import Lag
from agent.storage import StorageWatch

Kind: TypeAlias = Literal["counter", "gauge"]


@dataclass(frozen=True, slots=True)
class Metric:
    """What one name means."""

    name: str
    kind: Kind
    help: str


METRICS: Final = (
    Metric("lineside_info", "gauge", "Who this agent is; always 1."),
    Metric("lineside_facts_committed_total", "counter", "Facts that are durable in this journal."),
    Metric("lineside_facts_confirmed_through", "gauge", "Sequence of the epoch up to which the MES has every fact."),
    Metric("lineside_facts_waiting", "gauge", "Facts that the MES has not confirmed."),
    Metric("lineside_facts_oldest_waiting_seconds", "gauge", "Plant seconds since the oldest of them was committed."),
    Metric("lineside_facts_parked", "gauge", "Facts that the broker or the MES did not take."),
    Metric("lineside_uplink_state", "gauge", "1 for the state that the uplink is in, 0 for the others."),
    Metric("lineside_autonomy_seconds", "gauge", "Plant seconds until only the reserve of the disk is left."),
    Metric(
        "lineside_link_up",
        "gauge",
        "1 while the machine is connected, or where there is none; 0 while not.",
    ),
    Metric("lineside_condition", "gauge", "1 for the condition that the machine is in, 0 for the others."),
    Metric("lineside_scans_total", "counter", "Codes read since the agent started, by what became of them."),
    Metric("lineside_alarm", "gauge", "1 for each thing that is wrong and somebody must act on."),
    Metric("lineside_discrepancies_open", "gauge", "Contradictions that nobody has resolved."),
    Metric("lineside_journal_bytes", "gauge", "Size of the journal."),
    Metric("lineside_journal_free_bytes", "gauge", "Free space on the journal's disk."),
    Metric("lineside_loop_lag_seconds", "gauge", "The longest delay of the agent's loop in the last minute."),
    Metric("process_resident_memory_bytes", "gauge", "Memory of the agent's process."),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One number."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gauges:
    """Where the numbers come from."""

    journal: Journal
    intake: Intake
    storage: StorageWatch
    lag: Lag

    def samples(self, view: AgentView) -> Iterator[Sample]:
        """All of them at present; what is not known is left out."""
        yield Sample("lineside_info", 1, _about(view))
        yield from self._of_facts(view)
        yield from _of_machines(view)
        for wc_id in self.intake.present.stations:
            for outcome in ("accepted", "refused"):
                labels = {"work_center": wc_id, "outcome": outcome}
                yield Sample("lineside_scans_total", self.intake.scans[wc_id, outcome], labels)
        for alarm in view.alarms:
            yield Sample("lineside_alarm", 1, {"code": alarm.code})
        yield Sample("lineside_discrepancies_open", view.open_discrepancies)
        space = self.storage.space
        if space is not None:
            yield Sample("lineside_journal_bytes", space.journal_bytes)
            yield Sample("lineside_journal_free_bytes", space.free_bytes)
        yield Sample("lineside_loop_lag_seconds", self.lag.worst_s)
        yield Sample("process_resident_memory_bytes", _memory_bytes())

    def _of_facts(self, view: AgentView) -> Iterator[Sample]:
        marks, uplink = self.journal.marks, view.uplink
        yield Sample("lineside_facts_committed_total", marks.last_position)
        through = marks.current.confirmed_through
        yield Sample("lineside_facts_confirmed_through", through, {"epoch": marks.epoch})
        yield Sample("lineside_facts_waiting", uplink.waiting)
        yield Sample("lineside_facts_oldest_waiting_seconds", uplink.oldest_age_s or 0.0)
        yield Sample("lineside_facts_parked", uplink.parked)
        for state in get_args(UplinkState):
            yield Sample("lineside_uplink_state", state == uplink.state, {"state": state})
        if uplink.autonomy_s is not None:
            yield Sample("lineside_autonomy_seconds", uplink.autonomy_s)


def text(samples: Iterable[Sample]) -> str:
    """What Prometheus reads."""
    by_name: dict[str, list[Sample]] = {metric.name: [] for metric in METRICS}
    for sample in samples:
        by_name[sample.name].append(sample)
    lines: list[str] = []
    for metric in METRICS:
        if by_name[metric.name]:
            lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
            lines += map(_line, by_name[metric.name])
    return "".join(f"{line}\n" for line in lines)


def _line(sample: Sample) -> str:
    labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels.items())
    return f"{sample.name}{{{labels}}} {_number(sample.value)}" if labels else f"{sample.name} {_number(sample.value)}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return repr(float(value)) if value != int(value) else str(int(value))


def _about(view: AgentView) -> dict[str, str]:
    return {"version": VERSION, "agent_id": view.agent_id, "site": view.site, "execution_mode": view.execution_mode}


def _of_machines(view: AgentView) -> Iterator[Sample]:
    for center in view.work_centers:
        labels = {"work_center": center.wc_id}
        yield Sample("lineside_link_up", center.link_up, labels)
        for condition in Condition:
            yield Sample("lineside_condition", condition == center.condition, {**labels, "condition": condition})


def _memory_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")

"""The agent in numbers. docs/metrics.md promises the names."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from agent import VERSION
from agent.core.machine.conditions import Condition
from agent.core.views import AgentView, UplinkState
from agent.exposition import Metric, Sample, histogram
from agent.lag import Lag
from agent.logs import setup
from agent.overview import Overview
from agent.synchrony import Synchrony
from agent.telemetry import Telemetry

METRICS: Final = (
    Metric(
        "lineside_info",
        "gauge",
        "Who this agent is; always 1.",
        ("version", "agent_id", "site", "execution_mode"),
    ),
    Metric("lineside_facts_committed_total", "counter", "Facts that are durable in this journal."),
    Metric(
        "lineside_facts_confirmed_through",
        "gauge",
        "Sequence of the epoch up to which the MES has every fact.",
        ("epoch",),
    ),
    Metric("lineside_facts_waiting", "gauge", "Facts that the MES has not confirmed."),
    Metric("lineside_facts_oldest_waiting_seconds", "gauge", "Plant seconds since the oldest of them was committed."),
    Metric("lineside_facts_parked", "gauge", "Facts that the broker or the MES did not take."),
    Metric("lineside_uplink_state", "gauge", "1 for the state that the uplink is in, 0 for the others.", ("state",)),
    Metric("lineside_uplink_connections_total", "counter", "Connections to the broker since the agent started."),
    Metric(
        "lineside_delivery_seconds",
        "histogram",
        "Real seconds from a commit of facts until the MES confirmed them, since the agent started.",
    ),
    Metric("lineside_autonomy_seconds", "gauge", "Plant seconds until only the reserve of the disk is left."),
    Metric(
        "lineside_link_up",
        "gauge",
        "1 while the machine is connected, or where there is none; 0 while not.",
        ("work_center",),
    ),
    Metric(
        "lineside_machine_silent_seconds",
        "gauge",
        "Plant seconds since the machine was heard of last.",
        ("work_center",),
    ),
    Metric(
        "lineside_reader_up",
        "gauge",
        "1 while the barcode reader is connected, 0 while not.",
        ("work_center", "reader"),
    ),
    Metric(
        "lineside_losses_total",
        "counter",
        "How often a machine, or the reader that is named, was lost since the agent started.",
        ("work_center", "reader"),
    ),
    Metric(
        "lineside_condition",
        "gauge",
        "1 for the condition that the machine is in, 0 for the others.",
        ("work_center", "condition"),
    ),
    Metric(
        "lineside_scans_total",
        "counter",
        "Codes read since the agent started, by what became of them.",
        ("work_center", "outcome"),
    ),
    Metric("lineside_alarm", "gauge", "1 for each thing that is wrong and somebody must act on.", ("code",)),
    Metric("lineside_discrepancies_open", "gauge", "Contradictions that nobody has resolved."),
    Metric("lineside_journal_bytes", "gauge", "Size of the journal."),
    Metric("lineside_journal_free_bytes", "gauge", "Free space on the journal's disk."),
    Metric("lineside_commit_seconds", "histogram", "Real seconds of each commit, waiting for the disk included."),
    Metric("lineside_telemetry_dropped_total", "counter", "Values of telemetry dropped since the agent started."),
    Metric("lineside_clock_steps_total", "counter", "How often the system's clock was set since the agent started."),
    Metric("lineside_clock_synchronised", "gauge", "1 while the system's clock follows a source of time, 0 while not."),
    Metric("lineside_log_lines_left_out_total", "counter", "Lines that the log's limits left out since the start."),
    Metric("lineside_loop_lag_seconds", "gauge", "The longest delay of the agent's loop in the last minute."),
    Metric("lineside_tasks", "gauge", "Tasks of the agent's loop."),
    Metric("process_cpu_seconds_total", "counter", "Seconds of a core that the agent's process has used."),
    Metric("process_open_fds", "gauge", "Files and sockets that the agent's process has open."),
    Metric("process_resident_memory_bytes", "gauge", "Memory of the agent's process."),
)


@dataclass(frozen=True, slots=True)
class Gauges:
    """Where the numbers come from."""

    overview: Overview
    telemetry: Telemetry
    lag: Lag
    synchrony: Synchrony

    def samples(self, view: AgentView) -> Iterator[Sample]:
        """All of them at present; what is not known is left out."""
        yield Sample("lineside_info", 1, _about(view))
        yield from self._of_facts(view)
        yield from self._of_devices(view)
        intake = self.overview.intake
        for wc_id in intake.present.stations:
            for outcome in ("accepted", "refused"):
                labels = {"work_center": wc_id, "outcome": outcome}
                yield Sample("lineside_scans_total", intake.scans[wc_id, outcome], labels)
        for alarm in view.alarms:
            yield Sample("lineside_alarm", 1, {"code": alarm.code})
        yield Sample("lineside_discrepancies_open", view.open_discrepancies)
        yield Sample("lineside_telemetry_dropped_total", self.telemetry.dropped)
        yield Sample("lineside_clock_steps_total", intake.clock_steps)
        if self.synchrony.present is not None:
            yield Sample("lineside_clock_synchronised", self.synchrony.present)
        yield Sample("lineside_loop_lag_seconds", self.lag.worst_s)
        yield from _of_the_process()

    def _of_facts(self, view: AgentView) -> Iterator[Sample]:
        way, uplink = self.overview.way, view.uplink
        journal, marks = way.journal, way.journal.marks
        yield Sample("lineside_facts_committed_total", marks.last_position)
        through = marks.current.confirmed_through
        yield Sample("lineside_facts_confirmed_through", through, {"epoch": marks.epoch})
        yield Sample("lineside_facts_waiting", uplink.waiting)
        yield Sample("lineside_facts_oldest_waiting_seconds", uplink.oldest_age_s or 0.0)
        yield Sample("lineside_facts_parked", uplink.parked)
        for state in get_args(UplinkState):
            yield Sample("lineside_uplink_state", state == uplink.state, {"state": state})
        yield Sample("lineside_uplink_connections_total", way.uplink.sessions)
        yield from histogram("lineside_delivery_seconds", journal.transit.durations)
        if uplink.autonomy_s is not None:
            yield Sample("lineside_autonomy_seconds", uplink.autonomy_s)
        yield from histogram("lineside_commit_seconds", journal.commits)
        space = way.storage.space
        if space is not None:
            yield Sample("lineside_journal_bytes", space.journal_bytes)
            yield Sample("lineside_journal_free_bytes", space.free_bytes)

    def _of_devices(self, view: AgentView) -> Iterator[Sample]:
        contacts, now = self.overview.intake.contacts, self.overview.clock.now().monotonic
        for center in view.work_centers:
            labels = {"work_center": center.wc_id}
            yield Sample("lineside_link_up", center.link_up, labels)
            heard = contacts.heard.get(center.wc_id)
            if heard is not None:
                yield Sample("lineside_machine_silent_seconds", max(now - heard, 0.0), labels)
            yield Sample("lineside_losses_total", contacts.losses[center.wc_id, ""], labels)
            for condition in Condition:
                yield Sample("lineside_condition", condition == center.condition, {**labels, "condition": condition})
        for scanner in self.overview.configuration.settings.scanner:
            labels = {"work_center": scanner.work_center, "reader": scanner.name}
            place = (scanner.work_center, scanner.name)
            yield Sample("lineside_reader_up", place in contacts.readers, labels)
            yield Sample("lineside_losses_total", contacts.losses[place], labels)


def _about(view: AgentView) -> dict[str, str]:
    return {"version": VERSION, "agent_id": view.agent_id, "site": view.site, "execution_mode": view.execution_mode}


def _of_the_process() -> Iterator[Sample]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    yield Sample("lineside_log_lines_left_out_total", setup.left_out())
    yield Sample("lineside_tasks", len(asyncio.all_tasks()))
    yield Sample("process_cpu_seconds_total", used.ru_utime + used.ru_stime)
    yield Sample("process_open_fds", sum(1 for _ in Path("/proc/self/fd").iterdir()))
    yield Sample("process_resident_memory_bytes", int(pages) * os.sysconf("SC_PAGE_SIZE"))

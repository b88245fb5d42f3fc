"""The whole present of the agent as one document, out of what is durable and how delivery goes."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from agent import VERSION
from agent.alarms import Alarms
from agent.batch import Stand
from agent.clock import Clock
from agent.core import code_views, station_view
from agent.core.discrepancies import register_view
from agent.core.errors import JournalError
from agent.core.station import Station
from agent.core.times import epoch, iso
from agent.core.views import API_VERSION, AgentView, AlarmView, UplinkState, UplinkView
from agent.core.work_center_view import WorkCenterView
from agent.forwarder import Forwarder
from agent.in_force import InForce
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.storage import StorageWatch
from agent.uplink import Uplink

FEW = 50
"""So many facts on their way are no backlog."""
FEW_CENTERS = 5
"""So many work centers have room in one line."""


@dataclass(frozen=True, slots=True)
class Way:
    """The way of facts to the MES: looks at it and changes nothing."""

    journal: Journal
    uplink: Uplink
    forwarder: Forwarder
    storage: StorageWatch

    async def look(self, now: float) -> UplinkView:
        """How delivery goes at this plant time."""
        oldest = None
        with suppress(JournalError):
            oldest = await self.journal.oldest_waiting()
        next_batch = self.forwarder.gate.next_batch
        acknowledged = self.forwarder.receipts.last_ack
        return UplinkView(
            state=self.state,
            since=iso(self.uplink.since),
            waiting=self.journal.waiting,
            oldest_age_s=None if oldest is None else round(max(now - epoch(oldest), 0.0), 3),
            autonomy_s=None if self.storage.autonomy_s is None else round(self.storage.autonomy_s),
            parked=self.storage.parked,
            last_ack=None if acknowledged is None else iso(acknowledged),
            held=self.forwarder.gate.holds,
            next_batch=None if next_batch is None else iso(next_batch),
            detail=self.uplink.detail,
        )

    @property
    def state(self) -> UplinkState:
        """In one word."""
        if not self.uplink.online:
            return "offline"
        if not self.forwarder.confirming:
            return "not_confirming"
        return "sending" if self.journal.waiting - self.forwarder.gate.holds > FEW else "online"


@dataclass(frozen=True, slots=True)
class Overview:
    """Looks at everything and changes nothing."""

    configuration: InForce
    clock: Clock
    instance: str
    intake: Intake
    alarms: Alarms
    way: Way

    def in_one_line(self) -> str:
        """What goes on, for `systemctl status`."""
        stations = self.intake.present.stations.values()
        conditions = [(one.setup.machine.work_center, one.state.watch.condition.lower()) for one in stations]
        if len(conditions) > FEW_CENTERS:
            counted = Counter(condition for _, condition in conditions)
            conditions = [(str(count), condition) for condition, count in counted.most_common()]
        machines = ", ".join(f"{name} {condition}" for name, condition in conditions)
        mes = f"MES {self.way.state.replace('_', ' ')}, {self.way.journal.waiting} waiting"
        wrong = f"; wrong: {', '.join(alarm.code for alarm in self.alarms.current)}" if self.alarms.current else ""
        return f"{machines}; {mes}{wrong}"

    async def look(self) -> AgentView:
        """The agent at present."""
        present = self.intake.present
        now = self.clock.now().wall
        directories, settings = present.desk.directories, self.configuration.settings
        return AgentView(
            api_version=API_VERSION,
            version=VERSION,
            agent_id=settings.agent.id,
            site=settings.agent.site,
            instance=self.instance,
            epoch=self.way.journal.marks.epoch,
            execution_mode=settings.execution_mode,
            plant_time=iso(now),
            speed=self.clock.speed,
            time_zone=settings.agent.time_zone,
            config=self.configuration.view,
            uplink=await self.way.look(now),
            alarms=tuple(
                AlarmView(code=alarm.code, since=iso(alarm.since), text=alarm.text) for alarm in self.alarms.current
            ),
            reasons=code_views.reasons(directories),
            reason_groups=code_views.groups(directories),
            lists=code_views.lists(directories),
            open_discrepancies=present.desk.state.register.total,
            discrepancies=register_view.view(present.desk.state.register),
            badge_pattern=settings.codes.badge,
            work_centers=tuple(self._work_center(station, present, now) for station in present.stations.values()),
        )

    def _work_center(self, station: Station, present: Stand, now: float) -> WorkCenterView:
        """As it durably is, but for readers never reached yet, and a scan that was refused as nothing could be kept."""
        shown = station_view.view(station, present.desk.directories, now)
        shown = shown.model_copy(update={"readers_down": self._readers_down(shown)})
        kept, refused = station.state.floor.last_scan, self.intake.refused.get(shown.wc_id)
        if refused is None or (kept is not None and kept.at >= refused.at):
            return shown
        return shown.model_copy(update={"last_scan": station_view.scanned(refused)})

    def _readers_down(self, shown: WorkCenterView) -> tuple[str, ...]:
        """Those that were lost, and those that this run of the agent has not reached yet."""
        readers = {one.name for one in self.configuration.settings.scanner if one.work_center == shown.wc_id}
        reached = {name for wc_id, name in self.intake.contacts.readers if wc_id == shown.wc_id}
        return (*shown.readers_down, *sorted(readers - reached - set(shown.readers_down)))

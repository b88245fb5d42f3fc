"""The whole present of the agent as one document, out of what is durable and how delivery goes."""

from __future__ import annotations

from dataclasses import dataclass

from agent import VERSION
from agent.clock import Clock
from agent.core import station_view
from agent.core.settings import Settings
from agent.core.times import epoch, iso
from agent.core.views import API_VERSION, AgentView, ReasonView, UplinkState, UplinkView
from agent.forwarder import Forwarder
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.uplink import Uplink

FEW = 50
"""So many facts on their way are no backlog."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Looks at everything and changes nothing."""

    settings: Settings
    clock: Clock
    instance: str
    journal: Journal
    intake: Intake
    uplink: Uplink
    forwarder: Forwarder

    async def look(self) -> AgentView:
        """The agent at present."""
        present = self.intake.present
        directories = present.desk.directories
        now = self.clock.now().wall
        return AgentView(
            api_version=API_VERSION,
            version=VERSION,
            agent_id=self.settings.agent.id,
            site=self.settings.agent.site,
            instance=self.instance,
            epoch=self.journal.marks.epoch,
            execution_mode=self.settings.execution_mode,
            plant_time=iso(now),
            speed=self.clock.speed,
            time_zone=self.settings.agent.time_zone,
            uplink=await self._uplink(now),
            reasons=tuple(ReasonView(code=entry.code, text=entry.text) for entry in directories.reasons.reasons),
            work_centers=tuple(station_view.view(station, directories) for station in present.stations.values()),
        )

    async def _uplink(self, now: float) -> UplinkView:
        oldest = await self.journal.oldest_waiting()
        acknowledged = self.forwarder.last_ack
        return UplinkView(
            state=self._state(),
            since=iso(self.uplink.since),
            waiting=self.journal.waiting,
            oldest_age_s=None if oldest is None else round(max(now - epoch(oldest), 0.0), 3),
            last_ack=None if acknowledged is None else iso(acknowledged),
            detail=self.uplink.detail,
        )

    def _state(self) -> UplinkState:
        if not self.uplink.online:
            return "offline"
        if not self.forwarder.confirming:
            return "not_confirming"
        return "sending" if self.journal.waiting > FEW else "online"

"""The agent's own parts in this process: an intake on a real journal, and readings to feed it with."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from agent import intake
from agent.alarms import Alarms
from agent.app import restored
from agent.clock import Clock, draw_ids
from agent.core.codes.badges import Badges
from agent.core.codes.code_settings import CodeSettings
from agent.core.context import Context
from agent.core.directories import Directories, Order
from agent.core.draft import Provenance
from agent.core.facts import Fact
from agent.core.observations import Image, Instant, Link, Quality, Scan, Signal, SignalValue, Started
from agent.core.settings import Settings
from agent.core.station import Station, StationObservation
from agent.intake import Intake
from agent.journal.journal import Journal, open_journal
from tests.bench.configuration import WORK_CENTER, synthetic

EXECUTE = 6
EPOCH = "bench"


@dataclass(frozen=True, slots=True)
class Desk:
    """An intake at work."""

    intake: Intake
    journal: Journal

    async def durable(self, wc_id: str = WORK_CENTER) -> None:
        """Return when everything taken so far is on the disk."""
        await self.intake.submit(Link(wc_id, "plc", up=True, observed=now()))


@asynccontextmanager
async def working_desk(settings: Settings) -> AsyncIterator[Desk]:
    """An intake whose machines run and are watched."""
    clock = Clock()
    async with open_journal(settings.agent.data, EPOCH, clock.now().wall) as journal:
        badges = Badges(b"key of the bench's site", settings.codes)
        desk = Intake(journal, restored(settings, journal), clock, badges, Alarms(time.time))
        async with intake.running(desk, settings.agent.tick_s):
            for machine in settings.machine:
                await desk.take(awakening(machine.work_center))
            yield Desk(desk, journal)


def now() -> Instant:
    """This instant."""
    return Instant(time.time(), time.monotonic())


def awakening(wc_id: str) -> list[StationObservation]:
    """What makes a machine watched and running."""
    at = now()
    return [
        Started(wc_id, at, EPOCH),
        Link(wc_id, "plc", up=True, observed=at),
        image(wc_id, at, packml_state=EXECUTE, mode=1, total=0, scrap=0, boot=1),
    ]


def image(wc_id: str, at: Instant, **values: SignalValue) -> Image:
    """Readings of this instant."""
    return Image(
        wc_id, tuple(Signal(wc_id, key, value, Quality.GOOD, at.wall, at) for key, value in values.items()), at
    )


def station_at_work(flush_s: float) -> tuple[Station, Context]:
    """A station without journal or loop, with a planned order in progress."""
    order = Order(
        rev="7",
        order_id="PO-100234",
        op_no="0010",
        item_id="ITEM-4711",
        qty_planned=Decimal(5000),
        uom="EA",
        release_status="released",
        bom_version="B3",
        route_version="R2",
        norm_version="N5",
    )
    context = Context(Directories(orders={(WORK_CENTER, order.order_id): order}), {})
    station = Station.new(synthetic(flush_s=flush_s), CodeSettings(), Provenance(EPOCH, "production"))
    scan = Scan(WORK_CENTER, f"ORD:{order.order_id}", now(), "hand")
    for observation in (*awakening(WORK_CENTER), scan):
        station = station.observe(observation, draw_ids(observation.observed), context).station
    return station, context


def output_facts(count: int) -> list[Fact]:
    """Real `output.recorded` facts."""
    station, context = station_at_work(flush_s=1e-9)
    facts: list[Fact] = []
    for number in range(1, count + 1):
        at = now()
        outcome = station.observe(image(WORK_CENTER, at, total=number), draw_ids(at), context)
        station = outcome.station
        facts.extend(outcome.facts)
    return facts

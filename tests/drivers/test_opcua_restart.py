"""A server that restarted, and one that was out of reach: from the wire to what a station counts (domain.md K8)."""

import time
from collections.abc import Iterator

import pytest

from agent.acquisition import together
from agent.core.codes.code_settings import CodeSettings
from agent.core.machine_settings import CounterSettings, Role
from agent.core.observations import Link, Started
from agent.core.station import Station
from drivers.opcua import OpcUaDriver
from tests.core.build import PROVENANCE, Story, a_story
from tests.drivers.opcua_plants import BehavingPlant, reading
from tests.drivers.plants import now

LONG_AGO_S = 600.0


@pytest.fixture(scope="module")
def plant() -> Iterator[BehavingPlant]:
    plant = BehavingPlant()
    plant.start()
    yield plant
    plant.server.kill()


async def watch(story: Story) -> None:
    """What a driver says up to its first sign of life, to a station."""
    async with OpcUaDriver(story.station.setup.machine, now) as driver:
        async for batch in driver:
            story.hear(*together(batch))
            if any(isinstance(one, Link) for one in batch):
                return


def a_watched_counter(plant: BehavingPlant) -> Story:
    """Of a counter that starts anew with its controller alone."""
    machine = reading(plant)
    signals = tuple(
        one.model_copy(update={"counter": CounterSettings(reset="never", max_rate=1_000.0)})
        if one.role is Role.TOTAL
        else one
        for one in machine.signal
    )
    machine = machine.model_copy(update={"signal": signals, "orders": False})
    story = a_story(station=Station.new(machine, CodeSettings(), PROVENANCE))
    story.hear(Started("WC-1", now(), "run-1"))
    return story


def lose(story: Story) -> None:
    story.hear(Link("WC-1", "plc", up=False, observed=now(), reason="cable"))


async def test_a_counter_that_fell_over_a_lost_connection_is_doubted(plant: BehavingPlant) -> None:
    plant.behave(started=time.time() - LONG_AGO_S)
    story = a_watched_counter(plant)
    await watch(story)
    lose(story)
    plant.write(count=7)
    await watch(story)
    assert story.station.state.counters[Role.TOTAL].run == 1
    plant.write(count=100_000)


async def test_a_counter_that_fell_with_a_server_that_restarted_began_anew(plant: BehavingPlant) -> None:
    plant.behave(started=time.time() - LONG_AGO_S)
    story = a_watched_counter(plant)
    await watch(story)
    lose(story)
    plant.server.kill()
    plant.start()
    plant.write(count=7)
    await watch(story)
    assert story.station.state.counters[Role.TOTAL].run == 2

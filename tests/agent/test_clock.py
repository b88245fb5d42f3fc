from __future__ import annotations

import time
from datetime import UTC, datetime

from agent.clock import Clock, draw_ids
from agent.core.identity import BLOCK_BITS
from agent.core.observations import Instant
from agent.core.settings import SimulationSettings

HALF_S = 0.5


def test_plant_time_is_real_time_where_nothing_is_simulated() -> None:
    now = Clock.of(None).now()
    assert abs(now.wall - time.time()) < HALF_S
    assert abs(now.monotonic - time.clock_gettime(time.CLOCK_BOOTTIME)) < HALF_S
    assert Clock.of(None).real(3.0) == 3.0


def test_simulated_time_runs_from_its_start_at_its_speed() -> None:
    real = datetime.now(UTC)
    plant = datetime(2026, 3, 4, 6, tzinfo=UTC)
    clock = Clock.of(SimulationSettings(speed=60.0, real_start=real, plant_start=plant))
    began = clock.now()
    time.sleep(0.1)
    ended = clock.now()
    assert abs(began.wall - plant.timestamp()) < 60 * HALF_S
    assert 6.0 <= ended.wall - began.wall < 60 * HALF_S
    assert 6.0 <= ended.monotonic - began.monotonic < 60 * HALF_S
    assert clock.real(60.0) == 1.0


def test_ids_are_uuid7_blocks_in_the_order_of_their_time() -> None:
    times = [1_772_604_000.0 + number * 0.001 for number in range(100)]
    ids = [draw_ids(Instant(wall, 0.0)) for wall in times]
    assert ids == sorted(ids)
    assert {(identity.version, identity.variant) for identity in ids} == {(7, "specified in RFC 4122")}
    assert {identity.int % (1 << BLOCK_BITS) for identity in ids} == {0}
    assert [identity.int >> 80 for identity in ids] == [int(wall * 1000) for wall in times]


def test_ids_of_one_instant_differ() -> None:
    assert len({draw_ids(Instant(1_772_604_000.0, 0.0)) for _ in range(10_000)}) == 10_000

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from simulators.background import Background
from simulators.clock import Clock
from simulators.demo.hold_ups import HELD_UP_S, LOOK_S, HoldUps
from tests.agent.parts import eventually

BUSY = "import os, sys\nos.sched_setaffinity(0, {int(sys.argv[1])})\nwhile True: pass"


@contextmanager
def busy(number: int) -> Iterator[list[int]]:
    """So many processes that all want the same core for themselves."""
    core = str(min(os.sched_getaffinity(0)))
    started = [subprocess.Popen([sys.executable, "-c", BUSY, core]) for _ in range(number)]
    try:
        yield [one.pid for one in started]
    finally:
        for one in started:
            one.kill()
            one.wait()


async def test_a_process_that_must_share_its_core_is_held_up() -> None:
    clock = Clock.starting(speed=60.0)
    with busy(4) as processes:
        hold_ups = HoldUps(clock, lambda: processes)
        async with Background({"hold-ups": hold_ups.run()}):
            await eventually(lambda: bool(hold_ups.spans), "a hold-up", within=30.0)
    assert all(span.start < span.end <= clock.now() for span in hold_ups.spans)
    assert list(hold_ups.spans) == sorted(hold_ups.spans, key=lambda span: span.start)


async def test_a_process_that_was_started_anew_is_metered_from_its_start_and_one_that_died_no_more() -> None:
    running: list[int] = []
    hold_ups = HoldUps(Clock.starting(), lambda: running)
    async with Background({"hold-ups": hold_ups.run()}):
        with busy(4) as processes:
            running += processes
            await eventually(lambda: bool(hold_ups.spans), "a hold-up", within=30.0)
        last = hold_ups.spans[-1].end
        await eventually(lambda: (datetime.now(UTC) - last).total_seconds() > 1, "a second without them")
    assert (hold_ups.spans[-1].end - last).total_seconds() < 1


async def test_a_turn_of_the_own_loop_that_comes_late_is_a_hold_up_with_its_time() -> None:
    clock = Clock.starting(speed=10.0)
    hold_ups = HoldUps(clock, list)
    async with Background({"hold-ups": hold_ups.run()}):
        await asyncio.sleep(2 * LOOK_S)
        since = clock.now()
        time.sleep(10 * HELD_UP_S)  # noqa: ASYNC251 - the loop is to stand still
        until_then = clock.now()
        await eventually(lambda: bool(hold_ups.spans) and hold_ups.spans[-1].end >= until_then, "a hold-up")
    assert any(span.start <= since and span.end >= until_then for span in hold_ups.spans)

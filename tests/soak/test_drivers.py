"""The campaign of faults: a short one, and what it says of drivers that are not as they should be."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import re

import pytest
from rich.console import Console

from tests.drivers.faults.trial import Outcome
from tests.drivers.faults.watching import WATCHING
from tests.soak.drivers import Campaign, _waits_in, checks, play, print_times
from tests.soak.growth import Sample

FAULTS = 40


def campaign() -> Campaign:
    """One in which all was well."""
    outcomes = [Outcome("cut", 1, noticed=True, back_s=0.1 + number / 100) for number in range(FAULTS)]
    samples = [Sample(number * 36.0, 60.0, 14, 3, 10, number * 50, quiet=True) for number in range(FAULTS)]
    return Campaign("OPC UA", outcomes, [], samples, 5000)


def wrong(campaign: Campaign) -> list[str]:
    return [check.name for check in checks(campaign, FAULTS) if not check.ok]


async def test_a_short_campaign_of_real_faults_finds_nothing() -> None:
    found = await play("Modbus TCP", 3, 5, Console(file=io.StringIO()))
    assert found.problems == []
    assert [one.struck > 0 for one in found.outcomes] == [True] * 3
    assert len(found.back) == len(found.samples) == 3
    assert found.told > 0


async def test_where_a_driver_hangs_is_said() -> None:
    async def outer() -> None:
        await asyncio.Event().wait()

    task = asyncio.create_task(outer(), name=WATCHING)
    await asyncio.sleep(0)
    assert re.fullmatch(r"test_drivers\.py:\d+ → locks\.py:\d+", _waits_in())
    task.cancel()


def test_all_was_well() -> None:
    assert wrong(campaign()) == []


def test_one_that_came_back_late_is_enough() -> None:
    late = campaign()
    late.outcomes[7] = dataclasses.replace(late.outcomes[7], back_s=None)
    assert wrong(late) == ["OPC UA: back within 3 s"]


def test_one_untrue_word_is_enough() -> None:
    untrue = campaign()
    untrue.problems.append("during cut: 's1' was told with 2, which is of s2")
    assert wrong(untrue) == ["OPC UA: untrue, left behind or unnoticed"]


def test_faults_that_hit_nothing_do_not_count() -> None:
    missed = campaign()
    missed.outcomes.pop()
    assert wrong(missed) == ["OPC UA: faults that hit something"]


@pytest.mark.parametrize(
    ("grows", "power"), [("memory_mb", 1), ("files", 1), ("threads", 1), ("tasks", 1), ("log_bytes", 3)]
)
def test_whatever_grows_is_seen(grows: str, power: int) -> None:
    """A log may grow with the faults; more and more for each it must not."""
    grown = campaign()
    grown.samples = [
        dataclasses.replace(one, **{grows: getattr(one, grows) + number**power / 10})
        for number, one in enumerate(grown.samples)
    ]
    assert len(wrong(grown)) == 1


def test_how_soon_they_were_back_is_printed_by_fault() -> None:
    text = io.StringIO()
    print_times([campaign()], Console(file=text, width=120))
    assert "cut" in text.getvalue()
    assert "0.49" in text.getvalue()

"""Client ids and serials: whatever is said again counts once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from agent.core.errors import JournalError
from agent.core.observations import Entry, Tick
from agent.core.views import Reply
from agent.intake import MOST_AHEAD
from tests.agent.disks import broken, mended, slow_disk
from tests.agent.parts import an_intake, eventually, now, order, scan, start_order, with_order

LOT_TYPES = ["lot.loaded", "scan.accepted"]


def accepted(replies: Sequence[Reply | None]) -> int:
    return sum(reply is not None and reply.accepted for reply in replies)


async def test_a_repeated_client_id_gets_the_stored_answer(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        first = await running.intake.submit(scan("LOT:P-1:BOARD", "client-1"))
        again = await running.intake.submit(scan("LOT:P-2:BOARD", "client-1"))
        assert first == again
        assert sorted(await running.types()) == LOT_TYPES
    async with an_intake(tmp_path) as running:
        assert await running.intake.submit(scan("LOT:P-1:BOARD", "client-1")) == first
        assert sorted(await running.types()) == LOT_TYPES


async def test_a_refusal_is_stored_as_well(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        refused = await running.intake.submit(scan("SN:1", "client-1"))
        assert refused is not None
        assert (refused.accepted, refused.code) == (False, "NO_ORDER")
        await with_order(running)
        assert await running.intake.submit(scan("SN:1", "client-1")) == refused


async def test_a_client_id_repeated_at_the_same_time_makes_one_fact(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        replies = await asyncio.gather(*(running.intake.submit(scan("LOT:P-1:B", "client-1")) for _ in range(50)))
        assert all(reply == replies[0] for reply in replies)
        assert sorted(await running.types()) == LOT_TYPES


async def test_a_sender_that_goes_away_does_not_take_the_answer_from_the_next(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        async with slow_disk(running.journal):
            gone = asyncio.create_task(running.intake.submit(scan("LOT:P-1:B", "client-1")))
            again = asyncio.create_task(running.intake.submit(scan("LOT:P-1:B", "client-1")))
            await asyncio.sleep(0)
            gone.cancel()
        reply = await again
        assert reply is not None
        assert reply.accepted
        assert sorted(await running.types()) == LOT_TYPES


async def test_a_serial_scanned_twice_at_the_same_time_is_taken_once(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await with_order(running)
        replies = await asyncio.gather(*(running.intake.submit(scan("SN:1", f"client-{n}")) for n in range(50)))
        assert accepted(replies) == 1
        assert {reply.code for reply in replies if reply and not reply.accepted} == {"ALREADY_REPORTED"}
        assert (await running.types()).count("genealogy.linked") == 1


async def test_a_serial_is_taken_once_whatever_reads_it_and_whenever(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await with_order(running)
        await running.intake.take([scan("SN:1")])
        await running.intake.submit(scan("SN:2"))
        await running.intake.take([scan("SN:1"), scan("SN:2")])
        assert accepted([await running.intake.submit(scan("SN:1"))]) == 0
    async with an_intake(tmp_path) as running:
        await running.intake.take([scan("SN:1"), scan("SN:2"), scan("SN:3")])
        assert accepted([await running.intake.submit(scan("SN:3"))]) == 0
        assert (await running.types()).count("genealogy.linked") == 3


async def test_a_serial_is_taken_once_when_the_commit_between_two_scans_of_it_fails(tmp_path: Path) -> None:
    async with an_intake(tmp_path, writing=False) as running:
        intake, journal = running.intake, running.journal
        for observation in (order(), start_order()):
            answer = asyncio.create_task(intake.submit(observation))
            await eventually(lambda: bool(intake._batch.pending), "taken")
            await intake.write_once()
            await answer
        first = asyncio.create_task(intake.submit(scan("SN:1")))
        second = asyncio.create_task(intake.submit(scan("LOT:A:X")))
        await eventually(lambda: len(intake._batch.pending) == 2, "both taken")
        # Both stand in the writer's queue at once, the look-up for the second scan before the commit of the first.
        again = asyncio.create_task(intake.submit(scan("SN:1")))
        committing = asyncio.create_task(intake.write_once())
        await committing
        await eventually(lambda: len(intake._batch.pending) == 1, "scanned again")
        broken(journal)
        with pytest.raises(JournalError):
            await intake.write_once()
        mended(journal)
        await intake.write_once()
        assert accepted([await first, await second, await again]) == 2
        assert (await running.types()).count("genealogy.linked") == 1


async def test_a_scan_that_waited_for_room_knows_what_was_committed_meanwhile(tmp_path: Path) -> None:
    async with an_intake(tmp_path, writing=False) as running:
        intake = running.intake
        for observation in (order(), start_order()):
            answer = asyncio.create_task(intake.submit(observation))
            await eventually(lambda: bool(intake._batch.pending), "taken")
            await intake.write_once()
            await answer
        await intake.take([scan("SN:1")])
        await intake.take([Tick("PRESS-1", now())] * (MOST_AHEAD - 1))
        again = asyncio.create_task(intake.submit(scan("SN:1")))
        await running.journal.taken(["a look-up that comes after that of the scan"])
        await intake.write_once()
        await eventually(lambda: bool(intake._batch.pending), "taken")
        await intake.write_once()
        assert accepted([await again]) == 0


async def test_what_the_station_came_to_need_while_a_look_up_waited_is_looked_up_too(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await with_order(running)
        await running.intake.submit(scan("SN:PRESS-1-000080"))
        await running.intake.submit(scan("LOT:A:X"))
        async with slow_disk(running.journal):
            both = [asyncio.create_task(running.intake.submit(fifty_serials(f"entry-{n}"))) for n in range(2)]
            await asyncio.sleep(0.1)
        assert accepted([await one for one in both]) == 2
        rows = await running.journal.latest(1000)
        given = [orjson.loads(row.data)["keys"]["serial"] for row in rows if row.type == "serial.assigned"]
        assert given == [f"PRESS-1-{number:06}" for number in range(1, 102) if number != 80]


def fifty_serials(client_id: str) -> Entry:
    return Entry("PRESS-1", "assign_serial", {"count": "50"}, now(), client_id)

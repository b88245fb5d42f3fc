"""Power cuts: whatever was not synced is dropped, torn and reordered, and the journal holds what it acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from tests.powercut.campaign import Campaign, Image
from tests.powercut.judge import LostError, in_memory, judge, put
from tests.powercut.recording import Life, Operation, Recording, compiled
from tests.powercut.replay import SECTOR, Disk
from tests.powercut.story import told

SEED = 7
STEPS = 60
FOLDERS = 2
IMAGES = 4
OLD, NEW = b"o" * 3 * SECTOR, b"n" * 3 * SECTOR


@pytest.mark.timeout(300)
async def test_whatever_a_power_cut_leaves_holds_every_acknowledged_fact(tmp_path: Path) -> None:
    said: list[str] = []
    tally = await Campaign(tmp_path, SEED, IMAGES, said.append).run(STEPS, FOLDERS)
    assert tally.failures == []
    assert tally.syncs > STEPS, "each step syncs once at least"
    assert tally.images > 3 * STEPS
    assert tally.facts > tally.images


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    folder = tmp_path / "journal"
    folder.mkdir()
    return Recording(compiled(tmp_path), folder)


async def judged(image: Image, acknowledged: int) -> int:
    with in_memory() as folder:
        put(folder, image)
        return await judge(folder, told(SEED, STEPS), acknowledged)


def cut_at_the_end(recording: Recording) -> tuple[Disk, int]:
    """The disk as it is after everything that was recorded, and the steps that were acknowledged."""
    disk = recording.disk()
    for operation in recording.operations():
        disk.play(operation)
    return disk, recording.acknowledged(-1)[-1]


@pytest.mark.parametrize("syncs", [30, 31, 32])
async def test_what_an_opening_shows_after_a_kill_is_on_the_disk(recording: Recording, syncs: int) -> None:
    recording.live(Life(SEED, 0, STEPS, syncs=syncs))
    _, before = cut_at_the_end(recording)
    with in_memory() as copy:
        put(copy, {path.name: path.read_bytes() for path in recording.folder.iterdir()})
        shown = await judge(copy, told(SEED, STEPS), before)
    recording.live(Life(SEED, shown, shown, leave=True))
    disk, acknowledged = cut_at_the_end(recording)
    assert acknowledged == shown
    assert await judged(disk.nothing(), shown) == shown


async def test_the_log_holds_all_that_was_done(recording: Recording) -> None:
    recording.live(Life(SEED, 0, STEPS // 2, leave=True))
    recording.assert_whole()
    recording.live(Life(SEED, STEPS // 2, STEPS))
    recording.assert_whole()
    operations = list(recording.operations())
    names = {operation.inode: operation.payload.decode() for operation in operations if operation.kind == "C"}
    synced = [names.get(operation.inode) for operation in operations if operation.kind == "S"]
    assert synced.count("journal.sqlite") > 3, "checkpoints have been made"
    assert synced.count("journal.witness") > 3
    assert {operation.kind for operation in operations} >= set("CWTSDU")
    assert await judged(cut_at_the_end(recording)[0].everything(), STEPS) == STEPS


async def test_the_judge_finds_the_loss_where_sqlite_syncs_nothing(recording: Recording) -> None:
    recording.live(Life(SEED, 0, STEPS, leave=True, lax=True))
    disk, acknowledged = cut_at_the_end(recording)
    assert acknowledged == STEPS
    assert await judged(disk.everything(), acknowledged) == STEPS, "without a cut nothing is lost"
    with pytest.raises(LostError, match=f"after {STEPS} acknowledged steps"):
        await judged(disk.nothing(), acknowledged)
    dice, lost = Random(SEED), 0
    for _ in range(10):
        try:
            await judged(disk.something(dice), acknowledged)
        except LostError:
            lost += 1
    assert lost > 5, "now and then everything has come to the disk by chance"


def a_disk(*operations: tuple[str, int, int, bytes]) -> Disk:
    """One with the file `old`, synced, after these operations."""
    disk = Disk({"old": (1, OLD)}, lambda _: True)
    for operation in operations:
        disk.play(Operation(*operation))
    return disk


def outcomes(disk: Disk, name: str) -> set[bytes | None]:
    dice = Random(1)
    return {disk.something(dice).get(name) for _ in range(500)}


def test_what_was_synced_stays() -> None:
    disk = a_disk(("W", 1, 0, NEW), ("S", 1, 0, b""))
    assert disk.is_settled
    assert disk.nothing() == disk.everything() == {"old": NEW}


def test_what_was_not_synced_comes_sector_by_sector() -> None:
    disk = a_disk(("W", 1, 0, NEW))
    assert disk.nothing() == {"old": OLD}
    assert disk.everything() == {"old": NEW}
    sectors = (OLD[:SECTOR], NEW[:SECTOR])
    assert outcomes(disk, "old") == {
        first + second + third for first in sectors for second in sectors for third in sectors
    }


def test_a_later_write_may_come_without_an_earlier_one() -> None:
    disk = a_disk(("W", 1, 0, b"1" * SECTOR), ("W", 1, SECTOR, b"2" * SECTOR))
    assert b"o" * SECTOR + b"2" * SECTOR + b"o" * SECTOR in outcomes(disk, "old")


@pytest.mark.parametrize(
    ("operations", "outcome"),
    [
        ([("C", 2, 0, b"new"), ("W", 2, 0, b"x"), ("S", 2, 0, b"")], [{"old"}, {"old", "new"}]),
        ([("U", 0, 0, b"old")], [{"old"}, set()]),
        ([("R", 0, 0, b"old/new")], [{"old"}, {"new"}]),
        ([("R", 0, 0, b"old/new"), ("D", 9, 0, b"")], [{"new"}]),
    ],
)
def test_names_are_on_the_disk_when_their_folder_was_synced(
    operations: Sequence[tuple[str, int, int, bytes]], outcome: Sequence[set[str]]
) -> None:
    dice = Random(1)
    disk = a_disk(*operations)
    found = [set(disk.something(dice)) for _ in range(100)]
    assert all(names in outcome for names in found)
    assert all(names in found for names in outcome)
    assert set(disk.nothing()) == outcome[0]
    assert set(disk.everything()) == outcome[-1]


def test_a_file_may_have_its_size_without_its_content() -> None:
    disk = a_disk(("W", 1, len(OLD), NEW))
    grown = {found for found in outcomes(disk, "old") if found is not None and len(found) == len(OLD) + len(NEW)}
    assert OLD + bytes(len(NEW)) in grown
    assert any(found.startswith(OLD) and not set(found[len(OLD) :]) <= {0, ord("n")} for found in grown), "old content"

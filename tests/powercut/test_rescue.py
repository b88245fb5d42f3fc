"""A rescue of a damaged journal that is cut itself: renames are torn apart, and nothing is lost for good."""

from __future__ import annotations

from pathlib import Path
from random import Random

from agent.journal.journal import open_journal
from agent.journal.opening import FILE_NAME
from agent.journal.rescue import SUSPECT
from tests.powercut.adapter import Shown, expected, shown
from tests.powercut.campaign import Image
from tests.powercut.judge import LATER, in_memory, put
from tests.powercut.recording import Life, Recording, compiled
from tests.powercut.story import at, told
from tests.powercut.writer import ACKNOWLEDGED

SEED = 7
STEPS = 30
STORY = told(SEED, STEPS)
MANY = 2


def a_damaged_past(library: Path, folder: Path) -> Recording:
    """A whole story that left its log behind, after which a run says that it met damage."""
    past = folder / "past"
    past.mkdir()
    Recording(library, past).live(Life(SEED, 0, STEPS, leave=True))
    damaged = folder / "damaged"
    damaged.mkdir()
    left = {path.name: path.read_bytes() for path in past.iterdir() if path.name != ACKNOWLEDGED}
    put(damaged, left | {SUSPECT: b""})
    return Recording(library, damaged)


async def opened(image: Image) -> Shown:
    with in_memory() as folder:
        put(folder, image)
        async with open_journal(folder, LATER, at(STEPS)) as journal:
            return await shown(journal, STORY)


def assert_rescued_once(found: Shown) -> None:
    wanted = expected(STORY, STEPS)
    assert found.facts == wanted.facts
    assert (found.snapshots, found.directories, found.claims) == (wanted.snapshots, wanted.directories, wanted.claims)
    assert (found.parked, found.sessions) == (wanted.parked, wanted.sessions)
    assert found.epochs[:-1] == wanted.epochs
    assert found.epochs[-1][1:] == (wanted.last + 1, 0)
    assert found.notices == wanted.notices | {f"epoch-{found.epochs[-1][0]}"}


async def test_a_rescue_that_is_cut_is_done_again_or_finished(tmp_path: Path) -> None:
    recording = a_damaged_past(compiled(tmp_path), tmp_path)
    assert (recording.folder / f"{FILE_NAME}-wal").stat().st_size > 0
    recording.live(Life(SEED, STEPS, STEPS))
    recording.assert_whole()
    operations = list(recording.operations())
    assert sum(operation.kind == "R" for operation in operations) >= 3, "the rescue has renamed"
    disk, dice = recording.disk(), Random(SEED)
    seen: set[frozenset[tuple[str, bytes]]] = set()
    for operation in operations:
        if operation.kind in "SDRU":
            torn = (disk.something(dice) for _ in range(MANY))
            for image in (disk.nothing(), disk.everything(), *disk.without_a_name(), *torn):
                if frozenset(image.items()) not in seen:
                    assert_rescued_once(await opened(image))
                seen.add(frozenset(image.items()))
        disk.play(operation)
    assert_rescued_once(await opened(disk.nothing()))

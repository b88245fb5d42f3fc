"""Records lives of writers, cuts the power at every sync and in between, and has each outcome judged.

A campaign is a chain of folders. In each a writer is killed where it should have synced, another goes on in what the
kernel still has, and ends in one of two ways. The next folder begins with what one of the cuts left, so that opening
after a cut is cut as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from random import Random

from tests.powercut.judge import LostError, in_memory, judge, put
from tests.powercut.recording import Life, Recording, compiled
from tests.powercut.replay import Disk
from tests.powercut.story import Story, told

Image = dict[str, bytes]
BETWEEN = 0.05
"""Share of the other operations before which the power is cut too."""
FEWEST_SYNCS = 25
"""The first writer of a folder dies at this sync, or later: past the making of the file and a few steps."""
FEWEST_STEPS = 30
"""Of a folder, so that its first writer comes to that sync."""
MOST_KEPT = 5


@dataclass(slots=True)
class Tally:
    """What a campaign did and found."""

    operations: Counter[str] = field(default_factory=Counter)
    """By kind, as recorded."""
    syncs: int = 0
    """Sync points at which the power was cut."""
    cuts: int = 0
    """All the points."""
    images: int = 0
    """Different outcomes that were judged."""
    again: int = 0
    """Outcomes that were the same as one before, with the same to be expected."""
    facts: int = 0
    """Acknowledged facts that were looked for and found, over all images."""
    failures: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """For people."""
        return [
            f"recorded operations: {dict(self.operations)}",
            f"power cuts: {self.cuts:,}, of them {self.syncs:,} at a sync",
            f"outcomes judged: {self.images:,} different ones; {self.again:,} more were the same as one of these",
            f"acknowledged facts looked for and found: {self.facts:,}",
            f"failures: {len(self.failures)}",
        ]


@dataclass(frozen=True, slots=True)
class Cut:
    """A moment at which the power may go."""

    number: int
    """Operations that were done before."""
    acknowledged: int
    """Steps, -1 where not even the first opening was."""
    disk: Disk


@dataclass(frozen=True, slots=True)
class Start:
    """What stands in a folder before its first writer comes."""

    image: Image
    held: int
    """Steps that it holds, -1 where there is nothing."""


class Campaign:
    """One chain of recordings and what became of them.

    Args:
        folder: to work in; images that failed stay in it.
        seed: everything is drawn from it, but the timing of the writers' threads.
        images: outcomes a cut.
        say: told about progress.
    """

    def __init__(self, folder: Path, seed: int, images: int, say: Callable[[str], None]) -> None:
        self.tally = Tally()
        self._folder = folder
        self._seed = seed
        self._images = images
        self._say = say
        self._dice = Random(seed)
        self._seen: set[bytes] = set()
        self._library = compiled(folder)

    async def run(self, steps: int, folders: int) -> Tally:
        """Live a story of so many steps in so many folders, judging every cut of each."""
        story = told(self._seed, steps)
        start = Start({}, -1)
        for number in range(folders):
            folder = self._folder / f"folder-{number}"
            folder.mkdir()
            put(folder, start.image)
            recording = Recording(self._library, folder)
            await self._record(recording, story, start, steps * (number + 1) // folders, leave=number % 2 == 1)
            start = await self._judge(recording, story, start)
            self._say(f"folder {number + 1} of {folders}: {self.tally.images:,} outcomes judged")
        return self.tally

    async def _record(self, recording: Recording, story: Story, start: Start, last: int, *, leave: bool) -> None:
        """Have the first half lived by a process that is killed at a sync, the rest by another."""
        first = max(start.held, 0)
        recording.live(Life(self._seed, first, last, syncs=max((last - first) // 2, FEWEST_SYNCS)))
        # What the kernel still has is looked at in a copy, as looking changes it.
        with in_memory() as copy:
            put(copy, {path.name: path.read_bytes() for path in recording.folder.iterdir()})
            first = await judge(copy, story, recording.acknowledged(start.held)[-1])
        recording.live(Life(self._seed, first, last, leave=leave))
        recording.assert_whole()

    async def _judge(self, recording: Recording, story: Story, start: Start) -> Start:
        """Judge the outcomes of every cut; one of them is where the next folder starts."""
        self.tally.operations.update(operation.kind for operation in recording.operations())
        good = 0
        chosen: Start | None = None
        for cut in self._cuts(recording, start):
            for image in self._outcomes(cut):
                held = await self._judged(image, story, cut)
                if held is None or cut.acknowledged < 0:
                    continue
                good += 1
                # So each is as likely to be the one as any other.
                if self._dice.random() * good < 1:
                    chosen = Start(image, held)
        assert chosen is not None, f"no outcome can be gone on with: {self.tally.failures[:3]}"
        return chosen

    def _cuts(self, recording: Recording, start: Start) -> Iterator[Cut]:
        disk = recording.disk()
        before = start.held
        was_sync = True
        following = zip(recording.operations(), recording.acknowledged(start.held), strict=True)
        for number, (operation, acknowledged) in enumerate(following):
            is_sync = operation.kind in "SD"
            if is_sync or was_sync or operation.kind in "RU" or self._dice.random() < BETWEEN:
                self.tally.cuts += 1
                self.tally.syncs += is_sync
                yield Cut(number, before, disk)
            disk.play(operation)
            before, was_sync = acknowledged, is_sync
        self.tally.cuts += 1
        yield Cut(number + 1, before, disk)

    def _outcomes(self, cut: Cut) -> Iterator[Image]:
        yield cut.disk.nothing()
        if cut.disk.is_settled:
            return
        yield cut.disk.everything()
        yield from cut.disk.without_a_name()
        for _ in range(self._images - 2):
            yield cut.disk.something(self._dice)

    async def _judged(self, image: Image, story: Story, cut: Cut) -> int | None:
        digest = blake2b(b"%d" % cut.acknowledged)
        for name in sorted(image):
            digest.update(b"%s %d " % (name.encode(), len(image[name])) + image[name])
        if digest.digest() in self._seen:
            self.tally.again += 1
            return None
        self._seen.add(digest.digest())
        self.tally.images += 1
        try:
            with in_memory() as folder:
                put(folder, image)
                held = await judge(folder, story, cut.acknowledged)
        except LostError as error:
            self.tally.failures.append(f"cut before operation {cut.number}: {error}")
            if len(self.tally.failures) <= MOST_KEPT:
                self._keep(image)
            return None
        self.tally.facts += len(story.states[max(cut.acknowledged, 0)].present)
        return held

    def _keep(self, image: Image) -> None:
        folder = self._folder / f"failed-{len(self.tally.failures)}"
        folder.mkdir()
        put(folder, image)

"""The witness: a small file beside the journal that remembers how far the journal had got.

A journal restored from a backup, or one whose last writes were lost, cannot know what it has forgotten. The witness
tells it at the next start, so that a sequence number is never given twice. It may lag: the journal must hold at least
what it says.
"""

from __future__ import annotations

import os
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

from agent.journal.marks import Watermarks

FILE_NAME: Final = "journal.witness"
_SLOT: Final = 256
"""Less than a disk's sector, so that one is written whole or not at all; two slots in turn, one is always good."""


@dataclass(frozen=True, slots=True)
class Testimony:
    """How far the journal had got."""

    epoch: str
    first_position: int
    last_sequence: int
    confirmed_through: int


def testimony(marks: Watermarks) -> Testimony:
    """What is to be remembered of a journal that stands there."""
    epoch = marks.current
    return Testimony(epoch.name, epoch.first_position, marks.last_sequence, epoch.confirmed_through)


class Witness:
    """The file, written by one thread."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._turn = 0
        self.said = self._read()
        """The last testimony; None where there is none that can be believed."""

    def write(self, testimony: Testimony) -> None:
        """Remember, durably.

        Raises:
            OSError: the disk does not take it.
        """
        if testimony == self.said:
            return
        self._turn += 1
        words = (self._turn, *astuple(testimony))
        text = " ".join(str(word) for word in words).encode()
        slot = b"%08x %s" % (crc32(text), text)
        is_new = not self._path.exists()
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o640)
        try:
            os.pwrite(file, slot.ljust(_SLOT, b"\n"), self._turn % 2 * _SLOT)
            os.fsync(file)
        finally:
            os.close(file)
        if is_new:
            _sync_folder(self._path.parent)
        self.said = testimony

    def _read(self) -> Testimony | None:
        try:
            content = self._path.read_bytes()
        except OSError:
            return None
        found: Testimony | None = None
        for slot in (content[:_SLOT], content[_SLOT:]):
            checksum, _, text = slot.rstrip(b"\n\0").partition(b" ")
            if not text or checksum != b"%08x" % crc32(text):
                continue
            turn, epoch, first, last, confirmed = text.decode().split(" ")
            if int(turn) >= self._turn:
                self._turn = int(turn)
                found = Testimony(epoch, int(first), int(last), int(confirmed))
        return found


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

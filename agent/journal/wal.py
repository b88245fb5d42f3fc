"""The write-ahead log of a SQLite file, read whatever state it is in: which copies of which pages were committed.

A frame's checksum goes on from the one of the frame before, so that a frame whose bytes are damaged is told from one
that was never part of a transaction. See https://www.sqlite.org/fileformat2.html#the_write_ahead_log.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple

HEADER: Final = 32
FRAME_HEADER: Final = 24
_MAGIC: Final = {b"\x37\x7f\x06\x82": "<", b"\x37\x7f\x06\x83": ">"}
"""And the order of octets that the checksums go by."""
_MASK: Final = 0xFFFFFFFF


class Frame(NamedTuple):
    """A copy of a page, as the log says."""

    offset: int
    """Where its content begins."""
    number: int
    """Of the page."""
    is_end: bool
    """Of a transaction."""
    salts: bytes
    """Common to the frames since the log was begun anew."""
    follows: bool
    """Its checksum goes on from that of the frame before."""


class Log:
    """The frames of a log that were committed."""

    def __init__(self, file: int | None, page_size: int) -> None:
        """Read through the whole log.

        Args:
            file: its descriptor; None where there is no log.
            page_size: bytes.
        """
        self._file = file
        self._page_size = page_size
        header = octets(file, 0, HEADER)
        is_whole = len(header) == HEADER and header[:4] in _MAGIC
        header_is_sound = is_whole and _checksum(header[:24], b"", header) == header[24:]
        committed, sound = self._committed(header, header_is_sound=header_is_sound)
        self.is_sound = not committed or (header_is_sound and all(sound))
        """Whether SQLite shows everything in it that was committed; it passes over what follows a damaged frame."""
        self.latest: dict[int, Frame] = {}
        """The last copy of each page of which nothing says that it is damaged."""
        self.damaged: dict[int, Frame] = {}
        """Copies that are damaged and newer than those."""
        self.replaced: list[Frame] = []
        """All other copies, the newest first."""
        for frame, is_sound in zip(reversed(committed), reversed(sound), strict=True):
            self._sort_in(frame, is_sound=is_sound)
        self._readable = [frame for frame, is_sound in zip(committed, sound, strict=True) if is_sound and frame.number]

    def readable(self, *, all_of_it: bool) -> list[Frame]:
        """The frames that are what was written.

        Args:
            all_of_it: with those of the last transaction, which a power cut may have left half done, so that a
                damaged frame in it does not prove that anything durable was damaged. One that another transaction
                follows was on the disk before that began.
        """
        ends = [index for index, frame in enumerate(self._readable) if frame.is_end]
        through = ends[-1 if all_of_it else -2] + 1 if len(ends) > (not all_of_it) else 0
        return self._readable[:through]

    def content(self, frame: Frame) -> bytes:
        """The copy of the page."""
        return octets(self._file, frame.offset, self._page_size)

    def _sort_in(self, frame: Frame, *, is_sound: bool) -> None:
        number = frame.number
        is_newest = number > 0 and number not in self.latest
        if is_newest and is_sound:
            self.latest[number] = frame
        elif is_newest and number not in self.damaged:
            self.damaged[number] = frame
        else:
            self.replaced.append(frame)

    def _committed(self, header: bytes, *, header_is_sound: bool) -> tuple[list[Frame], list[bool]]:
        """The frames up to the end of the last transaction, and whether each is what was written.

        What follows that end was rolled back, or is left of what the log held before it was begun anew.
        """
        frames = list(self._frames(header))
        if not frames:
            return [], []
        salts = next((frame.salts for frame in frames if frame.follows), frames[0].salts)
        if header_is_sound:
            salts = header[16:24]
        sound = []
        before_is_sound = header_is_sound
        for frame in frames:
            # Where the frame before is damaged, this one cannot be proved and is believed.
            sound.append(frame.salts == salts and (frame.follows or not before_is_sound))
            before_is_sound = frame.salts == salts and frame.follows
        ends = [index for index, frame in enumerate(frames) if sound[index] and frame.is_end]
        count = ends[-1] + 1 if ends else 0
        return frames[:count], sound[:count]

    def _frames(self, header: bytes) -> Iterator[Frame]:
        before = header[24:32]
        size = 0 if self._file is None else os.fstat(self._file).st_size
        for offset in range(HEADER, size - FRAME_HEADER - self._page_size + 1, FRAME_HEADER + self._page_size):
            frame = octets(self._file, offset, FRAME_HEADER + self._page_size)
            head, content = frame[:FRAME_HEADER].ljust(FRAME_HEADER, b"\0"), frame[FRAME_HEADER:]
            number, page_count = struct.unpack(">II", head[:8])
            # Zeros make up a frame too, whose checksum is right: there is no page 0.
            is_whole = number > 0 and len(content) == self._page_size
            follows = is_whole and _checksum(head[:8] + content, before, header) == head[16:]
            before = head[16:]
            yield Frame(offset + FRAME_HEADER, number, page_count > 0, head[8:16], follows)


def octets(file: int | None, offset: int, size: int) -> bytes:
    """What stands there; nothing where there is no file, or where the disk cannot read it any more."""
    if file is not None:
        with suppress(OSError):
            return os.pread(file, size, offset)
    return b""


def _checksum(covered: bytes, before: bytes, header: bytes) -> bytes:
    """The log's checksum over whole pairs of words, going on from another one."""
    order = _MAGIC.get(header[:4], "<")
    words = iter(struct.unpack(f"{order}{len(covered) // 4}I", covered))
    one, two = struct.unpack(">II", before.rjust(8, b"\0"))
    for even, odd in zip(words, words, strict=True):
        one = (one + even + two) & _MASK
        two = (two + odd + one) & _MASK
    return struct.pack(">II", one, two)

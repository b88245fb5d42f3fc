"""The files of a recording: compressed as they grow, readable up to the last flush, the oldest removed for the next.

Lines come in blocks, each followed by its checksum, so that nothing is read back that was not written so.
"""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path
from typing import Final

NAME = re.compile(r"recording-(\d{6,})\.gz")
PARTS: Final = 10
"""Files that the space is divided among."""
GZIP: Final = 31
"""zlib's word for a gzip file."""
CHECK: Final = b"check\t"
"""How the line begins that ends a block."""


def files_of(folder: Path) -> list[Path]:
    """The files of the recordings in a folder, the oldest first.

    Raises:
        OSError: the folder cannot be read.
    """
    found = [(int(match[1]), path) for path in folder.iterdir() if (match := NAME.fullmatch(path.name))]
    return [path for _, path in sorted(found)]


class RecordingFiles:
    """Writes one file after the other; every method may raise OSError, after which only `close` makes sense."""

    def __init__(self, folder: Path, limit: int) -> None:
        """Nothing is written yet.

        Args:
            folder: made where it is missing; recordings of earlier runs in it count too.
            limit: bytes that all files together may take.
        """
        self._folder = folder
        self._limit = limit
        self._file = -1
        self._size = 0
        self._header_size = 0
        self._compressor = zlib.compressobj(wbits=GZIP)
        self._flushed = (0, self._compressor)
        """Size at the last flush, and the compressor as it stood then."""
        self._checksum: int | None = None
        """Of the block in hand; None before its first line."""

    @property
    def is_full(self) -> bool:
        """Whether it is time for the next file; one is always worth several times its own header."""
        return self._size >= max(self._limit // PARTS, 3 * self._header_size)

    def begin(self, header: bytes) -> None:
        """End this file and begin the next."""
        self._finish()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = files_of(self._folder)
        self._make_room(known)
        last = NAME.fullmatch(known[-1].name) if known else None
        number = 1 if last is None else int(last[1]) + 1
        path = self._folder / f"recording-{number:06}.gz"
        # It holds what people scanned and who they are.
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._size = 0
        self._compressor = zlib.compressobj(wbits=GZIP)
        self.write(header)
        self.flush()
        self._header_size = self._size

    def write(self, line: bytes) -> None:
        """Take one line; it is in the file after the next flush."""
        self._checksum = zlib.crc32(line, self._checksum or 0)
        self._put(self._compressor.compress(line))

    def flush(self) -> None:
        """Everything taken can be read from here on, whatever becomes of this process."""
        if self._checksum is None:
            return
        self._end_block()
        self._put(self._compressor.flush(zlib.Z_SYNC_FLUSH))
        self._flushed = (self._size, self._compressor.copy())

    def end(self, line: bytes) -> None:
        """Take the last line and close."""
        self.write(line)
        self._finish()

    def give_up(self, line: bytes) -> None:
        """Close with this line after all that was flushed: what came later could not be written."""
        if self._file < 0:
            return
        size, compressor = self._flushed
        os.ftruncate(self._file, size)
        os.lseek(self._file, size, os.SEEK_SET)
        self._size, self._compressor, self._checksum = size, compressor, None
        self.end(line)

    def close(self) -> None:
        """Let go of the file as it is."""
        if self._file >= 0:
            file, self._file = self._file, -1
            os.close(file)

    def _finish(self) -> None:
        if self._file >= 0:
            self._end_block()
            self._put(self._compressor.flush(zlib.Z_FINISH))
            self.close()

    def _end_block(self) -> None:
        if self._checksum is not None:
            self._put(self._compressor.compress(b"%s%08x\n" % (CHECK, self._checksum)))
            self._checksum = None

    def _put(self, octets: bytes) -> None:
        left = memoryview(octets)
        while left:
            written = os.write(self._file, left)
            self._size += written
            left = left[written:]

    def _make_room(self, known: list[Path]) -> None:
        """Remove the oldest, so that one more file fits, and what may come before it is noticed that it is full."""
        sizes = [path.stat().st_size for path in known]
        room = self._limit - self._limit // PARTS - self._limit // (2 * PARTS)
        total = sum(sizes)
        for path, size in zip(known, sizes, strict=True):
            if total <= room:
                return
            path.unlink()
            total -= size

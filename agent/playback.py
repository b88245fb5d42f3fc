"""Reads recordings back, file by file and run by run, as far as they can be read."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from agent.core.errors import ConfigurationError
from agent.core.recordings.recorded import WITHDRAWN, Ended, Header, Seen, Withdrawn, decode
from agent.recording_files import CHECK, GZIP, files_of

CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Begin:
    """From here on what follows sets out from another state."""

    header: Header
    goes_on: bool
    """The run before ended well and nothing is missing between: stations go on as a restarted agent's do."""
    reloaded: bool = False
    """It is the same run and nothing is missing: stations go on, by another configuration."""


@dataclass(frozen=True, slots=True)
class Seam:
    """Something is missing, or the recording is over."""

    end: float
    """Plant time of the last observation before it."""
    begun: float | None
    """When the next file begins; None where there is none."""
    why: str


class RecordedFile:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_whole = False
        """Read to its end, where the next one goes on."""
        self.is_damaged = False
        """What follows what was read cannot be read."""

    def lines(self, told: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
        """Every line of every block that is as it was written; `told` how many bytes of the file were read.

        Raises:
            OSError: the file cannot be read.
        """
        checksum, block = 0, list[bytes]()
        for line in self._unpacked(told):
            if not line.startswith(CHECK):
                checksum = zlib.crc32(line, checksum)
                block.append(line)
            elif line != b"%s%08x\n" % (CHECK, checksum):
                self.is_damaged = True
                self.is_whole = False
                return
            else:
                yield from block
                checksum, block = 0, []

    def _unpacked(self, told: Callable[[int], None]) -> Iterator[bytes]:
        unpacker, rest = zlib.decompressobj(wbits=GZIP), b""
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK):
                told(len(chunk))
                try:
                    text = unpacker.decompress(chunk)
                except zlib.error:
                    self.is_damaged = True
                    return
                *whole, rest = (rest + text).split(b"\n")
                yield from (line + b"\n" for line in whole)
        self.is_whole = unpacker.eof


class Recording:
    """A folder of recordings, or one file."""

    def __init__(self, path: Path) -> None:
        """Look what is there.

        Raises:
            ConfigurationError: nothing that can be read.
        """
        try:
            paths = files_of(path) if path.is_dir() else [path]
            self._total = sum(one.stat().st_size for one in paths)
            self._files = [RecordedFile(one) for one in paths]
            self._withdrawn = set(self._all_withdrawn())
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot be read: {error.strerror}; expected a recording") from error
        if not self._files:
            raise ConfigurationError(f"{path}: there is no recording; make one with lineside run --record")
        self._read = 0
        self._header: Header | None = None
        self._last_file: RecordedFile | None = None
        self._last_word: Ended | None = None
        self._last = 0.0

    @property
    def share(self) -> float:
        """How much of it was read, 0 to 1."""
        return self._read / max(self._total, 1)

    def play(self) -> Iterator[Begin | Seen | Seam]:
        """Everything that was observed and kept, in order; a seam last unless the agent stopped well.

        Raises:
            ConfigurationError: it is no recording, or of another version.
        """
        for file in self._files:
            try:
                yield from self._play(file)
            except OSError as error:
                raise ConfigurationError(f"{file.path}: cannot be read: {error.strerror}") from error
        if self._header is None:
            raise ConfigurationError(
                f"{self._files[0].path}: is no recording; expected what lineside run --record wrote"
            )
        if self._last_word is None or not self._last_word.clean:
            yield Seam(self._last, None, self._why("the agent still runs, or was killed"))

    def _play(self, file: RecordedFile) -> Iterator[Begin | Seen | Seam]:
        is_first = True
        for line in file.lines(self._advance):
            try:
                record = decode(line)
            except ValueError as error:
                raise ConfigurationError(f"{file.path}: is no recording of this version: {error}") from error
            if is_first != isinstance(record, Header):
                raise ConfigurationError(f"{file.path}: is no recording: its first line, and no other, is a header")
            is_first = False
            match record:
                case Header():
                    yield from self._begin(record)
                    self._header, self._last_file, self._last_word = record, file, None
                case Seen() if record.ids not in self._withdrawn:
                    self._last = record.observation.observed.wall
                    yield record
                case Ended():
                    self._last_word = record

    def _begin(self, header: Header) -> Iterator[Begin | Seam]:
        before, file = self._header, self._last_file
        if before is None or file is None:
            yield Begin(header, goes_on=False)
            return
        if header.instance == before.instance and header.part == before.part + 1 and file.is_whole:
            if header.settings != before.settings:
                yield Begin(header, goes_on=True, reloaded=True)
            return
        ended_well = self._last_word is not None and self._last_word.clean
        goes_on = ended_well and header.part == 1 and header.after == before.instance
        if not goes_on:
            yield Seam(self._last, header.begun, self._why("the agent was killed"))
        yield Begin(header, goes_on)

    def _why(self, cut_off: str) -> str:
        if self._last_word is not None:
            return self._last_word.why
        assert self._last_file is not None
        if self._last_file.is_damaged:
            return f"{self._last_file.path.name} is damaged"
        return "files are missing" if self._last_file.is_whole else cut_off

    def _advance(self, octets: int) -> None:
        self._read += octets

    def _all_withdrawn(self) -> Iterator[UUID]:
        for file in self._files:
            for line in file.lines():
                if line.startswith(WITHDRAWN) and isinstance(record := decode(line), Withdrawn):
                    yield record.ids

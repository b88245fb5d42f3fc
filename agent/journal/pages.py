"""Rows out of the raw pages of a SQLite file and its write-ahead log, whatever state they are in, without SQLite.

Nothing is taken on trust: header, trees and log may all be wrong. What cannot be parsed is passed over; what a row says
is proved by the row's own checksum, by whoever asks. See https://www.sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain, compress, count
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from agent.journal.wal import Log, octets

DEFAULT_PAGE_SIZE: Final = 4096
"""What SQLite makes, and nothing of ours ever asked for another."""
PAGE_SIZES: Final = frozenset(1 << power for power in range(9, 16))
TABLE_LEAF: Final = 0x0D
INDEX_LEAF: Final = 0x0A
INDEX_INTERIOR: Final = 0x02
"""An index holds rows in its interior pages too; a table only has numbers there."""
_START_OF_CELLS: Final = {TABLE_LEAF: 8, INDEX_LEAF: 8, INDEX_INTERIOR: 12}
_SIZES: Final = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)

Value: TypeAlias = int | float | str | bytes | None


class Record(NamedTuple):
    """One row as it stands in a page."""

    rowid: int | None
    """None in a table without row ids."""
    values: tuple[Value, ...]
    """The column that is the row id is None here."""


@contextmanager
def opened(path: Path) -> Iterator[DamagedFile]:
    """The file at a path with its log, read while open and never written.

    Raises:
        OSError: it is there and may not be read.
    """
    with ExitStack() as stack:
        files: list[int | None] = []
        for one in (path, path.with_name(path.name + "-wal")):
            file = os.open(one, os.O_RDONLY | os.O_CLOEXEC) if one.exists() else None
            if file is not None:
                stack.callback(os.close, file)
            files.append(file)
        yield DamagedFile(*files)


class DamagedFile:
    """A database file and the log beside it; either may be missing."""

    def __init__(self, main: int | None, log: int | None) -> None:
        """Find out which pages the log replaces and which are free.

        Args:
            main: descriptor of the file, open as long as this is used.
            log: descriptor of the log beside it, likewise.
        """
        length = 0 if main is None else os.fstat(main).st_size
        self.size = length + (0 if log is None else os.fstat(log).st_size)
        """Bytes of both."""
        self._main = main
        self._page_size = _page_size(octets(main, 0, 100), length)
        self._log = Log(log, self._page_size)
        self._pages_of_main = -(-length // self._page_size)
        in_log = self._log.latest.keys() | self._log.damaged.keys()
        self._added = sorted(number for number in in_log if number > self._pages_of_main)
        """Pages that stand in the log alone."""
        self.page_count = self._pages_of_main + len(self._added)
        self._free = self._free_pages()

    def present(self) -> Iterator[list[Record]]:
        """Rows of each page as it was committed last, page by page.

        Where its last copy in the log is damaged, what can be read of that one comes before those of the copy before.
        """
        for number in chain(range(1, self._pages_of_main + 1), self._added):
            if self._is_free(number):
                continue
            rows = []
            damaged = self._log.damaged.get(number)
            if damaged is not None:
                rows += self._records(self._log.content(damaged), number)
            yield rows + self._records(self._page(number), number)

    def past(self) -> Iterator[list[Record]]:
        """Rows of what was replaced or freed, newest first: committed once, perhaps deleted or changed since."""
        for frame in self._log.replaced:
            yield self._records(self._log.content(frame), frame.number)
        for number in self._log.latest:
            if number <= self._pages_of_main:
                yield self._records(self._main_page(number), number)
        for number in compress(count(), self._free):
            yield self._records(self._page(number), number)

    def passed_over(self, *, all_of_it: bool) -> Iterator[list[Record]]:
        """Rows of the log's pages where SQLite may not show all of them; see `Log.readable`."""
        if not self._log.is_sound:
            for frame in self._log.readable(all_of_it=all_of_it):
                yield self._records(self._log.content(frame), frame.number)

    def _is_free(self, number: int) -> bool:
        return number < len(self._free) and self._free[number] == 1

    def _page(self, number: int) -> bytes:
        frame = self._log.latest.get(number)
        return self._main_page(number) if frame is None else self._log.content(frame)

    def _main_page(self, number: int) -> bytes:
        if not 1 <= number <= self._pages_of_main:
            return b""
        return octets(self._main, (number - 1) * self._page_size, self._page_size)

    def _free_pages(self) -> bytearray:
        """Which pages the list of free pages names, by number; what stands in them was deleted.

        A list that does not name as many as the header says is damaged, and may name pages that are in use.
        """
        free = bytearray(self.page_count + 1)
        header = self._page(1)
        trunk = int.from_bytes(header[32:36], "big")
        while 1 < trunk < len(free) and not free[trunk]:
            free[trunk] = 1
            page = self._page(trunk)
            leaves = page[8 : 8 + 4 * int.from_bytes(page[4:8], "big")]
            for (number,) in struct.iter_unpack(">I", leaves[: len(leaves) // 4 * 4]):
                if 1 < number < len(free):
                    free[number] = 1
            trunk = int.from_bytes(page[:4], "big")
        return free if sum(free) == int.from_bytes(header[36:40], "big") else bytearray(self.page_count + 1)

    def _records(self, page: bytes, number: int) -> list[Record]:
        start = 100 if number == 1 else 0
        kind = page[start] if len(page) > start else 0
        if kind not in _START_OF_CELLS:
            return []
        first = start + _START_OF_CELLS[kind]
        pointers = page[first : first + 2 * int.from_bytes(page[start + 3 : start + 5], "big")]
        found = []
        for (at,) in struct.iter_unpack(">H", pointers[: len(pointers) // 2 * 2]):
            with suppress(IndexError, ValueError):
                found.append(self._cell(page, at, kind))
        return found

    def _cell(self, page: bytes, at: int, kind: int) -> Record:
        rowid = None
        if kind == INDEX_INTERIOR:
            at += 4
        size, at = _varint(page, at)
        if kind == TABLE_LEAF:
            rowid, at = _varint(page, at)
            rowid -= rowid >> 63 << 64
        here = _size_here(size, self._page_size, is_table=kind == TABLE_LEAF)
        payload = page[at : at + here]
        if here < size:
            following = int.from_bytes(page[at + here : at + here + 4], "big")
            payload += self._overflow(following, size - here)
        if len(payload) != size:
            raise ValueError("the cell goes beyond its page")
        return Record(rowid, _columns(payload))

    def _overflow(self, number: int, size: int) -> bytes:
        parts: dict[int, bytes] = {}
        while size > 0:
            page = self._page(number)
            if len(page) < self._page_size or number in parts:
                raise ValueError("the chain of pages is broken")
            parts[number] = page[4 : 4 + size]
            size -= self._page_size - 4
            number = int.from_bytes(page[:4], "big")
        return b"".join(parts.values())


def _page_size(header: bytes, length: int) -> int:
    """The header's, where its count of pages bears it out."""
    size, pages = int.from_bytes(header[16:18], "big"), int.from_bytes(header[28:32], "big")
    return size if size in PAGE_SIZES and size * pages == length else DEFAULT_PAGE_SIZE


def _size_here(size: int, page_size: int, *, is_table: bool) -> int:
    """How much of a row stands in its own page; the rest overflows."""
    most = page_size - 35 if is_table else (page_size - 12) * 64 // 255 - 23
    if size <= most:
        return size
    least = (page_size - 12) * 32 // 255 - 23
    here = least + (size - least) % (page_size - 4)
    return here if here <= most else least


def _columns(payload: bytes) -> tuple[Value, ...]:
    head, at = _varint(payload, 0)
    body = head
    values: list[Value] = []
    while at < head:
        kind = payload[at]
        at += 1
        if kind >= 0x80:
            kind, at = _varint(payload, at - 1)
        end = body + (kind - 12 >> 1 if kind >= 12 else _SIZES[kind])
        values.append(_value(kind, payload[body:end]))
        body = end
    if at != head or body != len(payload):
        raise ValueError("the columns do not make up the row")
    return tuple(values)


def _value(kind: int, octets: bytes) -> Value:
    if kind >= 12:
        return octets.decode() if kind & 1 else octets
    if kind == 0:
        return None
    if kind == 7:
        if len(octets) != 8:
            raise ValueError("the number is cut off")
        return float(struct.unpack(">d", octets)[0])
    return kind - 8 if kind >= 8 else int.from_bytes(octets, "big", signed=True)


def _varint(octets: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(at, at + 8):
        octet = octets[index]
        value = value << 7 | octet & 0x7F
        if octet < 0x80:
            return value, index + 1
    return value << 8 | octets[at + 8], at + 9

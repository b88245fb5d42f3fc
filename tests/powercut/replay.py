"""A model of a disk: what may be on it after the power was cut.

What is assumed, and nothing else:

- fsync and fdatasync are honest: what was written to a file before is on the disk when they return, its size too.
- What was not synced is on the disk, or not, or some of it in any order, sector by sector; a sector of 512 bytes (or
  the part of it that a call wrote) is old or new, never a mixture, and a write changes no byte beside it.
- A file may have got its new size without its new content: what fills it is zeros, or whatever the disk held there.
- A file's name is on the disk only when its folder was synced. Before, names that came, went or changed did so or not,
  each by itself and in any order of survival, whatever happened to the content; a file system with a journal keeps
  their order, which is among the outcomes. A rename of one name is one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol, TypeAlias, TypeVar

T = TypeVar("T")
SECTOR = 512


class Operation(Protocol):
    """As the recorder logs it."""

    @property
    def kind(self) -> str: ...
    @property
    def inode(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def payload(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Change:
    """To a file's content: what is written at a place, or, where nothing is, the size it gets."""

    offset: int
    data: bytes | None

    def sectors(self) -> list[Change]:
        """The parts that reach the disk by themselves."""
        if self.data is None:
            return [self]
        end = self.offset + len(self.data)
        starts = [self.offset, *range((self.offset // SECTOR + 1) * SECTOR, end, SECTOR)]
        return [
            Change(start, self.data[start - self.offset : stop - self.offset])
            for start, stop in zip(starts, [*starts[1:], end], strict=True)
        ]


@dataclass(slots=True)
class File:
    """A file's content on the disk, and what is on its way there."""

    content: bytearray = field(default_factory=bytearray)
    pending: list[Change] = field(default_factory=list)

    def sync(self) -> None:
        """All of it is on the disk."""
        for change in self.pending:
            _apply(self.content, change, bytes)
        self.pending.clear()


Names: TypeAlias = dict[str, File]
Entry: TypeAlias = Callable[[Names], None]
Fill: TypeAlias = Callable[[int], bytes]


class Disk:
    """The files of one folder.

    Args:
        began: by name, each file's inode and content, all of it on the disk.
        lasts: whether a file of this name is kept by the disk at all.
    """

    def __init__(self, began: Mapping[str, tuple[int, bytes]], lasts: Callable[[str], bool]) -> None:
        self._lasts = lasts
        self._names: Names = {name: File(bytearray(content)) for name, (_, content) in began.items()}
        self._entries: list[Entry] = []
        self._files = {inode: self._names[name] for name, (inode, _) in began.items()}

    def play(self, operation: Operation) -> None:
        """Do what was done."""
        text = operation.payload.decode() if operation.kind in "CRU" else ""
        file = self._files.get(operation.inode)
        match operation.kind:
            case "C":
                # Inodes are used again; what was under this number is gone.
                self._files.pop(operation.inode, None)
                if self._lasts(text):
                    self._files[operation.inode] = created = File()
                    self._entries.append(lambda names: names.update({text: created}))
            case "R":
                self._entries.append(lambda names: _rename(names, *text.split("/")))
            case "U":
                self._entries.append(lambda names: _remove(names, text))
            case "D":
                _do(self._entries, self._names)
                self._entries.clear()
            case "S" if file is not None:
                file.sync()
            case "W" if file is not None:
                file.pending.append(Change(operation.offset, operation.payload))
            case "T" if file is not None:
                file.pending.append(Change(operation.offset, None))

    @property
    def is_settled(self) -> bool:
        """Whether everything is on the disk, so that a cut has one outcome only."""
        return not self._entries and not any(file.pending for file in self._names.values())

    def nothing(self) -> dict[str, bytes]:
        """The files after a cut that took all that was not synced."""
        return {name: bytes(file.content) for name, file in self._names.items()}

    def everything(self) -> dict[str, bytes]:
        """The files after a cut that took nothing."""
        return self._whole(self._entries)

    def without_a_name(self) -> Iterator[dict[str, bytes]]:
        """The files after a cut that took one change of a name and nothing else; for each such change."""
        for index in range(len(self._entries)):
            yield self._whole(self._entries[:index] + self._entries[index + 1 :])

    def something(self, dice: Random) -> dict[str, bytes]:
        """The files after a cut that took what the dice say."""
        names = dict(self._names)
        _do(_survivors(self._entries, dice), names)
        fill: Fill = dice.choice((bytes, dice.randbytes))
        found = {}
        for name, file in names.items():
            changes = file.pending
            if dice.random() < 0.7:
                changes = [part for change in changes for part in change.sectors()]
            content = bytearray(_content(file, _survivors(changes, dice), fill))
            size = max((_end(change) for change in changes), default=0)
            if dice.random() < 0.2 and size > len(content):
                content += fill(size - len(content))
            found[name] = bytes(content)
        return found

    def _whole(self, entries: list[Entry]) -> dict[str, bytes]:
        names = dict(self._names)
        _do(entries, names)
        return {name: _content(file, file.pending, bytes) for name, file in names.items()}


def _survivors(things: list[T], dice: Random) -> list[T]:
    """The first of them, in order; or any of them, in any order."""
    share = dice.choice((0.0, 1.0, dice.random(), dice.random()))
    if dice.random() < 0.3:
        return things[: round(share * len(things))]
    kept = [thing for thing in things if dice.random() < share]
    if dice.random() < 0.5:
        dice.shuffle(kept)
    return kept


def _do(entries: list[Entry], names: Names) -> None:
    for entry in entries:
        entry(names)


def _rename(names: Names, old: str, new: str) -> None:
    if old in names:
        names[new] = names.pop(old)


def _remove(names: Names, name: str) -> None:
    names.pop(name, None)


def _content(file: File, changes: list[Change], fill: Fill) -> bytes:
    content = bytearray(file.content)
    for change in changes:
        _apply(content, change, fill)
    return bytes(content)


def _apply(content: bytearray, change: Change, fill: Fill) -> None:
    end = change.offset
    if end > len(content):
        content += fill(end - len(content))
    if change.data is None:
        del content[end:]
    else:
        content[end : _end(change)] = change.data


def _end(change: Change) -> int:
    return change.offset + len(change.data or b"")

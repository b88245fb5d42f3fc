"""The journal through a change of version: a trial on a copy, the copy that is kept, and the way back.

All of it is done with the rights of the user whom the journal belongs to.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agent.core.contract.envelope import Envelopes
from agent.core.errors import JournalError
from agent.core.settings import Settings
from agent.installing.files import as_owner_of, sync
from agent.installing.layout import Layout, Version
from agent.journal import backup
from agent.journal.opening import FILE_NAME
from agent.journal.reading import passages

COPIES: Final = 2
"""Room that a change takes, in journals: the copy that is kept, and one for a trial on the way back."""
COPIES_WHEN_MIGRATED: Final = 4
"""Likewise where the journal is migrated, which keeps a copy and writes each page twice."""
_KEPT: Final = "left-by-"
"""Copies of the journal are named after the version that left it so."""
_SHARED: Final = "shared-with-the-journal"
"""Beside a journal that is kept aside: the position of its last fact that also stands in what took its place."""
_NOT_UNDERSTOOD: Final = 3
"""Exit code of `lineside check --rehearse` where the journal is whole and another version must go on with it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A version cannot go on."""

    why: str
    is_journals: bool
    """Whether it is the journal that it does not understand; else it may be anything, from its configuration on."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A journal that gave way to an older copy."""

    folder: Path
    facts: int
    """Facts that stand in it and not in the copy."""
    written: Path
    """Those facts, as JSON lines."""


class Trial:
    """The journal of one configuration."""

    def __init__(self, layout: Layout, settings: Settings, free: Callable[[Path], int]) -> None:
        """Nothing is touched yet.

        Args:
            layout: where things stand.
            settings: say where the journal is.
            free: bytes that are free where a folder stands.
        """
        self._config = layout.config
        self._agent = settings.agent
        self._reserve = settings.journal.reserve_mb * 1_000_000
        self._free = free
        self._data = layout.under(settings.agent.data)
        self._room = self._data / "upgrade"

    @property
    def has_journal(self) -> bool:
        """Whether an agent has ever run here."""
        return (self._data / FILE_NAME).exists()

    def refused(self, version: Version) -> Refusal | None:
        """Why a version cannot go on with configuration and journal; None where it can. Nothing is changed.

        Raises:
            JournalError: it cannot be tried, above all for lack of room.
        """
        if not self.has_journal:
            return self._asked(version)
        folder = self._room / "rehearsal"
        try:
            with as_owner_of(self._data):
                shutil.rmtree(folder, ignore_errors=True)
                self._must_have_room()
                backup.copy(self._data, folder)
            return self._asked(version, "--rehearse", str(folder))
        finally:
            with as_owner_of(self._data):
                shutil.rmtree(folder, ignore_errors=True)

    def has_copy_of(self, version: Version) -> bool:
        """Whether there is a copy of the journal as a version left it."""
        return (self._copy_of(version) / FILE_NAME).exists()

    def keep(self, version: Version) -> Path | None:
        """Keep a copy of the journal as a version left it; the agent is stopped.

        Returns:
            the copy; None where there is no journal.

        Raises:
            JournalError: it cannot be made.
        """
        if not self._data.is_dir():
            return None
        with as_owner_of(self._data):
            kept = self._copy_of(version)
            if not self.has_journal:
                shutil.rmtree(kept, ignore_errors=True)
                return None
            backup.copy(self._data, kept)
            return kept / FILE_NAME

    def forget_copies(self, but: Version) -> None:
        """Remove the copies that other versions left."""
        if not self._data.is_dir():
            return
        with as_owner_of(self._data):
            for kept in self._room.glob(f"{_KEPT}*"):
                if kept != self._copy_of(but):
                    shutil.rmtree(kept, ignore_errors=True)

    def put_back(self, version: Version, began: str) -> Aside:
        """Let the copy that a version left take the journal's place, and keep aside the journal with what it has more.

        Without a copy there was no journal: none is put in its place.

        Args:
            version: that is to go on with it.
            began: names what is kept aside.

        Raises:
            JournalError: it cannot be done; the journal or its copy stands there whole.
        """
        with as_owner_of(self._data):
            kept = self._copy_of(version)
            after = backup.last_position(kept) if self.has_copy_of(version) else 0
            return self._exchange(kept, self._room / f"aside-{began}", after)

    def take_again(self, version: Version, began: str) -> Aside | None:
        """Undo `put_back`: the journal that is kept aside takes its place again.

        Returns:
            what the version has recorded meanwhile; None where its copy has not taken the journal's place.

        Raises:
            JournalError: it cannot be done; the journal and what is kept aside stand there whole.
        """
        with as_owner_of(self._data):
            aside, meanwhile = self._room / f"aside-{began}", self._room / f"aside-{began}-of-{version.name}"
            if self.has_copy_of(version) or not (aside / FILE_NAME).exists():
                return None
            found = self._exchange(aside, meanwhile, int((aside / _SHARED).read_text()))
            if found.facts == 0:
                meanwhile.replace(self._copy_of(version))
            return found

    def sweep(self) -> None:
        """Remove what interrupted steps left."""
        if not self._room.is_dir():
            return
        with as_owner_of(self._data):
            shutil.rmtree(self._room / "rehearsal", ignore_errors=True)
            for folder in self._room.iterdir():
                # What is not the agent's own stays, and stands in no way.
                if folder.is_symlink() or not folder.is_dir():
                    continue
                with suppress(OSError):
                    for left in folder.glob(f"{FILE_NAME}.making*"):
                        left.unlink()
                    if not any(folder.iterdir()):
                        folder.rmdir()

    def _exchange(self, comes: Path, aside: Path, shared: int) -> Aside:
        """Let a journal take the place of the present one, which is kept aside with what it has more."""
        backup.copy(self._data, aside)
        try:
            (aside / _SHARED).write_text(str(shared))
            sync(aside / _SHARED)
        except OSError as error:
            raise JournalError(f"{aside} cannot be written: {error.strerror}; free space there") from error
        written = aside / "facts.jsonl"
        facts = self._write(aside, shared, written)
        backup.put_back(comes, self._data)
        shutil.rmtree(comes, ignore_errors=True)
        return Aside(aside, facts, written)

    def _copy_of(self, version: Version) -> Path:
        return self._room / f"{_KEPT}{version.name}"

    def _write(self, folder: Path, after: int, to: Path) -> int:
        envelopes = Envelopes(self._agent.site, self._agent.id)
        count = 0
        try:
            with to.open("wb") as file:
                for passage in passages(folder):
                    for row in passage.rows:
                        if row.position > after:
                            file.write(envelopes.line(row))
                            count += 1
            sync(to)
        except OSError as error:
            raise JournalError(f"{to} cannot be written: {error.strerror}; free space there") from error
        return count

    def _must_have_room(self) -> None:
        copies = COPIES_WHEN_MIGRATED if backup.is_of_another_schema(self._data) else COPIES
        wanted = backup.size(self._data) * copies + self._reserve
        free = self._free(self._data)
        if free < wanted:
            raise JournalError(
                f"the disk of {self._data} has {free / 1e6:.0f} MB free; copies of the journal and its reserve need "
                f"{wanted / 1e6:.0f} MB"
            )

    def _asked(self, version: Version, *options: str) -> Refusal | None:
        """What `lineside check` of a version says against it, as the user that will run it."""
        status = self._data.stat() if self._data.is_dir() else None
        user: dict[str, Any] = {}
        if os.getuid() == 0 and status is not None and status.st_uid != 0:
            user = {"user": status.st_uid, "group": status.st_gid, "extra_groups": []}
        command = [str(version.python), "-I", "-m", "agent", "check", "--config", str(self._config), *options]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **user)
        except OSError as error:
            raise JournalError(f"version {version.name} cannot be run: {error.strerror}") from error
        if done.returncode == 0:
            return None
        said = done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"]
        return Refusal(said[-1].removeprefix("lineside: "), done.returncode == _NOT_UNDERSTOOD)


def free_bytes(folder: Path) -> int:
    """Bytes that a user may still write where this folder stands."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize

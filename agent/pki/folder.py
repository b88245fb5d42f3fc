"""The folder with the certificates, beneath the agent's data folder. Whoever writes there, its files are the agent's.

A command that root gives makes files that the agent's user can read, and follows no link that this user may have put
there. What is secret is readable by that user alone, from the moment at which it is there.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.core.errors import ConfigurationError

NAME: Final = "pki"
OWN: Final = "own.pem"
TRUSTED: Final = "trusted"
ISSUERS: Final = "issuers"
REJECTED: Final = "rejected"
ROOMS: Final = (TRUSTED, ISSUERS, REJECTED)
LARGEST: Final = 64 * 1024
"""Bytes of a file that is read."""
LARGEST_LIST: Final = 4 * 1024 * 1024
"""Bytes of a revocation list: an authority that many are vouched for by has long ones."""
MOST: Final = 500
"""Files of a room that are read."""
MOST_REJECTED: Final = 20
"""Files that strangers can fill; the oldest goes first."""
_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the folder."""

    path: Path
    content: bytes


class Folder:
    """Reads and writes the files; each call may wait for a disk.

    Raises:
        ConfigurationError: the folder cannot be read or written by this user.
    """

    def __init__(self, data: Path) -> None:
        """Of the agent with this data folder. Nothing is made yet."""
        self.path = data / NAME
        self._data = data

    def own(self) -> bytes | None:
        """Our certificate and its key, PEM; None where there are none."""
        with _told(self.path / OWN):
            try:
                return (self.path / OWN).read_bytes()
            except FileNotFoundError:
                return None

    def read(self, room: str) -> Sequence[Kept]:
        """The files of a room, by name."""
        with _told(self.path / room):
            try:
                found = sorted((self.path / room).iterdir())
            except FileNotFoundError:
                return ()
            shown = [one for one in found if not one.name.startswith(".") and one.is_file()]
            return [Kept(one, one.read_bytes()) for one in shown[:MOST] if _may_be_read(one)]

    def write(self, room: str, name: str, content: bytes) -> Path:
        """Put a file there, whole or not at all; an empty room is the folder itself."""
        path = self.path / room / name
        with _told(path), self._opened(room) as (at, owner):
            making = f".{name}.{secrets.token_hex(4)}.making"
            file = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=at)
            try:
                os.fchmod(file, 0o600)
                _give(file, owner)
                os.write(file, content)
                os.fsync(file)
                os.rename(making, name, src_dir_fd=at, dst_dir_fd=at)
            except BaseException:
                os.unlink(making, dir_fd=at)
                raise
            finally:
                os.close(file)
            os.fsync(at)
        return path

    def remove(self, path: Path) -> None:
        """Take a file of a room away."""
        with _told(path), self._opened(path.parent.name) as (at, _):
            os.unlink(path.name, dir_fd=at)
            os.fsync(at)

    def reject(self, name: str, content: bytes) -> None:
        """Keep what was not believed; where there is too much, the oldest goes."""
        if len(content) > LARGEST or (self.path / REJECTED / name).exists():
            return
        with _told(self.path / REJECTED):
            there = sorted((self.path / REJECTED).glob("*"), key=lambda one: one.lstat().st_mtime)
        for one in there[: max(0, len(there) + 1 - MOST_REJECTED)]:
            self.remove(one)
        self.write(REJECTED, name, content)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else who asks for the same makes anything meanwhile, in this process or another."""
        with _told(self.path), self._opened("") as (at, _):
            fcntl.flock(at, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _opened(self, room: str) -> Iterator[tuple[int, os.stat_result]]:
        """The folder of a room, made where it is not there, and whose it is."""
        if os.geteuid() != 0:
            self._data.mkdir(parents=True, exist_ok=True, mode=0o700)
        at = os.open(self._data, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            owner = os.fstat(at)
            for name in (NAME, room) if room else (NAME,):
                inner = _inner(at, name, owner)
                os.close(at)
                at = inner
            yield at, owner
        finally:
            os.close(at)


def _may_be_read(one: Path) -> bool:
    """Whether it is short enough. A revocation list that nobody looks at would have revoked ones believed."""
    size = one.stat().st_size
    if one.suffix == ".crl" and size > LARGEST_LIST:
        most = LARGEST_LIST // 2**20
        raise ConfigurationError(
            f"{one} is longer than {most} MiB; expected the list of the one authority that is used"
        )
    return size <= (LARGEST_LIST if one.suffix == ".crl" else LARGEST)


def _inner(at: int, name: str, owner: os.stat_result) -> int:
    try:
        os.mkdir(name, 0o700, dir_fd=at)
    except FileExistsError:
        return os.open(name, _DIRECTORY, dir_fd=at)
    inner = os.open(name, _DIRECTORY, dir_fd=at)
    _give(inner, owner)
    return inner


def _give(handle: int, owner: os.stat_result) -> None:
    """What root makes is the agent's user's, whose the data folder is."""
    if os.geteuid() == 0:
        os.fchown(handle, owner.st_uid, owner.st_gid)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise ConfigurationError(f"{error.filename or path}: this user may not; run it with sudo") from error
    except FileNotFoundError as error:
        missing = f"{path}: its data folder is not there"
        raise ConfigurationError(f"{missing}; start the agent once, or make it for the agent's user") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error

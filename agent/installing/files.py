"""Files and links that are there whole or not at all, whenever the power goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_MAKING: Final = ".lineside-making"


def write(path: Path, content: bytes, mode: int) -> bool:
    """Give a file this content and mode.

    Returns:
        whether it had another one.
    """
    if path.is_file() and not path.is_symlink() and path.read_bytes() == content:
        return _mode(path, mode)
    making = path.with_name(f".{path.name}{_MAKING}")
    making.unlink(missing_ok=True)
    with making.open("xb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    making.replace(path)
    sync(path.parent)
    return True


def link(path: Path, target: Path | str) -> bool:
    """Let a link lead there.

    Returns:
        whether it led elsewhere, or was none.
    """
    if path.is_symlink() and str(path.readlink()) == str(target):
        return False
    making = path.with_name(f".{path.name}{_MAKING}")
    making.unlink(missing_ok=True)
    making.symlink_to(target)
    making.replace(path)
    sync(path.parent)
    return True


def folder(path: Path, mode: int) -> bool:
    """Let there be a folder of this mode.

    Returns:
        whether there was none.
    """
    if path.is_dir():
        return _mode(path, mode)
    path.mkdir(parents=True)
    path.chmod(mode)
    return True


def own(path: Path, uid: int, gid: int) -> bool:
    """Let it belong to these, where it is ours to say.

    Returns:
        whether it belonged to others.
    """
    status = path.stat()
    if os.geteuid() != 0 or (status.st_uid, status.st_gid) == (uid, gid):
        return False
    os.chown(path, uid, gid)
    return True


def sweep(*folders: Path) -> None:
    """Remove what interrupted steps left in folders."""
    for place in folders:
        for left in place.glob(f".*{_MAKING}"):
            left.unlink()


def sync(path: Path) -> None:
    """Return when a file, or what a folder lists, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def as_owner_of(path: Path) -> Iterator[None]:
    """Act, while open, with the rights of whom a folder belongs to: what root does there others could lead astray.

    What is made there nobody else reads.
    """
    status = path.stat()
    mask = os.umask(0o077)
    try:
        with _as_user(status):
            yield
    finally:
        os.umask(mask)


@contextmanager
def _as_user(status: os.stat_result) -> Iterator[None]:
    if os.geteuid() != 0 or status.st_uid == 0:
        yield
        return
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(status.st_gid)
    os.seteuid(status.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def _mode(path: Path, mode: int) -> bool:
    if path.stat().st_mode & 0o7777 == mode:
        return False
    path.chmod(mode)
    return True

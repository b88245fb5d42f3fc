"""Whom the agent runs as, and what the mode of a file means for that user."""

from __future__ import annotations

import grp
import os
import pwd
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

USER: Final = "lineside"


@dataclass(frozen=True, slots=True)
class Account:
    """One user with all groups."""

    name: str
    uid: int
    groups: frozenset[int]


@dataclass(frozen=True, slots=True)
class Access:
    """Owner and mode of a file or folder."""

    path: Path
    uid: int
    gid: int
    mode: int
    """Permission bits alone."""

    def allows(self, account: Account, wanted: int) -> bool:
        """Whether an account may do this to it.

        Args:
            account: who.
            wanted: as the last three bits of a mode: 4 read, 2 write, 1 enter.
        """
        if account.uid == 0:
            return True
        shift = 6 if account.uid == self.uid else 3 if self.gid in account.groups else 0
        return (self.mode >> shift) & wanted == wanted

    @property
    def words(self) -> str:
        """As `ls -l` has it, in short."""
        return f"{user_name(self.uid)}:{group_name(self.gid)} {self.mode:04o}"


def access(path: Path) -> Access:
    """Owner and mode of what a path leads to.

    Raises:
        OSError: it is not there, or may not be looked at.
    """
    found = path.stat()
    return Access(path, found.st_uid, found.st_gid, found.st_mode & 0o7777)


def service_account(user: str | None, more_groups: tuple[str, ...]) -> Account:
    """Whom the service runs as; whoever asks, where this PC has no such user."""
    entry = None
    with suppress(KeyError):
        entry = pwd.getpwnam(user or USER)
    if entry is None:
        return Account(user_name(os.geteuid()), os.geteuid(), frozenset({os.getegid(), *os.getgroups()}))
    groups = {gid for name in more_groups if (gid := group_id(name)) is not None}
    return Account(entry.pw_name, entry.pw_uid, frozenset(groups | set(os.getgrouplist(entry.pw_name, entry.pw_gid))))


def group_id(name: str) -> int | None:
    """The number of a group; None where this PC has none of that name."""
    with suppress(KeyError):
        return grp.getgrnam(name).gr_gid
    return None


def group_name(gid: int) -> str:
    """The name of a group, its number where it has none."""
    with suppress(KeyError):
        return grp.getgrgid(gid).gr_name
    return str(gid)


def user_name(uid: int) -> str:
    """The name of a user, the number where there is none."""
    with suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return str(uid)

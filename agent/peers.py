"""Who calls over the Unix socket, as the kernel says it, and who of them is trusted."""

from __future__ import annotations

import grp
import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, TypeAlias

ADMINS = "lineside-admin"
"""Group whose members are trusted like root."""
SO_PEERGROUPS = 59
"""Linux 4.13, on all processors but SPARC and PA-RISC; Python has no name for it."""
MOST_GROUPS = 256
"""As many as Python asks for; of a process in more of them its first group alone is known."""
_CREDENTIALS = struct.Struct("3i")


@dataclass(frozen=True, slots=True)
class Peer:
    """The process at the other end, as it was when it connected."""

    uid: int
    groups: frozenset[int]
    """Its group and all others that it is in."""


class Options(Protocol):
    """What is asked of a socket."""

    def getsockopt(self, level: int, name: int, size: int, /) -> bytes:
        """The value of an option."""
        ...


Trusted: TypeAlias = Callable[[Peer], bool]
"""Whether somebody may speak for others and do what maintenance does."""


def peer_of(connection: Options) -> Peer:
    """Who is at the other end of a connection over a Unix socket."""
    _, uid, gid = _CREDENTIALS.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    others = b""
    with suppress(OSError):
        others = connection.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, MOST_GROUPS * struct.calcsize("I"))
    return Peer(uid, frozenset({gid, *(group for (group,) in struct.iter_unpack("I", others))}))


def owners() -> Trusted:
    """Trusts root, the agent's own user and the members of the group of administrators, if there is one."""
    admins = None
    with suppress(KeyError):
        admins = grp.getgrnam(ADMINS).gr_gid
    return trusting(os.geteuid(), admins)


def trusting(user: int, admins: int | None) -> Trusted:
    """Trusts root, this user and the members of this group."""
    return lambda peer: peer.uid in {0, user} or admins in peer.groups

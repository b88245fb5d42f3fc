"""Whether something on the network can be reached at all: its name, its address, its port."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from agent.doctor.finding import Finding, Level, Who
from agent.doctor.looking import aside

PATIENCE_S: Final = 2.5
"""Real seconds for a name, and again for a connection; a plant's network answers in a hundredth of that."""


class Reach(StrEnum):
    """How far one gets."""

    REACHED = "reached"
    NO_NAME = "no name"
    NO_ROUTE = "no route"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Place:
    """What is to be reached."""

    subject: str
    what: str
    """For people, such as `the broker`."""
    host: str
    """Or a serial device; empty where nobody knows."""
    port: int
    """0 where there is none."""
    owner: Who
    """Who sees to what stands there."""

    @property
    def words(self) -> str:
        """What and where."""
        return f"{self.what} {self.host}:{self.port}" if self.port else f"{self.what} {self.host}".rstrip()


async def reach(host: str, port: int) -> Reach:
    """Connect and hang up; nothing is sent."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            found = await aside(partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        return Reach.NO_NAME  # TimeoutError is one, too
    address = str(found[0][4][0])
    try:
        async with asyncio.timeout(PATIENCE_S):
            _, writer = await asyncio.open_connection(address, port)
    except ConnectionRefusedError:
        return Reach.REFUSED
    except TimeoutError:
        return Reach.SILENT
    except OSError:
        return Reach.NO_ROUTE
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return Reach.REACHED


def judge(place: Place, reached: Reach, level: Level = Level.NOW) -> Finding | None:
    """Who must see to what cannot be reached; None where it is."""
    match reached:
        case Reach.REACHED:
            return None
        case Reach.NO_NAME:
            found, who = f"the name of {place.words} is not known", Who.IT
            action = f"correct the name in the configuration, or have DNS know it: getent hosts {place.host}"
        case Reach.REFUSED:
            found, who = f"{place.words} is there, but nothing listens at that port", place.owner
            action = f"start it, or correct the port in the configuration; a firewall may refuse port {place.port}, too"
        case Reach.SILENT:
            found, who = f"{place.words} does not answer within {PATIENCE_S:g} s", Who.IT
            action = f"see that it is switched on and the cable is in, then the way to it: ping {place.host}"
        case Reach.NO_ROUTE:
            found, who = f"there is no way to {place.words}", Who.IT
            action = "see to the network cable and the network settings of this PC: ip route"
    return Finding(level, place.subject, found, "it can be reached", action, who)

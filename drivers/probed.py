"""What one look at a machine tells whoever wonders why it is not read: asked once, by a connection of its own.

Reads only, as a driver does (design.md promise 7).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A configured value that the machine does not give."""

    key: str
    address: str
    """Where it was asked for."""
    why: str


@dataclass(frozen=True, slots=True)
class Probed:
    """What a machine answered."""

    asked: int
    """Values that were asked for."""
    unreadable: tuple[Unreadable, ...] = ()
    refused: str = ""
    """Why it lets nobody read at all; empty where it does."""
    offers: tuple[str, ...] = ()
    """What an OPC UA server offers to those who connect, such as `Basic256Sha256 SignAndEncrypt, user name`."""
    server_time: float | None = None
    """Of an OPC UA server's clock, in seconds since 1970 UTC."""
    asked_at: float = 0.0
    """Of this PC's clock at that instant."""

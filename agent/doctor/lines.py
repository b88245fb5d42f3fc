"""Serial lines to machines: is the device there, may the agent open it, and does nobody else hold it?"""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Final

from agent.doctor.account import Access, Account, access
from agent.doctor.finding import Finding, Level, Who, note, well
from agent.doctor.readers import READ_WRITE, holders

GROUP: Final = "dialout"
"""That serial devices belong to."""
_CREDENTIALS: Final = Struct("3i")
"""Process, user and group of who listens (unix(7), SO_PEERCRED)."""


@dataclass(frozen=True, slots=True)
class SerialLine:
    """What is known of a serial device."""

    subject: str
    path: Path
    seen: Access | None
    """Owner and mode; None where it is not there."""
    is_device: bool
    holders: tuple[str, ...] | None
    """Programs that have it open beside the agent; None where not all can be seen."""


def at_this_pc(subject: str, path: Path, agent_pid: int) -> SerialLine:
    """Look at it without opening it: opening may disturb who has it open.

    Raises:
        PermissionError: its folder may not be entered.
    """
    try:
        seen, mode = access(path), path.stat().st_mode
    except FileNotFoundError:
        return SerialLine(subject, path, None, is_device=False, holders=())
    return SerialLine(subject, path, seen, stat.S_ISCHR(mode), holders(path, agent_pid))


def agent_pid(agent: Path) -> int:
    """The process behind an agent's socket; 0 where none answers."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        if probe.connect_ex(str(agent)):
            return 0
        pid: int = _CREDENTIALS.unpack(probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))[0]
        return pid


def judge(line: SerialLine, account: Account) -> Iterator[Finding]:
    """What a line to a machine needs at this PC, before anybody is asked over it."""
    if line.seen is None or not line.is_device:
        what = "is not there" if line.seen is None else "is no device"
        action = f"plug the adapter in; where it has another name now (ls /dev/serial/by-id{_others()}), correct that"
        yield Finding(
            Level.NOW, line.subject, f"the serial line {line.path} {what}", "an adapter", action, Who.MAINTENANCE
        )
        return
    if not line.seen.allows(account, READ_WRITE):
        found = f"the serial line {line.path} is {line.seen.words}"
        expected = f"the agent's user {account.name} can open it, by the group {GROUP}"
        action = f"sudo usermod -aG {GROUP} {account.name}; then sudo systemctl restart lineside"
        yield Finding(Level.NOW, line.subject, found, expected, action, Who.MAINTENANCE)
    if line.holders:
        named = ", ".join(line.holders)
        found = f"the serial line {line.path} is held by {named}"
        action = f"end {named}; ModemManager is switched off by: sudo systemctl disable --now ModemManager"
        yield Finding(Level.NOW, line.subject, found, "the agent alone has it open", action, Who.MAINTENANCE)
    elif line.holders is None:
        yield note(line.subject, f"whether another program holds {line.path}, root alone can see")
    if line.seen.allows(account, READ_WRITE) and not line.holders:
        yield well(line.subject, f"the serial line {line.path} is there and may be opened")


def _others(devices: Path = Path("/dev")) -> str:
    """Adapters that are there, for who looks for the right name."""
    found: list[str] = []
    with suppress(OSError):
        found = sorted(one.name for one in (devices / "serial/by-id").iterdir())
    return f" shows {', '.join(found)}" if found else ""

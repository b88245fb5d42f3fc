"""Users and groups, made by systemd-sysusers, which every Debian with systemd has and which works under any root."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.installing.layout import InstallationError, Layout

SERVICE: Final = "lineside"
WANTED: Final = f"""\
u {SERVICE} - "Lineside agent" /var/lib/lineside -
u lineside-terminal - "Lineside terminal" - -
m lineside-terminal {SERVICE}
g lineside-admin - -
"""
"""sysusers.d(5). The terminal may speak to the agent; members of lineside-admin are trusted people."""
NAMES: Final = (SERVICE, "lineside-terminal", "lineside-admin")


@dataclass(frozen=True, slots=True)
class Ids:
    """Of the service's user, as numbers: an image has other users than the PC that makes it."""

    uid: int
    gid: int


def make(layout: Layout) -> bool:
    """Let there be the users and groups.

    Returns:
        whether one was missing.

    Raises:
        InstallationError: they cannot be made.
    """
    if _names(layout.root / "etc/group") >= set(NAMES):
        return False
    (layout.root / "etc").mkdir(parents=True, exist_ok=True)
    command = ["systemd-sysusers", f"--root={layout.root}", "-"]
    try:
        done = subprocess.run(command, input=WANTED, capture_output=True, text=True, check=False)
    except OSError as error:
        raise InstallationError(f"systemd-sysusers, which makes users, cannot be run: {error.strerror}") from error
    if done.returncode != 0:
        raise InstallationError(f"users and groups cannot be made: {done.stderr.strip()}")
    return True


def ids(layout: Layout) -> Ids:
    """The service's user.

    Raises:
        InstallationError: there is none.
    """
    for line in _lines(layout.root / "etc/passwd"):
        if line[0] == SERVICE:
            return Ids(int(line[2]), int(line[3]))
    raise InstallationError(f"there is no user {SERVICE}, though it was made")


def _names(file: Path) -> set[str]:
    return {line[0] for line in _lines(file)}


def _lines(file: Path) -> list[list[str]]:
    try:
        return [line.split(":") for line in file.read_text(encoding="utf-8").splitlines() if line]
    except FileNotFoundError:
        return []

"""The service manager, as much of it as an installation needs."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from agent.installing.layout import AGENT, InstallationError, Layout

BOOTED: Final = Path("/run/systemd/system")
"""There where systemd runs, sd_booted(3)."""
LAST_WORDS: Final = 15
"""Lines of the log that are shown of a service that does not become healthy."""
COMPANIONS: Final = ("lineside-terminal@*.service", "lineside-browser.service")
"""Units that show the agent to people, and run the same version."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the service manager says of the agent's unit."""

    active: str
    """ActiveState: `active` once the agent said that it is ready."""
    sub: str
    """SubState."""
    restarts: int
    """How often it was started again by itself."""
    has_job: bool = False
    """Whether a start or a stop of it waits, or is being done."""

    @property
    def runs(self) -> bool:
        """Whether there is an agent, or one is about to be started again."""
        return self.active in {"active", "activating", "reloading"}


class Manager(Protocol):
    """A service manager."""

    @property
    def is_running(self) -> bool:
        """Whether it starts and stops anything now."""

    def reload(self) -> None:
        """Read unit files and rules anew."""

    def enable(self) -> None:
        """Let the agent start with the PC."""

    def is_enabled(self) -> bool:
        """Whether the agent starts with the PC."""

    def disable(self, units: Sequence[str]) -> None:
        """Let units start with the PC no more, and stop them."""

    def start(self) -> None:
        """Have the agent started; returns at once."""

    def stop(self) -> None:
        """Stop the agent; returns when it has ended."""

    def restart_companions(self) -> None:
        """Have the terminals that run started anew."""

    def standing(self) -> Standing:
        """How the agent's unit stands."""

    def last_words(self) -> list[str]:
        """The last lines of the agent's log; none where there is none."""


class Systemctl:
    """systemd, through systemctl(1)."""

    is_running = True

    def __init__(self) -> None:
        self._began = 0
        """When the agent was started last, in seconds since 1970."""

    def reload(self) -> None:
        """Read unit files and rules anew; a PC without udev has no readers to give away."""
        _call("systemctl", "daemon-reload")
        for command in (("control", "--reload"), ("trigger", "--subsystem-match=input", "--subsystem-match=tty")):
            _try("udevadm", *command)

    def enable(self) -> None:
        """Let the agent start with the PC."""
        _call("systemctl", "enable", "--quiet", AGENT)

    def is_enabled(self) -> bool:
        """Whether the agent starts with the PC."""
        return _try("systemctl", "is-enabled", AGENT).strip() in {"enabled", "enabled-runtime"}

    def disable(self, units: Sequence[str]) -> None:
        """Let units start with the PC no more, and stop them."""
        _try("systemctl", "stop", *COMPANIONS)
        if units:
            _call("systemctl", "disable", "--quiet", "--now", *units)

    def start(self) -> None:
        """Have the agent started; returns at once."""
        _try("systemctl", "reset-failed", AGENT)
        self._began = int(time.time())
        _call("systemctl", "start", "--no-block", AGENT)

    def stop(self) -> None:
        """Stop the agent; returns when it has ended."""
        _call("systemctl", "stop", AGENT)

    def restart_companions(self) -> None:
        """Have the terminals that run started anew."""
        _try("systemctl", "try-restart", *COMPANIONS)

    def standing(self) -> Standing:
        """How the agent's unit stands."""
        said = _call("systemctl", "show", "--property=ActiveState,SubState,NRestarts,Job", AGENT)
        found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
        restarts, has_job = int(found.get("NRestarts", "0")), found.get("Job", "") not in {"", "0"}
        return Standing(found.get("ActiveState", ""), found.get("SubState", ""), restarts, has_job)

    def last_words(self) -> list[str]:
        """The last lines of the agent's log since it was started; none where there is none."""
        # With --since, --lines would mean the first ones (systemd 252).
        options = ("--since", f"@{self._began}", "--output", "cat", "--no-pager", "--quiet")
        # Its own words first: where there are none, it could not even be run, and the manager says why.
        own = _try("journalctl", *options, f"_SYSTEMD_UNIT={AGENT}")
        return (own or _try("journalctl", *options, "--unit", AGENT)).splitlines()[-LAST_WORDS:]


class NoManager:
    """Where no systemd runs, as under the root of an image: the agent starts when that root is booted."""

    is_running = False

    def __init__(self, layout: Layout) -> None:
        self._link = layout.units / "multi-user.target.wants" / AGENT

    def reload(self) -> None:
        """Nothing has read anything."""

    def enable(self) -> None:
        """The link that `systemctl enable` makes."""
        self._link.parent.mkdir(parents=True, exist_ok=True)
        if not self._link.is_symlink():
            self._link.symlink_to(f"/etc/systemd/system/{AGENT}")

    def is_enabled(self) -> bool:
        """Whether the agent starts with the PC."""
        return self._link.is_symlink()

    def disable(self, units: Sequence[str]) -> None:
        """Without the links there is nothing to start."""
        for wants in self._link.parent.parent.glob("*.wants"):
            for unit in units:
                (wants / unit).unlink(missing_ok=True)

    def start(self) -> None:
        """Nothing is started."""

    def stop(self) -> None:
        """Nothing runs."""

    def restart_companions(self) -> None:
        """Nothing runs."""

    def standing(self) -> Standing:
        """Nothing runs."""
        return Standing("inactive", "dead", 0)

    def last_words(self) -> list[str]:
        """Nothing was said."""
        return []


def manager_of(layout: Layout) -> Manager:
    """The service manager of a root."""
    return Systemctl() if layout.root == Path("/") and BOOTED.is_dir() else NoManager(layout)


def _call(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise InstallationError(f"{command[0]} cannot be run: {error.strerror}") from error
    if done.returncode != 0:
        raise InstallationError(f"`{' '.join(command)}` did not work: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _try(*command: str) -> str:
    """As `_call`, where it does not matter whether it works."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""

"""Where everything stands on a PC, under its root or under the root of an image."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.core.errors import ConfigurationError, LinesideError

AGENT: Final = "lineside.service"
_ROOT: Final = Path("/")


class InstallationError(LinesideError):
    """For the technician: an installation went wrong after it had begun. The message says how things stand."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the program, a virtual environment."""

    folder: Path

    @property
    def name(self) -> str:
        """As people call it, such as 0.2.0."""
        return self.folder.name

    @property
    def python(self) -> Path:
        """What runs it."""
        return self.folder / "bin" / "python3"

    @property
    def is_whole(self) -> bool:
        """Whether it can be run."""
        return os.access(self.python, os.X_OK) and self.units.is_dir()

    @property
    def units(self) -> Path:
        """The unit files and rules that it brings."""
        return self.folder / "share" / "lineside" / "systemd"

    @property
    def example(self) -> Path:
        """The configuration that it brings as an example."""
        return self.folder / "share" / "lineside" / "config" / "lineside.toml"


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of an installation."""

    root: Path = _ROOT

    @property
    def home(self) -> Path:
        """The program: its versions and what leads to them."""
        return self.root / "opt/lineside"

    @property
    def versions(self) -> Path:
        """A folder for each version."""
        return self.home / "versions"

    @property
    def current(self) -> Path:
        """Leads to the version that runs."""
        return self.home / "current"

    @property
    def previous(self) -> Path:
        """Leads to the version before."""
        return self.home / "previous"

    @property
    def record(self) -> Path:
        """The change that is under way, if one is."""
        return self.home / "change.json"

    @property
    def lock(self) -> Path:
        """One installation at a time."""
        return self.home / ".lock"

    @property
    def command(self) -> Path:
        """What people call."""
        return self.root / "usr/local/bin/lineside"

    @property
    def etc(self) -> Path:
        """The configuration's folder."""
        return self.root / "etc/lineside"

    @property
    def config(self) -> Path:
        """The configuration, which belongs to the plant."""
        return self.etc / "lineside.toml"

    @property
    def data(self) -> Path:
        """Where the journal stands unless the configuration says otherwise."""
        return self.root / "var/lib/lineside"

    @property
    def units(self) -> Path:
        """The service manager's unit files."""
        return self.root / "etc/systemd/system"

    @property
    def rules(self) -> Path:
        """The rules of udev."""
        return self.root / "etc/udev/rules.d"

    def under(self, path: Path) -> Path:
        """Where a path that the configuration names stands."""
        return self.root / path.relative_to("/") if path.is_absolute() else path

    def version(self, name: str) -> Version:
        """The version of that name, there or not."""
        return Version(self.versions / name)

    def names(self) -> list[str]:
        """The versions that are there, in no order that means anything; what is still being built is none."""
        found = self.versions.iterdir() if self.versions.is_dir() else ()
        return sorted(folder.name for folder in found if folder.is_dir() and not folder.name.startswith("."))

    def led_to(self, link: Path) -> Version | None:
        """The version that `current` or `previous` leads to; None where it leads nowhere."""
        if not link.is_symlink():
            return None
        version = self.version(link.readlink().name)
        return version if version.folder.is_dir() else None

    def our_own(self) -> Version:
        """The version that this program belongs to.

        Raises:
            ConfigurationError: it is none that was laid out here.
        """
        own = Path(sys.prefix).resolve()
        if own.parent != self.versions.resolve():
            raise ConfigurationError(
                f"this program runs from {own}, not from {self.versions}; run ./install.sh of an unpacked bundle"
            )
        return self.version(own.name)

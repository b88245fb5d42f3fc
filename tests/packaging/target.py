"""The machine that a bundle is for: a version of Python and a processor, on a Debian of the year 2023 or younger."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from packaging.markers import default_environment

DEBIAN_NAMES: Final = {"x86_64": "amd64", "aarch64": "arm64"}
"""Processors that bundles are made for, as the kernel and as Debian call them."""
GLIBC_MINOR: Final = 36
"""Debian 12 has glibc 2.36: wheels made for a younger one are left alone."""
OLDEST_PYTHON: Final = (3, 11)


@dataclass(frozen=True, slots=True)
class Target:
    """What wheels must run on."""

    python: tuple[int, int] = OLDEST_PYTHON
    """CPython's version, as `(3, 11)`."""
    machine: str = "x86_64"
    """The processor, as `uname -m` says it."""

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read `3.11-x86_64`.

        Raises:
            ValueError: it is none, or no bundle can be made for it.
        """
        found = re.fullmatch(r"(\d+)\.(\d+)-(\w+)", text)
        if found is None:
            raise ValueError(f"expected a target such as 3.11-x86_64 or 3.13-aarch64, got {text!r}")
        major, minor, machine = int(found[1]), int(found[2]), found[3]
        if machine not in DEBIAN_NAMES:
            raise ValueError(f"expected one of the processors {', '.join(DEBIAN_NAMES)}, got {machine!r}")
        if (major, minor) < OLDEST_PYTHON:
            raise ValueError(f"the project needs Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]}, got {major}.{minor}")
        return cls((major, minor), machine)

    def __str__(self) -> str:
        """As `parse` reads it."""
        return f"{self.version}-{self.machine}"

    @property
    def version(self) -> str:
        """Of Python, as `3.11`."""
        return ".".join(map(str, self.python))

    @property
    def label(self) -> str:
        """In file names: the processor, and the version of Python where it is not Debian 12's."""
        return self.machine if self.python == OLDEST_PYTHON else f"{self.machine}-python{self.version}"

    @property
    def debian(self) -> str:
        """What Debian calls the processor."""
        return DEBIAN_NAMES[self.machine]

    @property
    def platforms(self) -> list[str]:
        """Tags of wheels that run there, the youngest first."""
        numbered = [f"manylinux_2_{minor}_{self.machine}" for minor in range(GLIBC_MINOR, 4, -1)]
        named = [f"{name}_{self.machine}" for name in ("manylinux2014", "manylinux2010", "manylinux1", "linux")]
        return numbered + named

    @property
    def environment(self) -> dict[str, str]:
        """What markers of requirements ask about."""
        return {
            **{name: str(value) for name, value in default_environment().items()},
            "implementation_name": "cpython",
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{self.version}.0",
            "python_version": self.version,
            "sys_platform": "linux",
        }

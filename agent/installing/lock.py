"""One installation at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from agent.core.errors import ConfigurationError

HANDED_ON: Final = "LINESIDE_LOCK"
"""Environment variable with the number of the file that install.sh keeps locked."""


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Keep every other installation out while open.

    Raises:
        ConfigurationError: another one is at work, or this is nobody who may install.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = _handed_on(lock) or lock.open("ab")
    except OSError as error:
        raise ConfigurationError(f"{lock.parent} cannot be written: {error.strerror}; call it with sudo") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigurationError("another installation is at work on this PC; wait until it has ended") from error
        yield


def _handed_on(lock: Path) -> BinaryIO | None:
    """What install.sh has locked already, where that is this lock."""
    number = os.environ.get(HANDED_ON, "")
    try:
        if number.isdecimal() and os.path.samestat(os.fstat(int(number)), lock.stat()):
            return open(int(number), "ab")  # noqa: PTH123 - no path; closed by who asked
    except OSError:
        return None
    return None

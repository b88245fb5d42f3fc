"""One installation at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.core.errors import ConfigurationError


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Keep every other installation out while open.

    Raises:
        ConfigurationError: another one is at work, or this is nobody who may install.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("ab")
    except OSError as error:
        raise ConfigurationError(f"{lock.parent} cannot be written: {error.strerror}; call it with sudo") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigurationError("another installation is at work on this PC; wait until it has ended") from error
        yield

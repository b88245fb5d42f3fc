"""A serial cable without a machine: two pseudo-terminals, what goes in at one end comes out at the other."""

from __future__ import annotations

import os
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def cable(link: Path) -> Iterator[str]:
    """A cable while open: its near end is at `link`, as the lasting name of an adapter is; yields its far end.

    Who holds the ends dies with its process: the near one is then gone as an adapter that was pulled.
    """
    near, near_end = _end()
    far, far_end = _end()
    fresh = link.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.ttyname(near_end))
    fresh.replace(link)
    # Their own slaves stay open as well: a master whose slave nobody has open reads nothing but errors.
    ends = (near, near_end, far, far_end)
    for one, other in ((near, far), (far, near)):
        threading.Thread(target=_carry, args=(one, other), daemon=True).start()
    try:
        yield os.ttyname(far_end)
    finally:
        for end in ends:
            os.close(end)


def _end() -> tuple[int, int]:
    master, slave = os.openpty()
    tty.setraw(slave)
    return master, slave


def _carry(source: int, target: int) -> None:
    with suppress(OSError):
        while data := os.read(source, 4096):
            os.write(target, data)

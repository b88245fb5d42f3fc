"""What every driver promises.

The shared suites `tests/drivers/test_contract.py`, for machines, and `tests/drivers/test_reader.py`, for readers, hold
each one to it.

A driver is an async context manager around one connection. Entering connects; leaving disconnects within a second,
whatever state the device is in. While open it is an async iterator of batches of observations, in the order of their
source times within a batch:

- a `Signal` for every value that changed, with the source's own time where there is one; bad quality is a `Signal` too;
- `Link(up=True)` after the first reading of every configured signal, then at least once a second while the device
  answers; a reader, which is silent for hours, says it once, as soon as its codes can be told from the rest of one that
  was under way on opening;
- a `Controller`, where the device says of itself since when it runs or what its clock says: before any `Signal`, as a
  counter is read otherwise after a start, and again now and then;
- a `Scan` for every code that a reader read, in their order, and one with a flaw for whatever is no whole code.

It raises `DeviceError` when the connection is lost or the device stays silent longer than its time-out. It never
retries, decides, stores or writes to the device; connecting again is the caller's business, with a fresh driver.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from agent.core.observations import Controller, Instant, Link, Scan, Signal

Batch: TypeAlias = Sequence[Signal | Link | Controller | Scan]
Now: TypeAlias = Callable[[], Instant]
Tap: TypeAlias = Callable[[bytes], None]
"""Is shown what a reader sends, as it comes and before it is made into codes: for who commissions it. Kept nowhere."""


class Driver(AbstractAsyncContextManager["Driver"], Protocol):
    """One open connection to one device."""

    @property
    def turns_by(self) -> float:
        """The loop's time by which it has connected, yielded, raised, or looked at the device again and put this later.

        Infinity while a device, or a name server, may be silent as long as it likes. One that is far past it hangs.
        """
        ...

    def __aiter__(self) -> AsyncIterator[Batch]:
        """Batches as they come.

        Raises:
            DeviceError: the connection is lost; what was yielded before stays true.
        """
        ...

    def rest(self) -> Batch:
        """What came and was not yielded, for who is about to disconnect; nothing where the device tells it again."""
        ...

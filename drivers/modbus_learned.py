"""The requests of one connection, and what it has learned of them: which the device takes only in parts. Pure.

One address that a device does not have makes it refuse every request in which it stands. Such a request is asked anew
in parts, until what is refused is the one place alone and its neighbours are read (exceptions 2 and 3); what came of it
holds as long as the connection. Parts that turned out to be readable are put together again, once: where the device
refuses that as well, it has borders of its own.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agent.core.machine_settings import SignalSettings
from agent.core.sources.address import AddressSettings
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_plan import Request, by_kind, finer, plan

EXTRA: Final = 32
"""Requests by which one poll may grow at most to find out what is refused."""
PAUSES_S: Final = (2.0, 4.0, 8.0)
"""Seconds after which a request of which nothing could be read, not in parts either, is taken apart again."""
_ADDRESS: Final = frozenset({2, 3})
"""Exceptions that speak of addresses or of how many there are."""
_LASTING: Final = _ADDRESS | {1, 4}
"""Exceptions that something in the request may bring about, rather than what the device is busy with."""


@dataclass(slots=True)
class _Branch:
    """What is asked in place of one request of the plan."""

    parts: tuple[Request, ...]
    parted: tuple[Request, ...] = ()
    """What was refused and taken apart, until they are put together."""
    may_join: bool = True
    """Its parts were not put together again yet."""
    pause: int = 0
    """Polls for which it is not taken apart any further."""
    vain: int = 0
    """Times in a row that it was taken apart for nothing."""


class Poll:
    """One poll under way: gives the requests, and is told what became of each."""

    def __init__(self, branches: Sequence[_Branch], device: ModbusSettings) -> None:
        self._branches = branches
        self._device = device
        self._extra = EXTRA
        self._waiting: deque[Request] = deque()
        self._read: list[Request] = []
        self._refused: list[Request] = []
        self._parted: list[Request] = []
        self._may_part = True
        self._is_deep = False

    def __iter__(self) -> Iterator[Request]:
        """Each request; before the next one `answered` or `refused` is called."""
        for branch in self._branches:
            self._waiting = deque(branch.parts)
            self._read, self._refused, self._parted = [], [], []
            branch.pause = max(branch.pause - 1, 0)
            # By turns all over it, and at one end down to single places: a device may give no two of them at once.
            self._may_part, self._is_deep = not branch.pause, bool(branch.vain % 2)
            while self._waiting:
                yield self._waiting.popleft()
            self._learn(branch)

    def answered(self, request: Request) -> None:
        """The device gave what was asked for."""
        self._read.append(request)

    def refused(self, request: Request, code: int) -> bool:
        """The device answered an exception.

        Returns:
            Whether its signals are asked for anew in this poll; else they have no value.
        """
        is_mixed = len(by_kind(request.signals)) > 1
        parts = finer(request, self._device) if code in (_LASTING if is_mixed else _ADDRESS) else ()
        if not parts or not self._may_part or len(parts) > self._extra:
            self._refused.append(request)
            return False
        self._extra -= len(parts)
        self._parted.append(request)
        if self._is_deep:
            self._waiting.extendleft(reversed(parts))
        else:
            self._waiting.extend(parts)
        return True

    def _learn(self, branch: _Branch) -> None:
        if not self._parted:
            return
        if not self._read:
            pause_s = PAUSES_S[min(branch.vain, len(PAUSES_S) - 1)]
            branch.pause, branch.vain = math.ceil(1000 * pause_s / self._device.poll_ms), branch.vain + 1
            return
        branch.vain = 0
        branch.parted += tuple(self._parted) if branch.may_join else ()
        parts, is_found = self._read, not any(finer(one, self._device) for one in self._refused)
        if branch.may_join and is_found:
            parts = _put_together(parts, (*branch.parted, *self._refused), self._device)
            branch.may_join, branch.parted = False, ()
        branch.parts = tuple(sorted((*parts, *self._refused), key=lambda one: one.place))


class LearnedPlan:
    """The requests that read a machine, as this connection knows them."""

    def __init__(self, readings: Sequence[AddressSettings], device: ModbusSettings) -> None:
        self._device = device
        self._branches = [_Branch((request,)) for request in plan(readings, device)]

    def poll(self) -> Poll:
        """Begin the next poll."""
        return Poll(self._branches, self._device)


def _put_together(parts: Sequence[Request], refused: Sequence[Request], device: ModbusSettings) -> list[Request]:
    """As few requests as may be, none of which has within it what was refused."""
    joined: list[Request] = []
    for part in sorted(parts, key=lambda one: (_is_telemetry(one), *one.place)):
        last = joined[-1] if joined else None
        if last is not None and _is_telemetry(last) == _is_telemetry(part):
            both = plan((*last.signals, *part.signals), device)
            if len(both) == 1 and not any(_is_within(one, both[0]) for one in refused):
                joined[-1] = both[0]
                continue
        joined.append(part)
    return joined


def _is_within(inner: Request, outer: Request) -> bool:
    return outer.address <= inner.address and inner.end <= outer.end


def _is_telemetry(request: Request) -> bool:
    return not isinstance(request.signals[0], SignalSettings)

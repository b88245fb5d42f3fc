"""What a driver that others wrote may tell, and what of it is news. Reads no clock but the agent's."""

from __future__ import annotations

import math
from itertools import islice
from typing import Final, TypeAlias

from agent.core.machine_settings import MachineSettings
from agent.core.observations import Controller, Instant, Link, Quality, Signal, SignalValue
from drivers.contract import Batch, Now
from drivers.scaling import scaled

_LATEST: Final = 4_102_444_800.0
"""2100-01-01: what is later is no time in seconds."""
_SHIFT_S: Final = 5.0
"""By which the wall clock of an instant may differ from ours."""
_LONGEST: Final = 4_096
_WIDEST: Final = 2**64
_MOST: Final = 100_000
_LINK_S: Final = 0.1
"""Between two signs of life that are passed on."""
_Told: TypeAlias = "tuple[type, SignalValue, Quality, str]"


class Breach(Exception):  # noqa: N818 - the contract's word for it
    """For the makers of a driver: what it told is nothing that a driver may tell."""


class Judge:
    """What one connection tells."""

    def __init__(self, machine: MachineSettings, now: Now) -> None:
        self._wc_id = machine.work_center
        self._addresses = {one.key: one for one in machine.readings}
        self._now = now
        self._opened = now()
        self._told: dict[str, _Told] = {}
        self._link_due = -math.inf

    def news(self, batch: Batch) -> Batch:
        """Those of a batch that say something new, with scaled values.

        Raises:
            Breach: no driver may tell this.
        """
        try:
            items = tuple(islice(batch, _MOST + 1))
        except TypeError:
            raise Breach(f"it told {type(batch).__name__} where a sequence of observations was expected") from None
        if len(items) > _MOST:
            raise Breach(f"it told more than {_MOST} observations at once")
        return [one for item in items if (one := self._new(item)) is not None]

    def _new(self, item: object) -> Signal | Link | Controller | None:
        if not isinstance(item, Signal | Link | Controller):
            raise Breach(f"it told {type(item).__name__}; a machine's driver tells Signal, Link and Controller")
        if item.wc_id != self._wc_id:
            raise Breach(f"it told something of work center '{item.wc_id}', and reads '{self._wc_id}'")
        self._check_observed(item.observed)
        if isinstance(item, Signal):
            return self._new_signal(item)
        if isinstance(item, Link):
            return self._new_link(item)
        for what, number in (("started", item.started), ("ahead_s", item.ahead_s)):
            if number is not None and not _is_number(number):
                raise Breach(f"'{what}' of its Controller is no number of seconds")
        return item

    def _check_observed(self, observed: object) -> None:
        now = self._now()
        if not isinstance(observed, Instant) or not _is_number(observed.wall) or not _is_number(observed.monotonic):
            raise Breach("'observed' is no Instant: expected what now() gives")
        if not self._opened.monotonic <= observed.monotonic <= now.monotonic:
            raise Breach("'observed' was before the connection or is yet to come: expected what now() gives")
        shifts = [abs((observed.wall - one.wall) - (observed.monotonic - one.monotonic)) for one in (now, self._opened)]
        if min(shifts) > _SHIFT_S:
            raise Breach("'observed' is by another clock: expected what now() gives")

    def _new_signal(self, signal: Signal) -> Signal | None:
        address = self._addresses.get(signal.key)
        if address is None:
            raise Breach(f"it told '{signal.key}', which is not configured")
        if not isinstance(signal.quality, Quality) or not isinstance(signal.status, str):
            raise Breach(f"quality or status of '{signal.key}' is none")
        _check_time(signal)
        value, quality, status = signal.value, signal.quality, signal.status[:_LONGEST]
        _check_value(signal.key, value)
        if quality is Quality.GOOD and value is None:
            raise Breach(f"'{signal.key}' is good and has no value")
        if isinstance(value, float) and not math.isfinite(value):
            value, quality, status = None, Quality.BAD, "not a number"
        elif (number := scaled(value, address)) is None and value is not None:
            value, quality, status = None, Quality.BAD, "the scaled value is too great for a number"
        else:
            value = number
        told = (type(value), value, quality, status)
        if self._told.get(signal.key) == told:
            return None
        self._told[signal.key] = told
        return Signal(self._wc_id, signal.key, value, quality, signal.source_time, signal.observed, status)

    def _new_link(self, link: Link) -> Link | None:
        if (link.device, link.up, link.reader) != ("plc", True, ""):
            raise Breach("of the link it tells Link(work center, 'plc', up=True, observed=now()) and nothing else")
        lacking = next((key for key in self._addresses if key not in self._told), None)
        if lacking is not None:
            raise Breach(f"it told that the link is up before it told '{lacking}', which is bad where it is not there")
        if link.observed.monotonic < self._link_due:
            return None
        self._link_due = link.observed.monotonic + _LINK_S
        return link


def _check_time(signal: Signal) -> None:
    time = signal.source_time
    if time is not None and (not _is_number(time) or not 0 <= time <= _LATEST):
        raise Breach(f"the source time of '{signal.key}' is none in seconds since 1970")


def _check_value(key: str, value: object) -> None:
    if not isinstance(value, bool | int | float | str | None):
        raise Breach(f"the value of '{key}' is {type(value).__name__}; expected bool, int, float, str or None")
    if isinstance(value, str) and len(value) > _LONGEST:
        raise Breach(f"the value of '{key}' has more than {_LONGEST} characters")
    if isinstance(value, int) and not -_WIDEST < value < _WIDEST:
        raise Breach(f"the value of '{key}' has more than 64 bits")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)

"""What observations of an MTConnect agent mean for the configured signals. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from agent.core.machine_settings import MachineSettings
from agent.core.observations import Instant, Quality, Signal, SignalValue
from agent.core.sources.address import AddressSettings
from drivers.mtconnect_xml import Observation

PLACE: Final = re.compile(r"(?P<item>[^\s=]+)(=(?P<word>[^\s=]+))?")
"""Of a value: the id of a data item, or one with the word that is meant, such as `exec=ACTIVE`."""
NO_ITEM: Final = "no such data item"
_UNAVAILABLE: Final = "UNAVAILABLE"
_MOST_STANDING: Final = 1_000
"""Faults of one data item that are kept apart; those that come behind so many are not."""
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_Reading: TypeAlias = "tuple[SignalValue, Quality, str]"


class Items:
    """The configured data items of one machine."""

    def __init__(self, machine: MachineSettings) -> None:
        self._wc_id = machine.work_center
        self._wanted: dict[str, list[tuple[AddressSettings, str | None]]] = {}
        for one in machine.readings:
            place = PLACE.fullmatch(one.at or "")
            assert place is not None, f"'{one.at}' of '{one.key}' was not checked"
            self._wanted.setdefault(place["item"], []).append((one, place["word"]))
        self._standing: dict[str, dict[str, str]] = {}
        """Faults that stand, by data item and code, in the order in which they came."""

    def image(self, observations: Sequence[Observation], observed: Instant) -> list[Signal]:
        """All that a whole answer, to `current`, says; what it does not say is not there."""
        self._standing = {}
        there = {one.item for one in observations}
        missing = [
            Signal(self._wc_id, address.key, None, Quality.BAD, None, observed, NO_ITEM)
            for item, addresses in self._wanted.items()
            if item not in there
            for address, _ in addresses
        ]
        return [*missing, *self.news(observations, observed)]

    def news(self, observations: Iterable[Observation], observed: Instant) -> list[Signal]:
        """What each observation of a configured data item says, in the order of their times."""
        wanted = [one for one in observations if one.item in self._wanted]
        ordered = sorted(wanted, key=lambda one: (-math.inf if one.time is None else one.time, one.sequence))
        return [signal for one in ordered for signal in self._said(one, observed)]

    def _said(self, one: Observation, observed: Instant) -> Iterator[Signal]:
        value, quality, status = self._condition(one) if one.category == "Condition" else _value(one)
        for address, word in self._wanted[one.item]:
            meant = value if word is None or quality is not Quality.GOOD else one.text == word
            yield Signal(self._wc_id, address.key, meant, quality, one.time, observed, status)

    def _condition(self, one: Observation) -> _Reading:
        """The code of the fault that stands the longest; no text where none does.

        Agents tell the conditions of a data item apart by their code: one without takes the place of the one before it.
        """
        standing = self._standing.setdefault(one.item, {})
        if one.tag in {"Normal", "Unavailable"} and not one.code:
            standing.clear()
        elif one.tag == "Fault":
            if one.code in standing or len(standing) < _MOST_STANDING:
                standing[one.code] = one.code or one.text or "fault"
        else:
            standing.pop(one.code, None)
        if one.tag == "Unavailable":
            return None, Quality.BAD, _UNAVAILABLE
        return next(iter(standing.values()), ""), Quality.GOOD, ""


def _value(one: Observation) -> _Reading:
    if one.text == _UNAVAILABLE:
        return None, Quality.BAD, _UNAVAILABLE
    if one.has_parts:
        return None, Quality.BAD, f"{one.tag} is a set of entries, no single value"
    if _WHOLE.fullmatch(one.text):
        return int(one.text), Quality.GOOD, ""
    if one.category == "Events":
        return one.text, Quality.GOOD, ""
    try:
        number = float(one.text)
    except ValueError:
        number = math.nan
    return (number, Quality.GOOD, "") if math.isfinite(number) else (None, Quality.BAD, "not a number")

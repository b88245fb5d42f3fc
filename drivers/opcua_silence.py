"""What becomes of readings that a subscription does not tell though they move: silent death, and its cure.

A node that was deleted and came back has a monitored item that tells nothing on some servers: a fresh one does. Where
that one tells nothing either, and nothing else is told, the whole subscription is dead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from asyncua import ua

from agent.core.machine_settings import TelemetrySettings
from agent.core.observations import Quality
from drivers.opcua_evidence import Evidence, Moment, is_over
from drivers.opcua_monitored import Item, Monitored
from drivers.opcua_told import Told
from drivers.opcua_ways import Ways

_SETTLING_S: Final = 1.0
_FIRST_REST_S: Final = 10.0
_LONGEST_REST_S: Final = 600.0
"""A server that tells a value more coarsely than it lets it be read is not subscribed to anew again and again."""


class Silence:
    """The readings of one subscription that are quiet.

    Raises:
        UaError: the server refuses to be asked anew.
        OSError: the connection is lost, the server is silent, or the subscription is dead (`ConnectionError`).
    """

    def __init__(self, monitored: Monitored, ways: Ways, told: Told) -> None:
        self.settles_in_s = float("inf")
        """After how many seconds it is known whether what was subscribed to anew is told now."""
        self._monitored = monitored
        self._ways = ways
        self._told = told
        self._evidence = Evidence()
        self._rests: dict[int, tuple[float, float]] = {}
        """Until when a reading is left as it is after it was subscribed to anew, and for how long that was."""

    async def settle(self, values: Mapping[int, ua.DataValue], moment: Moment) -> dict[int, str]:
        """Compare what was told with what is read, and do something about it.

        Args:
            values: read just now, of readings that the subscription has told nothing of lately.
            moment: before they were read.

        Returns:
            What cannot be read now, and why.
        """
        silent, mute = set[int](), set[int]()
        for index, data in values.items():
            item = self._monitored.items.get(index)
            if item is not None and self._told.tellings[index] == item.tellings:
                if is_over(_asked(item), moment, self._monitored.allowance_s(index)):
                    mute.add(index)
            elif item is not None and self._is_silent(index, data, moment) and not self._rests_now(index, item):
                silent.add(index)
        self.settles_in_s = float("inf")
        refused = await self._renew(silent) if silent else {}
        return refused | (await self._go_another_way(mute) if mute else {})

    def _is_silent(self, index: int, data: ua.DataValue, moment: Moment) -> bool:
        reading = self._told.addresses[index]
        deadband = reading.deadband if isinstance(reading, TelemetrySettings) else 0.0
        if not self._told.differs(index, data, deadband) or self._are_both_bad(index, data):
            self._evidence.forget(index)
            return False
        allowance_s = self._monitored.allowance_s(index)
        tellings = self._told.tellings[index]
        return self._evidence.is_silent(index, tellings=tellings, moment=moment, allowance_s=allowance_s)

    def _rests_now(self, index: int, item: Item) -> bool:
        """Whether it was subscribed to anew lately, and that helped for once only."""
        if self._told.tellings[index] > item.tellings + 1:
            self._rests.pop(index, None)
        return index in self._rests and asyncio.get_running_loop().time() < self._rests[index][0]

    def _are_both_bad(self, index: int, data: ua.DataValue) -> bool:
        """A server may say of what is bad another thing each time it is asked."""
        told = self._told.last[index]
        return told is not None and told[1] is Quality.BAD and data.StatusCode is not None and data.StatusCode.is_bad()

    async def _renew(self, silent: set[int]) -> dict[int, str]:
        time = asyncio.get_running_loop().time()
        for index in silent:
            self._evidence.forget(index)
            rest_s = min(2 * self._rests[index][1], _LONGEST_REST_S) if index in self._rests else _FIRST_REST_S
            self._rests[index] = (time + rest_s, rest_s)
        self.settles_in_s = max(self._monitored.allowance_s(index) for index in silent) + _SETTLING_S
        await self._ways.let_go(silent)
        return await self._ways.take_up(silent, renewed=True)

    async def _go_another_way(self, mute: set[int]) -> dict[int, str]:
        signals = sorted(index for index in mute if index < self._ways.signals)
        items = [self._monitored.items[index] for index in signals]
        if any(item.is_renewed and item.news == self._monitored.news for item in items):
            raise ConnectionError("its subscription tells nothing any more though values move")
        if signals and not self._ways.may_poll:
            keys = ", ".join(f"'{self._told.addresses[index].key}'" for index in signals)
            raise ConnectionError(f"its subscription does not tell {keys}")
        await self._ways.let_go(mute)
        if not self._ways.may_poll:
            return dict.fromkeys(mute, "its subscription does not tell it")
        self._ways.poll(mute)
        return {}


def _asked(item: Item) -> Moment:
    return Moment(item.since, item.publications, item.publications)

"""What is done where a publication could not be read to its end: one value of it ended nobody knows where."""

from __future__ import annotations

from collections.abc import Iterable

from asyncua import ua
from asyncua.ua.status_codes import StatusCodes

from agent.core.observations import Signal
from drivers.contract import Now
from drivers.opcua_limits import Requests
from drivers.opcua_responses import QuietSession
from drivers.opcua_told import Told
from drivers.opcua_values import judged
from drivers.opcua_ways import Ways


class Unread:
    """Finds out by Read what a subscription said and nobody understood.

    All of it raises `UaError` where the server refuses that, and `OSError` where the connection is lost or it does not
    answer in time.
    """

    def __init__(self, session: QuietSession, requests: Requests, ways: Ways, told: Told, now: Now) -> None:
        self._session = session
        self._requests = requests
        self._ways = ways
        self._told = told
        self._now = now
        self._settled = 0
        self._read_at: dict[int, float] = {}
        """Source times of what was read beside a subscription in whose queues older values may wait still."""

    @property
    def is_any(self) -> bool:
        """Whether something was told that nobody could read."""
        return self._session.unread > self._settled

    def without_overtaken(self, heard: Iterable[tuple[int, ua.DataValue]]) -> list[tuple[int, ua.DataValue]]:
        """Those that are no older than what was read: none is told after a newer one, though some are lost by it."""
        return [(index, data) for index, data in heard if not self._is_overtaken(index, data)]

    def caught_up(self) -> None:
        """All that waited while something was read has been told: a source whose clock is set back is heard again."""
        self._read_at.clear()

    async def settle(self, told: Iterable[tuple[int, ua.DataValue]]) -> list[Signal]:
        """Take the value that spoils the others out of the subscription, and read the others.

        Args:
            told: what was told last, that value among it.
        """
        self._settled = self._session.unread
        spoiling = {index for index, data in told if _is_unreadable(data)}
        await self._ways.let_go(spoiling)
        if self._ways.may_poll:
            # In a Read of its own it spoils nothing.
            self._ways.poll(spoiling)
        monitored = self._ways.monitored.items if self._ways.monitored is not None else {}
        asked = {index: node for index in monitored if (node := self._ways.nodes.ids[index]) is not None}
        ranges = [self._told.readings.index_range(index) for index in asked]
        values = await self._requests.values(list(asked.values()), ranges=ranges)
        read = list(zip(asked, values, strict=True))
        await self._ways.learning.learn(read)
        self._read_at = {index: at for index, data in read if (at := judged(data)[2]) is not None}
        return self._told.changes(read, self._now())

    def _is_overtaken(self, index: int, data: ua.DataValue) -> bool:
        read_at, at = self._read_at.get(index), judged(data)[2]
        return read_at is not None and at is not None and at < read_at


def _is_unreadable(data: ua.DataValue) -> bool:
    return data.StatusCode is not None and data.StatusCode.value == StatusCodes.BadDecodingError

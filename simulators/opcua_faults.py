"""What an OPC UA server does to its clients with no cable touched: sessions and subscriptions lost, its clock set.

The library's server does none of it by itself, so it is reached into here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from asyncua import ua
from asyncua.server.server import Server
from asyncua.server.uaprocessor import UaProcessor
from asyncua.ua.status_codes import StatusCodes

Y2K: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""What a controller's clock shows after its battery was empty."""


class ServerFaults:
    """Reaches into one server, which has been initialised."""

    def __init__(self, server: Server, tick_s: float = 1.0) -> None:
        """Not yet harmed.

        Args:
            server: initialised and not yet started.
            tick_s: seconds between two times that it shows.
        """
        self._server = server
        self._tick_s = tick_s
        self._offset = timedelta()
        # From now on its clock is shown by `run`.
        server.disable_clock(True)

    @property
    def set_off_s(self) -> float:
        """By how many seconds the server's clock is off."""
        return self._offset.total_seconds()

    def set_clock(self, to: datetime | None) -> float:
        """Set it, or put it right; by how many seconds it is off now."""
        self._offset = timedelta() if to is None else to - datetime.now(UTC)
        return self.set_off_s

    async def run(self) -> None:
        """Show the time, until cancelled."""
        while True:
            status = copy(await self._server.iserver.server_status_node.read_value())
            status.CurrentTime = datetime.now(UTC) + self._offset
            await self._server.iserver.server_status_node.write_value(status)
            await self._server.iserver.current_time_node.write_value(status.CurrentTime)
            await asyncio.sleep(self._tick_s)

    async def lose_sessions(self) -> int:
        """End every client's session as if it had never been; the connections stay. How many there were."""
        lost = 0
        for processor in tuple(self._processors()):
            session = processor.session
            if session is not None and session.is_activated():
                await session.close_session(True)
                _refuse(processor, StatusCodes.BadSessionClosed)
                lost += 1
        return lost

    async def lose_subscriptions(self) -> int:
        """End every client's subscription; the sessions stay. How many there were."""
        own = self._server.iserver.isession.session_id
        subscriptions = self._server.iserver.subscription_service.subscriptions
        lost = [number for number, one in subscriptions.items() if one.session_id != own]
        await self._server.iserver.subscription_service.delete_subscriptions(lost)
        for processor in tuple(self._processors()):
            _refuse(processor, StatusCodes.BadNoSubscription)
        return len(lost)

    async def silence_subscriptions(self) -> int:
        """Let every client's subscription fall silent, though it and its session are there. How many there were."""
        own = self._server.iserver.isession.session_id
        silent = 0
        for one in self._server.iserver.subscription_service.subscriptions.values():
            if one.session_id != own:
                await one.stop()
                silent += 1
        return silent

    def _processors(self) -> Iterator[UaProcessor]:
        listening = self._server.bserver
        for protocol in () if listening is None else tuple(listening.clients):
            if protocol.processor is not None:
                yield protocol.processor


def _refuse(processor: UaProcessor, code: int) -> None:
    """Answer every publish request that waits with an error."""
    waiting: deque[Any] = processor._publish_requests  # noqa: SLF001 - nothing else tells of them
    while waiting:
        asked = waiting.popleft()
        fault = ua.ServiceFault()
        fault.ResponseHeader.ServiceResult = ua.StatusCode(ua.UInt32(code))
        processor.send_response(asked.requesthdr.RequestHandle, asked.seqhdr, fault)  # type: ignore[no-untyped-call]

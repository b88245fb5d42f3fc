"""One connection to a Modbus device that only looks, for who commissions one.

Function codes 1 to 4 only (design.md promise 7), one request at a time, to whatever unit is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from agent.core.errors import DeviceError
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.cancellation import honour_cancellation
from drivers.modbus_client import ModbusClient
from drivers.modbus_lines import Lines
from drivers.modbus_wire import Read, Refusal, Table
from drivers.probed import once

_BACKOFF_S: Final = 0.01
"""Whoever looks waits anyway: a unit that did not answer may be asked again at once."""


class ModbusLook:
    """One connection, made anew after a request without an answer: some servers close where others say no.

    Raises:
        DeviceError: nobody answers there, or the serial device cannot be opened.
    """

    def __init__(self, settings: ModbusSettings, lines: Lines | None = None) -> None:
        """Not yet connected.

        Args:
            settings: where the device is.
            lines: the places that this process looks at; a serial line is opened once, whoever asks over it.
        """
        self.requests = 0
        """Made so far."""
        self.silence = ""
        """What was said of the last request without an answer."""
        self._settings = settings.model_copy(update={"backoff_s": _BACKOFF_S})
        self._lines = Lines() if lines is None else lines
        self._client: ModbusClient | None = None
        self._unit = settings.unit

    async def __aenter__(self) -> Self:
        """Connect."""
        try:
            await self._turned_to(self._unit)
        except DeviceError as error:
            raise DeviceError(once(error)) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect; nothing is sent, so nothing is waited for."""
        await self._leave()

    async def read(self, table: Table, address: int, count: int, unit: int) -> Sequence[int] | int | None:
        """The registers, or bits as 0 and 1; or the exception code that was answered; None where nobody answers."""
        honour_cancellation()
        client = await self._turned_to(unit)
        self.requests += 1
        try:
            answer = await client.read(Read(table, address, count))
        except DeviceError as error:
            self.silence = once(error)
            await self._leave()
            return None
        return answer.code if isinstance(answer, Refusal) else answer

    async def _turned_to(self, unit: int) -> ModbusClient:
        if self._client is None or unit != self._unit:
            client = ModbusClient(self._settings.model_copy(update={"unit": unit}), self._lines)
            await client.__aenter__()
            # Only now, so that the line is not closed in between.
            await self._leave()
            self._client, self._unit = client, unit
        return self._client

    async def _leave(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            await client.__aexit__(None, None, None)

"""Reads one Modbus unit, whatever line it is on."""

from __future__ import annotations

import asyncio
import math
from types import TracebackType
from typing import Final, Self

from agent.core.errors import DeviceError
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_line import Line
from drivers.modbus_lines import Lines
from drivers.modbus_member import Member
from drivers.modbus_wire import Answer, Read, Refusal

_PATIENCES_S: Final = (0.02, 0.05, 0.1)
"""Real seconds before each repetition of a request to a unit that is busy."""


class ModbusClient:
    """One unit, as long as it is open.

    Raises:
        DeviceError: the line is lost, the unit does not answer in time, or what comes is no answer.
    """

    def __init__(self, settings: ModbusSettings, lines: Lines) -> None:
        self._settings = settings
        self._lines = lines
        self._member = Member(settings.unit, settings.timeout_s, settings.backoff_s, settings.forbidden)
        self._line: Line | None = None
        self._is_reading = False
        self._by = math.inf

    @property
    def turns_by(self) -> float:
        """The loop's time by which what is under way is over, whatever the units do."""
        if self._line is not None and self._is_reading:
            return self._line.served_by(self._member)
        return self._by

    async def __aenter__(self) -> Self:
        """Take part in the line, which is opened unless it is open.

        Raises:
            DeviceError: it cannot be opened.
        """
        line = self._lines.line(self._settings)
        self._by = asyncio.get_running_loop().time() + line.opens_s
        await line.join(self._member)
        self._line = line
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the line. Nothing is waited for."""
        if self._line is not None:
            self._line.leave(self._member)

    async def sleep_until(self, when: float) -> None:
        """Wait, until the loop's time `when` or as long as there is a line.

        Raises:
            DeviceError: it was lost.
        """
        # What should have been by now is no reason to be late already: the line may have taken that long.
        self._by = max(when, asyncio.get_running_loop().time())
        await self._member.sleep_until(when)

    async def read(self, read: Read, due: float | None = None) -> Answer:
        """What the unit says. One that is busy is asked again a few times; if it still is, that is its answer.

        Args:
            read: what is asked.
            due: the loop's time at which the reading was due that this is a part of; now, without it.

        Raises:
            DeviceError: see the class.
        """
        loop = asyncio.get_running_loop()
        due = loop.time() if due is None else due
        for patience_s in (*_PATIENCES_S, None):
            answer = await self._asked(read, due)
            if not isinstance(answer, Refusal) or not answer.is_for_now or patience_s is None:
                break
            await self.sleep_until(loop.time() + patience_s)
        if isinstance(answer, Refusal) and answer.is_absence:
            raise DeviceError(f"{self._who} is not there: the gateway answers {answer}. {self._advice}")
        return answer

    async def _asked(self, read: Read, due: float) -> Answer:
        assert self._line is not None, "it is open"
        self._is_reading = True
        try:
            answer = await self._line.read(self._member, read, due)
        finally:
            self._is_reading = False
            self._by = asyncio.get_running_loop().time()
        if answer is None:
            raise DeviceError(self._silence(self._line.worst_s(self._settings.unit)))
        return answer

    def _silence(self, worst_s: float) -> str:
        timeout_s = self._settings.timeout_s
        found = f", but {self._member.found}" if self._member.found else ""
        text = f"{self._who} gave no answer within {timeout_s} s{found}."
        if worst_s > timeout_s:
            text = f"{text} Lately one took {worst_s:.1f} s: a longer 'timeout_s' would have waited for it."
        return f"{text} {self._advice}"

    @property
    def _who(self) -> str:
        return f"Modbus unit {self._settings.unit} at {self._settings.place}"

    @property
    def _advice(self) -> str:
        of_line = ", and are baud, parity and stop bits those of the line" if self._settings.serial else ""
        return f"Is the PLC on, and is {self._settings.unit} its unit{of_line}? It is tried again."

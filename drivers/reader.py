"""What the drivers of all readers share: bytes come in, whole codes and flaws go out, in order."""

from __future__ import annotations

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self

from agent.core.codes.code_settings import ScannerSettings
from agent.core.errors import DeviceError
from agent.core.observations import Controller, Instant, Link, Scan, ScanFlaw, Signal
from agent.logs.events import Event
from agent.logs.telling import tell
from drivers.contract import Batch, Now, Tap
from drivers.framing import LONGEST, Framed, Framer

_OPENS_S = 10.0
"""Real seconds that it takes to open a device, at the very most."""


class ReaderDriver(ABC):
    """One reader, open.

    A reader gives no sign of life between scans, so `Link(up=True)` comes once, as soon as a code can be told from the
    rest of one that was under way on opening. Half a code when the reader is lost is a flawed scan before the error.
    Scans wait in memory until they are taken, however many: a code is some hundred bytes, and no reader outruns the
    intake for long. Each is observed when its last byte was read.
    """

    def __init__(self, scanner: ScannerSettings, now: Now, tap: Tap | None = None) -> None:
        self._scanner = scanner
        self._now = now
        self._tap = tap
        self._framer: Framer
        self._arrived: asyncio.Queue[Batch | DeviceError] = asyncio.Queue()
        self._silence: asyncio.TimerHandle | None = None
        self._last_read: Instant = now()
        self._is_up = False
        self.turns_by = math.inf
        self._warned: set[ScanFlaw] = set()

    async def __aenter__(self) -> Self:
        """Open the device.

        Raises:
            DeviceError: it is absent, in use, or not ours to open.
        """
        self.turns_by = asyncio.get_running_loop().time() + _OPENS_S
        try:
            await self._open()
        except (OSError, ValueError) as error:
            # A ValueError says that there can be no such speed, path or name of a host.
            self._close()
            why = self._why(error) if isinstance(error, OSError) else f"{error}."
            text = f"The reader '{self._scanner.name}' cannot be opened at {self._scanner.place}: {why}"
            raise DeviceError(f"{text} It is tried again.") from error
        self.turns_by = math.inf
        scanner = self._scanner
        opened = asyncio.get_running_loop().time()
        self._framer = Framer(scanner.prefix, scanner.suffix, scanner.silence_s, opened)
        self._deliver([])
        self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the device back."""
        self._stop()

    def __aiter__(self) -> AsyncIterator[Batch]:
        """Scans as they are read."""
        return self

    async def __anext__(self) -> Batch:
        """The next scans.

        Raises:
            DeviceError: the reader was lost.
        """
        batch = await self._arrived.get()
        if isinstance(batch, DeviceError):
            raise batch
        return batch

    def rest(self) -> Batch:
        """Codes that were read and not yet yielded, as the reader has said to its user that it has them.

        The device is given back; half a code is a flawed scan.
        """
        self._stop()
        batch: list[Signal | Link | Controller | Scan] = []
        while not self._arrived.empty():
            arrived = self._arrived.get_nowait()
            if not isinstance(arrived, DeviceError):
                batch += arrived
        return [*batch, *(self._scan(one) for one in self._framer.cut_off())]

    @abstractmethod
    async def _open(self) -> None:
        """Open the device and take nothing from it yet.

        Raises:
            OSError: as `_why` puts it into words.
        """

    @abstractmethod
    def _listen(self) -> None:
        """Begin to take what comes."""

    @abstractmethod
    def _close(self) -> None:
        """Give the device back, if it is open."""

    @abstractmethod
    def _why(self, error: OSError) -> str:
        """Why the device cannot be opened, in sentences for a technician."""

    def _take(self, data: bytes) -> None:
        if not data:
            return
        self._last_read = self._now()
        if self._tap is not None:
            self._tap(data)
        self._deliver(self._framer.feed(data, asyncio.get_running_loop().time()))

    def _spoil(self, flaw: ScanFlaw) -> None:
        """Something was lost on its way."""
        self._last_read = self._now()
        self._framer.spoil(flaw, asyncio.get_running_loop().time())
        self._deliver([])

    def _lose(self, reason: str) -> None:
        """The device is gone; `reason` is a sentence."""
        self._stop()
        if half := self._framer.cut_off():
            self._arrived.put_nowait([self._scan(one) for one in half])
        text = f"The reader '{self._scanner.name}' at {self._scanner.place} was lost: {reason}"
        self._arrived.put_nowait(DeviceError(f"{text} It is tried again."))

    def _hear_silence(self) -> None:
        self._deliver(self._framer.feed(b"", asyncio.get_running_loop().time()))

    def _deliver(self, framed: Sequence[Framed]) -> None:
        batch: list[Link | Scan] = []
        if self._framer.settled and not self._is_up:
            self._is_up = True
            center, name = self._scanner.work_center, self._scanner.name
            batch.append(Link(center, "scanner", up=True, observed=self._now(), reader=name))
        batch += [self._scan(one) for one in framed]
        if batch:
            self._arrived.put_nowait(batch)
        if self._silence is not None:
            self._silence.cancel()
        # When bytes and this timer are due in one turn of the loop, the bytes are read first and move the timer.
        due = self._framer.due
        self._silence = None if due is None else asyncio.get_running_loop().call_at(due, self._hear_silence)

    def _scan(self, framed: Framed) -> Scan:
        scanner = self._scanner
        if framed.flaw is None:
            self._warned.clear()
        elif framed.flaw not in self._warned:
            self._warned.add(framed.flaw)
            center, name = scanner.work_center, scanner.name
            text = "Reader '%s' of %s %s"
            tell(Event.READER_MISREAD, text, name, center, self._words(framed.flaw), work_center=center, reader=name)
        return Scan(
            scanner.work_center,
            framed.text,
            self._last_read,
            reader=scanner.name,
            trusted=scanner.is_trusted,
            flaw=framed.flaw,
        )

    def _words(self, flaw: ScanFlaw) -> str:
        """A flaw in words; said once until a whole code comes."""
        if flaw == "too_long":
            return f"sent more than {LONGEST} bytes without an end of code; they are refused. Check its baud rate."
        if flaw == "overrun":
            return "sent characters that did not get through whole; the code is refused and must be scanned again."
        prefix, suffix = self._scanner.prefix, self._scanner.suffix
        expected = " and ".join([f"the prefix {prefix!r}"] * bool(prefix) + [f"the suffix {suffix!r}"] * bool(suffix))
        text = "sent a code whose beginning or end is missing; it is refused and must be scanned again."
        if not expected:
            return text
        advice = 'program it so, or set what it does send; suffix = "" where it sends none.'
        return f"{text} If each of its codes is refused: it must send {expected} with every code; {advice}"

    def _stop(self) -> None:
        self._close()
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

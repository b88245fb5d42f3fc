"""Machines that speak Modbus. Reads only: function codes 1 to 4 (design.md promise 7)."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self

from agent.core.machine_settings import MachineSettings
from agent.core.observations import Instant, Link, Quality, Signal
from agent.core.sources.address import AddressSettings
from drivers.cancellation import honour_cancellation
from drivers.contract import Batch, Now
from drivers.modbus_client import ModbusClient
from drivers.modbus_guard import PAUSES_S, STATUS, TornGuard, Verdict
from drivers.modbus_learned import LearnedPlan
from drivers.modbus_lines import Lines
from drivers.modbus_plan import Request, raw_of
from drivers.modbus_values import Reading, bad, reading
from drivers.modbus_wire import Answer, Read, Refusal

_ALL_ZERO = "all-zero image"
_LINK_S = 0.1


class ModbusDriver:
    """One unit, read as a whole every `poll_ms`.

    The signals of one poll share the instant at which its last answer was there: what they say was true at most one
    poll's round trips before. The first image is told whole, later ones by what differs. A poll that takes longer than
    its period skips periods rather than drift.

    An image of nothing but zeros is what a controller without its program or behind a dead coupler gives: no data
    (domain.md B11, K7). A machine with a single signal is exempt, as it has no neighbour that could tell. One that
    refuses every request is there all the same, with nothing good to say.
    """

    def __init__(self, machine: MachineSettings, now: Now, lines: Lines | None = None) -> None:
        assert machine.modbus is not None, f"machine '{machine.work_center}' is not read over Modbus"
        self._machine = machine
        self._settings = machine.modbus
        self._now = now
        self._plan = LearnedPlan(machine.readings, machine.modbus)
        self._guard = TornGuard(machine.readings)
        self._told: dict[str, Reading] = {}
        self._due = 0.0
        self._since = 0.0
        self._link_due = 0.0
        self._client = ModbusClient(machine.modbus, Lines() if lines is None else lines)

    @property
    def turns_by(self) -> float:
        """As the client has it: on a line with many, everybody's turn comes."""
        return self._client.turns_by

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            DeviceError: nobody answers there.
        """
        await self._client.__aenter__()
        self._due = asyncio.get_running_loop().time()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect; nothing is sent, so nothing is waited for."""
        await self._client.__aexit__(kind, error, trace)

    def __aiter__(self) -> AsyncIterator[Batch]:
        """Images, then changes, as they are polled."""
        return self

    async def __anext__(self) -> Batch:
        """What the next poll with news brought.

        Raises:
            DeviceError: the connection was closed, or an answer did not come in time or does not fit its question.
        """
        while True:
            honour_cancellation()
            await self._until_due()
            if batch := await self._poll():
                return batch

    def rest(self) -> Batch:
        """Nothing: what a machine says last is read again."""
        return ()

    async def _until_due(self) -> None:
        await self._client.sleep_until(self._due)
        period = self._settings.poll_ms / 1000
        self._since = self._due
        self._due += period * (math.floor((asyncio.get_running_loop().time() - self._due) / period) + 1)

    async def _poll(self) -> Batch:
        image: dict[str, Reading] = {}
        read: list[Request] = []
        alive = False
        poll = self._plan.poll()
        for request in poll:
            answer = await self._ask(request)
            if not isinstance(answer, Refusal):
                poll.answered(request)
                read.append(request)
                alive = alive or any(answer)
                image.update(_readings(request, request.signals, answer))
            elif not poll.refused(request, answer.code):
                image.update((signal.key, bad(str(answer))) for signal in request.signals)
        is_empty = bool(read) and not alive and len(self._machine.signal) > 1
        if is_empty:
            image = {key: _distrusted(one) for key, one in image.items()}
        else:
            await self._judge(read, image)
        return self._news(image, self._now(), is_there=not is_empty)

    async def _judge(self, read: Sequence[Request], image: dict[str, Reading]) -> None:
        """Ask anew for counters that look torn, and take none of those that still do (domain.md K9)."""
        for request in read:
            doubted = self._doubted(request.signals, image)
            for pause_s in PAUSES_S:
                if not doubted:
                    break
                await self._client.sleep_until(asyncio.get_running_loop().time() + pause_s)
                answer = await self._ask(request)
                if isinstance(answer, Refusal):
                    image.update((signal.key, bad(str(answer))) for signal in doubted)
                else:
                    image.update(_readings(request, doubted, answer))
                doubted = self._doubted(doubted, image)

    def _doubted(self, signals: Sequence[AddressSettings], image: dict[str, Reading]) -> list[AddressSettings]:
        """Those that are to be asked for anew; those that are torn beyond doubt have no value from here on."""
        verdicts = [(signal, self._guard.judge(signal.key, image[signal.key])) for signal in signals]
        image.update((one.key, (None, Quality.UNCERTAIN, STATUS)) for one, said in verdicts if said is Verdict.REJECT)
        return [signal for signal, verdict in verdicts if verdict is Verdict.AGAIN]

    def _news(self, image: dict[str, Reading], observed: Instant, *, is_there: bool) -> Batch:
        wc_id = self._machine.work_center
        news: list[Signal | Link] = [
            Signal(wc_id, key, value, quality, None, observed, status)
            for key, (value, quality, status) in image.items()
            if self._told.get(key) != (value, quality, status)
        ]
        self._told = image
        time = asyncio.get_running_loop().time()
        if is_there and time >= self._link_due:
            self._link_due = time + _LINK_S
            news.append(Link(wc_id, "plc", up=True, observed=observed))
        return news

    async def _ask(self, request: Request) -> Answer:
        return await self._client.read(Read(request.table, request.address, request.count), self._since)


def _readings(request: Request, signals: Sequence[AddressSettings], answer: Sequence[int]) -> dict[str, Reading]:
    return {signal.key: reading(signal, raw_of(signal, request, answer)) for signal in signals}


def _distrusted(reading: Reading) -> Reading:
    _, quality, status = reading
    return None, Quality.BAD, status if quality is Quality.BAD else _ALL_ZERO

"""Siemens S7 controllers over ISO on TCP. Reads only: the function Read Var.

python-snap7 blocks, and is run in a thread of each connection's own.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from types import TracebackType
from typing import Annotated, Final, Self, TypeVar

from pydantic import Field
from snap7 import Client
from snap7.error import S7ConnectionError, S7Error, S7ProtocolError, S7TimeoutError
from snap7.type import Area

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Instant, Link, Quality, Signal
from agent.core.settings_base import Host, Section
from drivers.blocking import Blocking
from drivers.cancellation import honour_cancellation
from drivers.contract import Batch, Driver, Now
from drivers.plugin_kind import SettingError, options_of
from drivers.s7_places import Block, Place, apart, place_of, planned

_T = TypeVar("_T")
_AREAS: Final = {"DB": Area.DB, "M": Area.MK, "I": Area.PE, "Q": Area.PA}
_REFUSED: Final = "Read operation failed: "
"""How python-snap7 begins what it says of a value that the controller does not give."""
_HEAD: Final = 18
"""Octets of an answer beside what was asked for."""


class Options(Section):
    """What is to be known of a controller beside the addresses."""

    host: Host
    """Name or address of the controller, or of its communication processor."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 102
    """TCP port."""
    rack: Annotated[int, Field(ge=0, le=7)] = 0
    """Rack of the CPU."""
    slot: Annotated[int, Field(ge=0, le=31)] = 1
    """Slot of the CPU: 1 for S7-1200 and S7-1500, 2 for S7-300, as its hardware configuration says for S7-400."""


def check(machine: MachineSettings) -> None:
    """See whether a machine can be read so; connects nowhere.

    Raises:
        SettingError: it cannot.
    """
    options_of(machine, Options)
    for one in machine.readings:
        try:
            place_of(one.at or "")
        except ValueError as error:
            raise SettingError(f"found '{one.at}': {error}", signal=one.key) from None


def open_machine(machine: MachineSettings, now: Now) -> Driver:
    """The driver for a machine, not yet connected.

    Raises:
        SettingError: it cannot be read so.
    """
    check(machine)
    return S7Driver(machine, options_of(machine, Options), now)


class S7Driver:
    """One controller, read as a whole every `poll_ms`.

    Neighbouring values are asked for at once, as many as one of the controller's messages holds. Where it refuses such
    a request, each of its values is asked for by itself from then on, so that one that is not there costs no other.
    """

    def __init__(self, machine: MachineSettings, options: Options, now: Now) -> None:
        assert machine.driver is not None, f"machine '{machine.work_center}' is not read over S7"
        self._wc_id = machine.work_center
        self._settings = machine.driver
        self._options = options
        self._now = now
        self._places: dict[str, Place] = {one.key: place_of(one.at or "") for one in machine.readings}
        self._client = Client()
        self._blocking = Blocking(f"s7.{machine.work_center}", self._client.disconnect, self._interrupt)
        self._turns_by = float("inf")

    @property
    def turns_by(self) -> float:
        """Until its answer must have come."""
        return self._turns_by

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            DeviceError: nobody answers there, or no S7 controller.
        """
        where = self._options
        try:
            await self._call(lambda: self._client.connect(where.host, where.rack, where.slot, where.port))
        except BaseException:
            self._blocking.end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up; nobody waits for that."""
        self._blocking.end()

    async def __aiter__(self) -> AsyncIterator[Batch]:
        """Images, as they are polled.

        Raises:
            DeviceError: the controller is lost, silent, or answers nonsense.
        """
        loop = asyncio.get_running_loop()
        blocks = list(planned(self._places.items(), self._client.pdu_length - _HEAD))
        while True:
            honour_cancellation()
            began = loop.time()
            batch: list[Signal | Link] = []
            for block in tuple(blocks):
                try:
                    octets = await self._read(block)
                except _RefusedError as error:
                    if len(block.keys) == 1:
                        batch.append(self._bad(block.keys[0], str(error), self._now()))
                        continue
                    blocks.remove(block)
                    blocks += apart(block, self._places)
                    batch.clear()
                    break
                batch += [self._signal(key, block, octets, self._now()) for key in block.keys]
            else:
                yield [*batch, Link(self._wc_id, "plc", up=True, observed=self._now())]
                await asyncio.sleep(max(began + self._settings.poll_ms / 1000 - loop.time(), 0.0))

    def rest(self) -> Batch:
        """Nothing: what a machine says last is read again."""
        return ()

    async def _read(self, block: Block) -> bytes:
        return bytes(
            await self._call(lambda: self._client.read_area(_AREAS[block.area], block.db, block.start, block.size))
        )

    async def _call(self, work: Callable[[], _T]) -> _T:
        where = f"{self._options.host}:{self._options.port}"
        self._turns_by = asyncio.get_running_loop().time() + self._settings.timeout_s
        try:
            return await self._blocking.call(work, self._settings.timeout_s)
        except DeviceError as error:
            raise DeviceError(f"the S7 controller at {where}: {error}") from None
        except (S7ConnectionError, S7TimeoutError, OSError) as error:
            raise DeviceError(
                f"no S7 controller answers at {where}: {error}. Is the PLC on, rack and slot right?"
            ) from error
        except S7ProtocolError as error:
            if str(error).startswith(_REFUSED):
                raise _RefusedError(str(error).removeprefix(_REFUSED)) from None
            if error.error_code:
                # A controller that permits nothing says so in the head of its answer.
                why = f"{error}. Is PUT/GET communication permitted in its protection settings?"
                raise DeviceError(f"the S7 controller at {where} refuses: {why}") from error
            raise DeviceError(f"what the S7 controller at {where} answers is not understood: {error}") from error
        except S7Error as error:
            raise DeviceError(f"the S7 controller at {where} refuses: {error}") from error

    def _signal(self, key: str, block: Block, octets: bytes, observed: Instant) -> Signal:
        place = self._places[key]
        at = place.start - block.start
        try:
            value = place.value(octets[at : at + place.size])
        except ValueError as error:
            return self._bad(key, str(error), observed)
        return Signal(self._wc_id, key, value, Quality.GOOD, None, observed)

    def _bad(self, key: str, status: str, observed: Instant) -> Signal:
        return Signal(self._wc_id, key, None, Quality.BAD, None, observed, status)

    def _interrupt(self) -> None:
        """Wake whoever waits for an answer in the other thread."""
        connection = self._client.connection
        line = None if connection is None else connection.socket
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _RefusedError(Exception):
    """The controller does not give this value; its text is the controller's word."""

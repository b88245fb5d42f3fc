"""Makes readings of what a server says, by what is configured and what its types are."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from typing import Final

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from agent.core.machine_settings import MachineSettings, Role, SignalSettings
from agent.core.observations import Quality, SignalValue
from agent.core.sources.address import AddressSettings
from drivers.opcua_asking import Asking
from drivers.opcua_lookup import Lookup
from drivers.opcua_octets import MalformedError
from drivers.opcua_picking import picked
from drivers.opcua_structures import Choice, Types, UnknownTypeError
from drivers.opcua_values import NoValueError, Reading, judged, single, status_text
from drivers.scaling import scaled

_LEARN_AGAIN_S: Final = 10.0
"""A program download may change types while a session lives: what cannot be read is asked about anew so often."""
_FAR: Final = "4294967294"
"""No array has an element here."""
_ONE_DIMENSION: Final = 1


class Readings:
    """Values of one session, by the place of what is configured in `MachineSettings.readings`."""

    def __init__(self, machine: MachineSettings, asking: Asking, namespaces: Sequence[str]) -> None:
        self._machine = machine
        self._addresses: Sequence[AddressSettings] = machine.readings
        self._asking = asking
        self._namespaces = namespaces
        self._types = Types()
        self._lookup = Lookup(asking, self._types)
        self._ranged: set[int] = set()
        self._texts: dict[int, dict[int, str]] = {}
        self._learn_again_at = -math.inf

    async def prepare(self, nodes: Mapping[int, ua.NodeId], *, may_range: bool = True) -> None:
        """Find out how these can be asked for, and what their numbers mean; ask nothing where nothing hangs on it.

        Args:
            nodes: the node of each, by its place.
            may_range: whether an element of an array may be asked for alone.

        Raises:
            OSError: the connection is lost, or the server does not answer in time.
        """
        indexed = [at for at in nodes if self._addresses[at].index is not None and self._addresses[at].field is None]
        worded = [at for at in nodes if self._is_worded(self._addresses[at])]
        self._ranged -= nodes.keys()
        if indexed and may_range:
            self._ranged |= await self._rangeable({at: nodes[at] for at in indexed})
        if worded:
            try:
                texts = await self._lookup.texts([nodes[at] for at in worded])
            except UaError:
                # Without an answer the numbers stay numbers.
                texts = []
            self._texts.update(zip(worded, texts, strict=False))

    def index_range(self, at: int) -> str | None:
        """The IndexRange to ask for; None where the whole value is to be asked for."""
        return str(self._addresses[at].index) if at in self._ranged else None

    async def taken(self, items: Sequence[tuple[int, ua.DataValue]]) -> list[Reading]:
        """A reading of each data value, which is bad, and says why, where it cannot be read.

        Raises:
            OSError: the connection was lost, or the server did not answer in time, when asked what a type is.
        """
        readings: list[Reading] = []
        for at, data in items:
            try:
                readings.append(self._reading(at, data))
            except UnknownTypeError as unknown:
                await self._learn(unknown.type_id)
                readings.append(await self._read_again(at, data))
            except MalformedError as error:
                readings.append(await self._learned_anew(at, data, error))
        return readings

    def _reading(self, at: int, data: ua.DataValue) -> Reading:
        quality, status, source_time = judged(data)
        if quality is Quality.BAD:
            return None, quality, self._explained(at, data, status), source_time
        try:
            value = self._value(at, data.Value)
        except NoValueError as error:
            return None, Quality.BAD, str(error), source_time
        return value, quality, status, source_time

    def _value(self, at: int, value: ua.Variant | None) -> SignalValue:
        address = self._addresses[at]
        is_whole = address.index is None and address.field is None
        found = value if is_whole else picked(value, address, self._types, is_ranged=at in self._ranged)
        if isinstance(found, Choice):
            return self._chosen(address, found.number, found.text)
        plain = single(found, self._namespaces)
        if at in self._texts and isinstance(plain, int):
            return self._chosen(address, plain, self._texts[at].get(plain))
        if (number := scaled(plain, address)) is None:
            raise NoValueError("no number: 'scale' and 'offset' make one of it that nobody can reckon with")
        return number

    def _chosen(self, address: AddressSettings, number: int, text: str | None) -> SignalValue:
        """The number of an enumeration, or its text where that is what is meant; an alarm's 0 is none."""
        is_none = number == 0 and isinstance(address, SignalSettings) and address.role is Role.ALARM
        return text if text and self._is_worded(address) and not is_none else number

    def _explained(self, at: int, data: ua.DataValue, status: str) -> str:
        code = data.StatusCode.value if data.StatusCode is not None else 0
        if code == StatusCodes.BadIndexRangeNoData:
            return f"{status}: the array has no element {self._addresses[at].index}, counted from 0"
        if code == StatusCodes.BadDecodingError:
            return f"{status}: it cannot be read"
        return status

    async def _learn(self, type_id: ua.NodeId) -> None:
        try:
            await self._lookup.learn(type_id)
        except UaError as error:
            why = status_text(error.code) if isinstance(error, UaStatusCodeError) else str(error)
            self._types.refused[type_id] = f"the server does not tell its type: {why}"

    async def _learned_anew(self, at: int, data: ua.DataValue, error: MalformedError) -> Reading:
        now = asyncio.get_running_loop().time()
        if now < self._learn_again_at:
            return _undecoded(data, error)
        self._learn_again_at = now + _LEARN_AGAIN_S
        self._types.forget()
        return await self._read_again(at, data)

    async def _read_again(self, at: int, data: ua.DataValue) -> Reading:
        """With what is learned by now; structures within structures may be of types to be learned, too."""
        for _ in range(len((self._addresses[at].field or "").split(".")) + 1):
            try:
                return self._reading(at, data)
            except UnknownTypeError as unknown:
                await self._learn(unknown.type_id)
            except MalformedError as error:
                return _undecoded(data, error)
        return _undecoded(data, MalformedError("its types refer to each other without end"))

    async def _rangeable(self, nodes: Mapping[int, ua.NodeId]) -> set[int]:
        """Which of these arrays the server gives one element of, and does not leave the range unread."""
        asked = list(nodes.values())
        try:
            ranks = await self._asking.read(asked, AttributeIds.ValueRank)
            probed = await self._asking.read(asked, index_range=_FAR)
        except UaError:
            return set()
        return {
            at
            for at, rank, probe in zip(nodes, ranks, probed, strict=True)
            if rank.Value is not None
            and rank.Value.Value == _ONE_DIMENSION
            and probe.StatusCode is not None
            and probe.StatusCode.value == StatusCodes.BadIndexRangeNoData
        }

    def _is_worded(self, address: AddressSettings) -> bool:
        """Whether it is its number's text that is meant: of alarms, and of states that are configured as texts."""
        if not isinstance(address, SignalSettings):
            return False
        if address.role is Role.STATE:
            return not all(state.lstrip("-").isdecimal() for state in self._machine.condition.states)
        return address.role is Role.ALARM


def _undecoded(data: ua.DataValue, error: MalformedError) -> Reading:
    return None, Quality.BAD, f"BadDecodingError: {error}", judged(data)[2]

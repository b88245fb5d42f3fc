"""Learns of a server what its values cannot be read without: types of structures, texts, and what it gives alone."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Mapping
from typing import Final

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from drivers.opcua_asking import Asking
from drivers.opcua_lookup import Lookup
from drivers.opcua_octets import MalformedError
from drivers.opcua_readings import Readings
from drivers.opcua_structures import UnknownTypeError
from drivers.opcua_values import status_text

_LEARN_AGAIN_S: Final = 10.0
"""A program download may change types while a session lives: what cannot be read is asked about anew so often."""
_FAR: Final = "4294967294"
"""No array has an element here."""
_ONE_DIMENSION: Final = 1


class Learning:
    """What is asked for the readings of one session.

    All of it raises `OSError` where the connection is lost or the server does not answer in time. What the server
    refuses to say leaves readings bad, or numbers without their texts.
    """

    def __init__(self, readings: Readings, asking: Asking) -> None:
        self._readings = readings
        self._asking = asking
        self._lookup = Lookup(asking, readings.types)
        self._again_at = -math.inf

    async def prepare(self, nodes: Mapping[int, ua.NodeId]) -> None:
        """Before these are asked for: how, and what their numbers mean. Nothing is asked where nothing hangs on it.

        Args:
            nodes: of readings, by their place.
        """
        readings, addresses = self._readings, self._readings.addresses
        readings.ranged -= nodes.keys()
        indexed = {at: nodes[at] for at in nodes if addresses[at].index is not None and addresses[at].field is None}
        if indexed:
            readings.ranged |= await self._rangeable(indexed)
        await self.prepare_texts(nodes)

    async def prepare_texts(self, nodes: Mapping[int, ua.NodeId]) -> None:
        """What the numbers of these mean, where their texts are meant."""
        worded = [at for at in nodes if self._readings.is_worded(at)]
        if worded:
            try:
                texts = await self._lookup.texts([nodes[at] for at in worded])
            except UaError:
                # Without an answer the numbers stay numbers.
                texts = []
            self._readings.texts.update(zip(worded, texts, strict=False))

    async def learn(self, items: Iterable[tuple[int, ua.DataValue]]) -> None:
        """Before these are read: the types that they are made of, as far as nobody knows them yet."""
        for at, data in items:
            if self._readings.addresses[at].field is not None:
                await self._learn_for(at, data)

    async def _learn_for(self, at: int, data: ua.DataValue) -> None:
        # Structures within structures may be of types to be learned, too; each step of the path leads into one.
        steps = len((self._readings.addresses[at].field or "").split("."))
        for _ in range(steps + 2):
            try:
                self._readings.tried(at, data)
            except UnknownTypeError as unknown:
                await self._ask(unknown.type_id)
                continue
            except MalformedError:
                now = asyncio.get_running_loop().time()
                if now >= self._again_at:
                    self._again_at = now + _LEARN_AGAIN_S
                    self._readings.types.forget()
                    continue
            return

    async def _ask(self, type_id: ua.NodeId) -> None:
        try:
            await self._lookup.learn(type_id)
        except UaError as error:
            why = status_text(error.code) if isinstance(error, UaStatusCodeError) else str(error)
            self._readings.types.refused[type_id] = f"the server does not tell its type: {why}"

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

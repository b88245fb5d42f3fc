"""How each reading of a machine is come by: told by a subscription, polled, or looked for as it cannot be had yet."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from asyncua import ua
from asyncua.ua.uaerrors import UaStatusCodeError

from drivers.opcua_learning import Learning
from drivers.opcua_limits import FULL
from drivers.opcua_monitored import Monitored
from drivers.opcua_nodes import Nodes
from drivers.opcua_polled import Polled
from drivers.opcua_values import status_text

_UNPUBLISHED: Final = {"published": "it answers no publish request, so that all of it is polled"}


class Ways:
    """The way of each reading, by its place among the machine's.

    Telemetry never costs a signal anything: it is asked for after the signals, and what is refused of it is bad.

    Raises:
        UaError: the server refuses what signals need.
        OSError: the connection is lost, or the server is silent.
    """

    def __init__(self, nodes: Nodes, polled: Polled, learning: Learning, *, signals: int, may_poll: bool) -> None:
        """None yet.

        Args:
            nodes: of the readings.
            polled: those that are polled.
            learning: of what their values cannot be read without.
            signals: how many of the readings, from the first, facts are made of.
            may_poll: whether what no subscription takes is polled.
        """
        self.nodes = nodes
        self.polled = polled
        self.learning = learning
        self.signals = signals
        self.may_poll = may_poll
        self.monitored: Monitored | None = None
        """None where all is polled."""
        self._is_unpublished = False
        self._taking_up = asyncio.Lock()

    @property
    def sought(self) -> list[int]:
        """Those that nothing tells: they may be there some day."""
        subscribed: Collection[int] = self.monitored.items if self.monitored is not None else ()
        return [
            index
            for index in range(len(self.nodes.ids))
            if index not in subscribed and index not in self.polled.indexes
        ]

    @property
    def granted_less(self) -> Mapping[str, str]:
        """What the server grants less of than was asked for, in words, by kind."""
        if self.monitored is not None:
            return self.monitored.granted_less
        return _UNPUBLISHED if self._is_unpublished else {}

    def do_without(self) -> None:
        """Poll all from now on: the subscription tells nothing."""
        self.monitored, self._is_unpublished = None, True

    async def take_up(self, indexes: Iterable[int], *, renewed: bool = False) -> dict[int, str]:
        """Read these from now on, however that goes; those that cannot be read, and why.

        What is read already is left as it is: a look may take up what somebody else just has.
        """
        async with self._taking_up:
            return await self._take_up_all(sorted({*indexes} & {*self.sought}), renewed=renewed)

    async def _take_up_all(self, wanted: list[int], *, renewed: bool) -> dict[int, str]:
        refused = await self._take_up([one for one in wanted if one < self.signals], renewed=renewed)
        telemetry = [one for one in wanted if one >= self.signals]
        try:
            return refused | await self._take_up(telemetry, renewed=renewed)
        except UaStatusCodeError as error:
            return refused | dict.fromkeys(telemetry, status_text(error.code))

    async def let_go(self, indexes: Iterable[int]) -> None:
        """Subscribe to these no longer."""
        if self.monitored is not None:
            await self.monitored.remove(indexes)

    async def _take_up(self, wanted: list[int], *, renewed: bool) -> dict[int, str]:
        refused = {index: self.nodes.why[index] for index in wanted if index in self.nodes.why}
        nodes: dict[int, ua.NodeId] = {index: node for index in wanted if (node := self.nodes.ids[index]) is not None}
        await self.learning.prepare(nodes)
        if self.monitored is None:
            # What has no node is polled as soon as it has one.
            self.polled.add(set(wanted))
            return refused
        for index, code in (await self.monitored.add(nodes, renewed=renewed)).items() if nodes else ():
            if code in FULL and self.may_poll:
                self.poll({index})
            else:
                refused[index] = status_text(code)
        return refused

    def poll(self, indexes: set[int]) -> None:
        """Read these in turn, beside the subscription."""
        self.polled.add(indexes)
        if self.monitored is not None:
            self.monitored.granted_less["subscribed"] = f"{len(self.polled.indexes)} of the nodes are polled"

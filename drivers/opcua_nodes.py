"""Which nodes a machine's readings are, on this server and for now: namespaces move, and nodes come and go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asyncua import ua
from asyncua.ua.status_codes import StatusCodes

from agent.core.sources.address import AddressSettings
from drivers.opcua_values import node_id

GONE: Final = frozenset({StatusCodes.BadNodeIdUnknown, StatusCodes.BadNodeIdInvalid})
"""There is no such node: not yet, or for as long as a program is downloaded."""


class Nodes:
    """The node of each reading, by the reading's place among the machine's."""

    def __init__(self, readings: Sequence[AddressSettings]) -> None:
        self.ids: list[ua.NodeId | None] = [None] * len(readings)
        """None where the server has no such namespace, the configured node id is none, or events tell it."""
        self.why: dict[int, str] = {}
        """Why a reading has no node."""
        self._texts = [one.node for one in readings]
        self._namespaces: tuple[str, ...] | None = None

    def resolve(self, namespaces: Sequence[str]) -> set[int]:
        """Find the nodes by the server's present namespaces.

        Returns:
            The readings whose node is another one than before, or is none any more.
        """
        if tuple(namespaces) == self._namespaces:
            return set()
        self._namespaces = tuple(namespaces)
        before, self.ids = self.ids, [self._resolved(index) for index in range(len(self.ids))]
        return {index for index, node in enumerate(before) if node is not None and node != self.ids[index]}

    def _resolved(self, index: int) -> ua.NodeId | None:
        self.why.pop(index, None)
        text = self._texts[index]
        if text is None:
            return None
        try:
            return node_id(text, self._namespaces or ())
        except LookupError as error:
            self.why[index] = f"BadNodeIdUnknown: {error.args[0]}"
        except ValueError as error:
            self.why[index] = f"BadNodeIdInvalid: {error}"
        return None

"""Where a walk through an address space is: what was seen, what waits, and when it is enough. No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from asyncua import ua
from asyncua.ua.object_ids import ObjectIds

_OF_THE_SERVER: Final = frozenset({ObjectIds.Server, ObjectIds.Aliases, ObjectIds.Locations})
"""Folders below Objects that say something of the server and nothing of a machine."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a walk goes."""

    depth: int = 12
    """Levels below where it begins."""
    nodes: int = 10_000
    """Objects and variables at most."""
    everything: bool = False
    """The server's own folders, too."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node and the names on the way to it."""

    node: ua.NodeId
    path: tuple[str, ...]


class Walk:
    """Where a walk is: what was seen, and what is still to be looked into."""

    def __init__(self, root: ua.NodeId, extent: Extent) -> None:
        self.waiting = deque([Place(root, ())])
        self.alone: deque[Place] = deque()
        """To be asked for in a request of their own."""
        self.seen = {root}
        self.variables: list[Place] = []
        self.is_cut = False
        self._extent = extent

    @property
    def is_full(self) -> bool:
        """No more is looked at."""
        return len(self.seen) > self._extent.nodes

    def next(self, most: int) -> list[Place]:
        """What to look into next; nothing at the end."""
        if self.is_full:
            self.is_cut = self.is_cut or bool(self.waiting or self.alone)
            return []
        if self.alone:
            return [self.alone.popleft()]
        return [self.waiting.popleft() for _ in range(min(len(self.waiting), most))]

    def put_back(self, places: Sequence[Place]) -> None:
        """They were too many at once."""
        self.waiting.extendleft(reversed(places))

    def taken(self) -> list[Place]:
        """The variables found since this was asked last."""
        taken, self.variables = self.variables, []
        return taken

    def take(self, parent: Place, references: Sequence[ua.ReferenceDescription]) -> None:
        """Keep what was not seen before."""
        for reference in references:
            # Another server's nodes cannot be asked of this one.
            node = ua.NodeId(reference.NodeId.Identifier, reference.NodeId.NamespaceIndex)
            is_elsewhere = isinstance(reference.NodeId, ua.ExpandedNodeId) and reference.NodeId.ServerIndex
            if node in self.seen or is_elsewhere:
                continue
            if node.NamespaceIndex == 0 and node.Identifier in _OF_THE_SERVER and not self._extent.everything:
                continue
            if self.is_full:
                self.is_cut = True
                return
            self.seen.add(node)
            place = Place(node, (*parent.path, printable(reference.BrowseName.Name or "")))
            is_variable = reference.NodeClass == ua.NodeClass.Variable
            if is_variable:
                self.variables.append(place)
            if len(place.path) < self._extent.depth:
                self.waiting.append(place)
            elif not is_variable:
                self.is_cut = True


def printable(text: str) -> str:
    """A server's words without what could steer a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)

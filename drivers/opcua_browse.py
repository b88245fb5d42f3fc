"""Walks the address space of an OPC UA server, for who commissions a machine.

Browse, BrowseNext and Read only: nothing is written and no subscription made (design.md promise 7). Memory and time are
bounded by an `Extent` however large the address space is; loops in it end by what was seen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final, Self, TypeAlias

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from agent.core.errors import DeviceError
from agent.core.observations import Quality, SignalValue
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.cancellation import honour_cancellation
from drivers.keys import Keys
from drivers.opcua_asking import Asking
from drivers.opcua_kinds import kind_of, rights, words_of
from drivers.opcua_limits import TOO_MUCH, Requests
from drivers.opcua_lookup import Lookup
from drivers.opcua_offers import secure_offers
from drivers.opcua_parts import Part, parts
from drivers.opcua_refusals import RefusedError
from drivers.opcua_session import Session
from drivers.opcua_structures import Types, UnknownTypeError
from drivers.opcua_values import judged, node_id, node_text, reading
from drivers.opcua_walk import Extent, Place, Walk, printable
from drivers.probed import once

_SECURELY: Final = (
    "Once there is a configuration, which says whose keys are used: `lineside browse {endpoint} --security strongest` "
    "looks at it with security, or --machine WC as it is configured."
)
Tell: TypeAlias = Callable[[int, int], None]
"""Is told how many nodes were seen and how many wait to be looked into."""
Wanted: TypeAlias = Callable[[str, str, str], bool]
"""Whether a variable is wanted, by its path, its node id and its description."""
Wish: TypeAlias = tuple[str, int | None, str | None]
"""A variable's node id, and which element and which field of it, where it is a part."""

_OBJECTS: Final = ua.NodeId(ua.Int32(ObjectIds.ObjectsFolder))
_MOST_BROWSED: Final = ua.NodeId(ua.Int32(ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse))
_AT_ONCE: Final = 50
_REFERENCES: Final = 500
_READS: Final = 100
"""Variables that are asked about together: a small controller has its hands full with more."""
_TYPES_WITHIN: Final = 8
"""Types that are learned for one value, each within another."""
_LISTS: Final = frozenset({"EnumStrings", "EnumValues", "EnumDictionaryEntries", "InputArguments", "OutputArguments"})
"""Properties that explain others and are nothing to be read again and again (OPC 10000-3, 8 and 5.7)."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the server, as the walk found it."""

    node: str
    """Node id by namespace URI, as the configuration has it."""
    path: tuple[str, ...]
    """Browse names from where the walk began."""
    kind: str
    """Type of its value, such as `Int32` or `array of Float`; empty where it has none."""
    value: SignalValue
    """None where it has none that the agent could take."""
    status: str
    """Why there is no value, empty for a good one."""
    index: int | None = None
    """Which element of an array, where it is one."""
    field: str | None = None
    """Which field of a structure, where it is one."""
    rights: str = ""
    """What we may do with it, such as `read, write`; empty where the server does not say it."""
    description: str = ""
    """The server's own words, in one line."""


class OpcUaBrowser:
    """One session that only looks.

    Raises:
        DeviceError: nobody answers, what answers refuses us, or the connection is lost.
    """

    def __init__(self, server: OpcUaSettings, keys: Keys | None = None, wc_id: str = "") -> None:
        """Not yet connected.

        Args:
            server: where it is and how safely it is spoken to.
            keys: what a session with security is made with.
            wc_id: whose password is sent, where a user is configured.
        """
        self.is_cut = False
        """Whether the last walk ended by its extent before it had seen everything."""
        self._at_once, self._references = _AT_ONCE, _REFERENCES
        self._session = Session(wc_id, server, keys)
        self._wc_id = wc_id
        self._types = Types()
        self._server = server

    async def __aenter__(self) -> Self:
        """Connect."""
        try:
            await self._session.__aenter__()
        except RefusedError as error:
            found = await secure_offers(self._server)
            offers = f" It offers: {', '.join(found)}." if found else ""
            if found and not self._wc_id and self._server.security == "none":
                offers = f"{offers} {_SECURELY.format(endpoint=self._server.endpoint)}"
            raise DeviceError(f"{once(error)}{offers}") from error
        except DeviceError as error:
            raise DeviceError(once(error)) from error
        self._requests = Requests(self._session.uaclient, small=True, asking=honour_cancellation)
        try:
            await self._ask_limits()
        except BaseException as error:
            await self._session.close()
            if isinstance(error, OSError | UaError):
                raise self._session.refused(error) from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take leave of the server, or hang up when it does not answer."""
        await self._session.close()
        if isinstance(error, OSError | UaError):
            raise self._session.refused(error) from error

    async def walk(
        self, extent: Extent, tell: Tell | None = None, start: str | None = None, wanted: Wanted | None = None
    ) -> AsyncIterator[Variable]:
        """Every variable below a node, or below Objects, nearest first, with its present value.

        Args:
            extent: how far.
            tell: is told how far it is.
            start: the node, as the configuration has it.
            wanted: which are told; the values of others are not asked for.

        Raises:
            LookupError: the server has no such namespace.
            ValueError: `start` is no node id.
        """
        self.is_cut = False
        walk = Walk(_OBJECTS if start is None else node_id(start, self._session.namespaces), extent)
        while places := walk.next(self._at_once):
            results = await self._browsed(places)
            if results is None:
                walk.put_back(places)
                continue
            for place, first in zip(places, results, strict=True):
                # OPC 10000-4, 7.9: a server may have few continuation points, and none left for this node yet.
                if first.StatusCode.value == StatusCodes.BadNoContinuationPoints and len(places) > 1:
                    walk.alone.append(place)
                    continue
                result: ua.BrowseResult | None = first
                while result is not None:
                    walk.take(place, result.References or [])
                    if len(walk.variables) >= _READS:
                        for variable in await self._described(walk.taken(), wanted):
                            yield variable
                    # Of a walk that ends here, closing the session gives back what the server keeps for it.
                    result = None if walk.is_full else await self._more(result)
            for variable in await self._described(walk.taken(), wanted):
                yield variable
            if tell is not None:
                tell(len(walk.seen) - 1, len(walk.waiting))
        self.is_cut = walk.is_cut

    async def read(self, wanted: Sequence[Wish]) -> list[SignalValue]:
        """What these show now; None for what shows nothing. Of several parts of one variable that one is asked once."""
        nodes = list(dict.fromkeys(node for node, _, _ in wanted))
        asked = await self._values([node_id(node, self._session.namespaces) for node in nodes])
        data = dict(zip(nodes, asked, strict=True))
        shown: list[SignalValue] = []
        for node, index, field in wanted:
            if index is None and field is None:
                shown.append(reading(data[node], self._session.namespaces)[0])
                continue
            with suppress(UnknownTypeError):
                within = {(part.index, part.field): part.value for part in parts(data[node].Value, self._types)}
                shown.append(within.get((index, field)))
                continue
            shown.append(None)
        return shown

    async def _browsed(self, places: Sequence[Place]) -> list[ua.BrowseResult] | None:
        """One answer for each; None where fewer are to be asked for at once."""
        while True:
            parameters = ua.BrowseParameters(
                RequestedMaxReferencesPerNode=ua.UInt32(self._references),
                NodesToBrowse=[_below(place.node) for place in places],
            )
            try:
                return await self._session.uaclient.browse(parameters)
            except UaStatusCodeError as error:
                if error.code not in TOO_MUCH:
                    raise
                if len(places) > 1:
                    self._at_once = max(1, len(places) // 2)
                    return None
                if self._references == 1:
                    raise
                self._references = max(1, self._references // 4)

    async def _more(self, result: ua.BrowseResult) -> ua.BrowseResult | None:
        """What follows an answer that was not the whole one."""
        if not result.ContinuationPoint:
            return None
        parameters = ua.BrowseNextParameters(False, [result.ContinuationPoint])
        [following] = await self._session.uaclient.browse_next(parameters)
        return following

    async def _ask_limits(self) -> None:
        """What the server takes at once, where it says so; 0 is no limit (OPC 10000-5, 6.3.11)."""
        await self._requests.ask_limits()
        [answer] = await self._requests.values([_MOST_BROWSED])
        told = answer.Value.Value if answer.Value is not None else None
        if isinstance(told, int) and told > 0:
            self._at_once = min(self._at_once, told)

    async def _described(self, places: Sequence[Place], wanted: Wanted | None) -> list[Variable]:
        """Those that are wanted, with the parts of what has parts."""
        named = [(place, node_text(place.node, self._session.namespaces)) for place in places]
        known = [(place, text) for place, text in named if text is not None]
        told = await self._requests.values([place.node for place, _ in known], AttributeIds.Description)
        chosen = [
            (place, text, words)
            for (place, text), words in zip(known, map(words_of, told), strict=True)
            if wanted is None or wanted("/".join(place.path), text, words)
        ]
        nodes = [place.node for place, _, _ in chosen]
        rights_of = await self._requests.values(nodes, AttributeIds.UserAccessLevel)
        found: list[Variable] = []
        for (place, text, words), data, level in zip(chosen, await self._values(nodes), rights_of, strict=True):
            value, _, status, _ = reading(data, self._session.namespaces)
            variable = Variable(text, place.path, kind_of(data), value, printable(status))
            # Many servers only repeat the name.
            said = "" if words == place.path[-1] else words
            variable = replace(variable, rights=rights(level), description=said)
            within = [] if place.path[-1] in _LISTS else await self._parts(variable, data)
            found += [replace(variable, status=f"{len(within)} parts") if within else variable, *within]
        return found

    async def _parts(self, whole: Variable, data: ua.DataValue) -> list[Variable]:
        """What an array or a structure is made of, by types that the server tells."""
        if whole.value is not None or judged(data)[0] is Quality.BAD:
            return []
        *above, name = whole.path
        found: list[Part] = []
        for _ in range(_TYPES_WITHIN):
            try:
                found = parts(data.Value, self._types)
            except UnknownTypeError as unknown:
                await self._learn(unknown.type_id)
            else:
                break
        return [
            replace(
                whole,
                path=(*above, f"{name}{printable(part.words)}"),
                kind=part.kind,
                value=part.value,
                status="",
                index=part.index,
                field=part.field,
            )
            for part in found
        ]

    async def _learn(self, type_id: ua.NodeId) -> None:
        lookup = Lookup(Asking(self._requests), self._types)
        try:
            await lookup.learn(type_id)
        except UaError as error:
            self._types.refused[type_id] = f"the server does not tell its type: {error}"

    async def _values(self, nodes: Sequence[ua.NodeId]) -> list[ua.DataValue]:
        return await self._requests.values(nodes)


def _below(node: ua.NodeId) -> ua.BrowseDescription:
    return ua.BrowseDescription(
        NodeId=node,
        BrowseDirection=ua.BrowseDirection.Forward,
        ReferenceTypeId=ua.NodeId(ua.Int32(ObjectIds.HierarchicalReferences)),
        IncludeSubtypes=True,
        NodeClassMask=ua.UInt32(ua.NodeClass.Object | ua.NodeClass.Variable),
        ResultMask=ua.UInt32(ua.BrowseResultMask.All),
    )

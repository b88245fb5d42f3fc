"""Finds the conditions that a server shows beneath a notifier, and which of them stand. Browse and Read only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes

from agent.core.observations import SignalValue
from drivers.opcua_alarms import Condition, named
from drivers.opcua_asking import Asking
from drivers.opcua_limits import MOST_REFERENCES
from drivers.opcua_values import reading, seconds

_MOST_SOURCES: Final = 1_000
_MOST_CONDITIONS: Final = 2_000
_TELLS_EVENTS: Final = 0x01
_NO_NOTIFIER: Final = frozenset(
    {StatusCodes.BadAttributeIdInvalid, StatusCodes.BadNodeIdUnknown, StatusCodes.BadNodeIdInvalid}
)
_STATES: Final = ("ActiveState", "EnabledState")


async def why_mute(asking: Asking, notifier: ua.NodeId) -> str:
    """Why a node tells no events (OPC 10000-3, 8.59); empty where it does, or where nobody can say.

    Raises:
        UaError: the server refuses the question.
        OSError: the connection is lost, or it does not answer in time.
    """
    [told] = await asking.read([notifier], AttributeIds.EventNotifier)
    value, _, status, _ = reading(told)
    is_mute = isinstance(value, int) and not value & _TELLS_EVENTS
    if is_mute or (told.StatusCode is not None and told.StatusCode.value in _NO_NOTIFIER):
        return f"{status or 'EventNotifier 0'}: the node of 'alarms' tells no events"
    return ""


async def shown(asking: Asking, notifier: ua.NodeId) -> tuple[list[Condition], bool]:
    """The conditions of a notifier, its areas and its sources, and whether those are all that there are.

    A server need not show its conditions; one that shows none is not believed to have none.

    Raises:
        UaError: the server refuses the question.
        OSError: the connection is lost, or it does not answer in time.
    """
    sources, is_whole = await _beneath(asking, notifier)
    found = await asking.references(sources, ObjectIds.HasCondition)
    nodes = list(dict.fromkeys(_node(one) for references in found for one in references))
    is_whole = is_whole and 0 < len(nodes) <= _MOST_CONDITIONS
    is_whole = is_whole and all(len(references) < MOST_REFERENCES for references in found)
    conditions: list[Condition] = []
    for said in await _told(asking, nodes[:_MOST_CONDITIONS]):
        if "ActiveState" not in said.nodes:
            # A condition that is no alarm.
            continue
        is_active = said.values.get("ActiveState.Id")
        is_whole = is_whole and isinstance(is_active, bool)
        conditions.append(said.condition(is_active=is_active is True))
    return conditions, is_whole


class _Said:
    """What the nodes of one condition say."""

    def __init__(self, node: ua.NodeId) -> None:
        self.node = node
        self.nodes: dict[str, ua.NodeId] = {}
        self.values: dict[str, SignalValue] = {}
        self.times: dict[str, float | None] = {}

    def condition(self, *, is_active: bool) -> Condition:
        values = self.values
        is_enabled = values.get("EnabledState.Id") is not False
        since = self.times.get("ActiveState.TransitionTime") or self.times.get("Time")
        name = named(values.get("ConditionName"), values.get("Message"), values.get("SourceName"))
        return Condition(self.node, name, is_active and is_enabled, since)


async def _beneath(asking: Asking, notifier: ua.NodeId) -> tuple[list[ua.NodeId], bool]:
    """The notifier, and whatever raises its events; and whether that is all."""
    seen, waiting = {notifier: None}, [notifier]
    while waiting and len(seen) <= _MOST_SOURCES:
        found = await asking.references(waiting, ObjectIds.HasEventSource)
        waiting = [node for node in dict.fromkeys(_node(one) for each in found for one in each) if node not in seen]
        seen |= dict.fromkeys(waiting)
    return list(seen)[:_MOST_SOURCES], len(seen) <= _MOST_SOURCES


async def _told(asking: Asking, nodes: Sequence[ua.NodeId]) -> list[_Said]:
    told = [_Said(node) for node in nodes]
    for said, references in zip(told, await asking.references(nodes, ObjectIds.Aggregates), strict=True):
        said.nodes = _named(references)
    for state in _STATES:
        having = [said for said in told if state in said.nodes]
        inner = await asking.references([said.nodes[state] for said in having], ObjectIds.Aggregates)
        for said, references in zip(having, inner, strict=True):
            said.nodes |= {f"{state}.{name}": node for name, node in _named(references).items()}
    wanted = [(said, name) for said in told for name in _WANTED if name in said.nodes]
    answers = await asking.read([said.nodes[name] for said, name in wanted])
    for (said, name), answer in zip(wanted, answers, strict=True):
        said.values[name] = reading(answer)[0]
        said.times[name] = seconds(answer.Value.Value) if answer.Value is not None else None
    return told


_WANTED: Final = (
    "ConditionName", "Message", "SourceName", "Time", "ActiveState.Id", "ActiveState.TransitionTime", "EnabledState.Id",
)  # fmt: skip


def _named(references: Iterable[ua.ReferenceDescription]) -> dict[str, ua.NodeId]:
    return {one.BrowseName.Name or "": _node(one) for one in references if one.BrowseName.NamespaceIndex == 0}


def _node(reference: ua.ReferenceDescription) -> ua.NodeId:
    return ua.NodeId(reference.NodeId.Identifier, reference.NodeId.NamespaceIndex)

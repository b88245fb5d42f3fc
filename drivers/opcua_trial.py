"""A subscription for a moment, as the driver makes it, to see what the server makes of what is wanted; then it is gone.

The only thing here that takes of a server what an agent beside it may need: it is made where somebody asks for it.
"""

from __future__ import annotations

from typing import Final

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from agent.core.machine_settings import MachineSettings
from agent.core.sources.address import AddressSettings
from drivers.opcua_limits import Requests
from drivers.opcua_session import Session
from drivers.opcua_values import node_id, status_text

_KEEP_ALIVE: Final = 10
_LIFETIME: Final = 100


async def tried(
    session: Session, requests: Requests, machine: MachineSettings
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Subscribe to everything that is configured and let go of it.

    Returns:
        Why it takes some of it not, by key; and in words what it revised of what was wanted.

    Raises:
        UaError: it takes no subscription at all.
        OSError: the connection is lost, or it does not answer in time.
    """
    assert machine.opcua is not None
    interval_ms = float(machine.opcua.publishing_ms)
    wanted = ua.CreateSubscriptionParameters(interval_ms, ua.UInt32(_LIFETIME), ua.UInt32(_KEEP_ALIVE))
    created = await session.uaclient.create_subscription(wanted, _ignore)
    try:
        refused, revised = await _monitored(session, requests, machine, created.SubscriptionId)
    finally:
        await session.uaclient.delete_subscriptions([created.SubscriptionId])
    given_ms = created.RevisedPublishingInterval
    first = f"publishing every {given_ms:g} ms"
    return refused, (first if given_ms == interval_ms else f"{first} instead of {interval_ms:g}", *revised)


async def _monitored(
    session: Session, requests: Requests, machine: MachineSettings, subscription_id: int
) -> tuple[dict[str, str], list[str]]:
    items: list[tuple[AddressSettings, ua.MonitoredItemCreateRequest]] = []
    for one in machine.readings:
        if one is machine.first_alarm:
            continue
        try:
            node = node_id(one.node or "", session.namespaces)
        except (LookupError, ValueError):
            continue  # the look at it said so
        items.append((one, _item(machine, one, node, len(items))))
    refused: dict[str, str] = {}
    slower: list[str] = []
    shorter: list[str] = []
    results = await requests.create(subscription_id, [item for _, item in items])
    for (one, item), result in zip(items, results, strict=True):
        asked = item.RequestedParameters
        if not result.StatusCode.is_good():
            refused[one.key] = status_text(result.StatusCode.value)
            continue
        if result.RevisedSamplingInterval > asked.SamplingInterval > 0:
            slower.append(
                f"{one.key} every {result.RevisedSamplingInterval:g} ms instead of {asked.SamplingInterval:g}"
            )
        if result.RevisedQueueSize < asked.QueueSize:
            shorter.append(f"{one.key} keeps {result.RevisedQueueSize} values instead of {asked.QueueSize}")
    return refused, [*_few("sampled", slower), *_few("queue", shorter)]


def _few(what: str, revised: list[str], most: int = 3) -> list[str]:
    if not revised:
        return []
    more = f", and {len(revised) - most} more" if len(revised) > most else ""
    return [f"{what}: {', '.join(revised[:most])}{more}"]


def _item(
    machine: MachineSettings, one: AddressSettings, node: ua.NodeId, handle: int
) -> ua.MonitoredItemCreateRequest:
    assert machine.opcua is not None
    sampling_ms = machine.opcua.sampling_ms if one.sampling_ms is None else one.sampling_ms
    parameters = ua.MonitoringParameters(
        ClientHandle=handle, SamplingInterval=float(sampling_ms), QueueSize=machine.opcua.queue, DiscardOldest=True
    )
    value = ua.ReadValueId(NodeId=node, AttributeId=AttributeIds.Value)
    return ua.MonitoredItemCreateRequest(value, ua.MonitoringMode.Reporting, parameters)


async def _ignore(_published: ua.PublishResult) -> None:
    """Nobody wants the values: they were read."""

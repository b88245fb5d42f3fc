"""What an OPC UA server offers beside what it is looked at with, for who commissions it."""

from __future__ import annotations

from agent.core.errors import DeviceError
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.opcua_refusals import NO_SECURITY, offers
from drivers.opcua_session import offered


async def secure_offers(server: OpcUaSettings) -> tuple[str, ...]:
    """What it offers with security; nothing where it does not say."""
    try:
        return tuple(one for one in offers(await offered(server)) if not one.startswith(NO_SECURITY))
    except DeviceError:
        return ()

"""An OPC UA driver that is told publications, and never connected."""

from __future__ import annotations

from agent.core.machine_settings import MachineSettings
from drivers.opcua import OpcUaDriver
from drivers.opcua_monitored import Monitored
from drivers.opcua_octets import Octets
from drivers.opcua_responses import published
from drivers.opcua_subscription import Publication, Subscription
from tests.bench.parts import now


def opcua_driver(machine: MachineSettings) -> OpcUaDriver:
    """A driver whose readings are named by their place among the machine's."""
    assert machine.opcua is not None
    driver = OpcUaDriver(machine, now)
    subscription = Subscription(driver._session.uaclient, machine.opcua, lambda: None)
    monitored = Monitored(driver._requests, subscription, machine.opcua, driver._told)
    monitored._indexes = {index: index for index in range(len(machine.readings))}
    driver._ways.monitored = monitored
    return driver


def publication_of(octets: bytes) -> Publication:
    """A publish response off the wire."""
    return Publication([published(Octets(octets))[0].NotificationMessage])

"""Machines behind an OPC UA server shaped like PackML (OPC 30050), as a controller's gateway would serve them.

Each machine's nodes have string ids in the namespace `NAMESPACE`, such as `FILL-1.Status.StateCurrent`. Every edge of
its day is written once, with the edge's own plant time as the exact SourceTimestamp; a controller that is away makes
every value bad. The server never waits for a client, and no client can write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Self, TypeAlias

from asyncua import ua
from asyncua.crypto.permission_rules import SimpleRoleRuleset, User, UserRole
from asyncua.server.internal_server import InternalServer
from asyncua.server.server import Server
from asyncua.server.user_managers import UserManager
from asyncua.ua.object_ids import ObjectIdNames
from asyncua.ua.status_codes import StatusCodes

from simulators.background import Background
from simulators.clock import Clock
from simulators.day import Day, Image
from simulators.opcua_faults import ServerFaults
from simulators.truth import TruthLog

NAMESPACE = "urn:lineside:simulator:packml"
"""Namespace URI of every machine node."""
OTHER = "urn:lineside:simulator:other"
"""Namespace URI of nothing; see `OpcUaSimulator.other_first`."""

_Reading: TypeAlias = tuple[float | bool | None, int]
"""A value and its OPC UA status code."""

_NODES: dict[str, tuple[ua.VariantType, Callable[[Image], float | bool]]] = {
    "Status.StateCurrent": (ua.VariantType.Int32, lambda image: image.state),
    "Status.UnitModeCurrent": (ua.VariantType.Int32, lambda image: image.mode),
    "Status.CurMachSpeed": (ua.VariantType.Float, lambda image: image.speed),
    "Status.EquipmentStarved": (ua.VariantType.Boolean, lambda image: image.starved),
    "Status.EquipmentBlocked": (ua.VariantType.Boolean, lambda image: image.blocked),
    "Admin.ProdProcessedCount.AccCount": (ua.VariantType.Int32, lambda image: image.total),
    "Admin.ProdDefectiveCount.AccCount": (ua.VariantType.Int32, lambda image: image.scrap),
    "Admin.AlarmCode": (ua.VariantType.Int32, lambda image: image.alarm),
    "Admin.Heartbeat": (ua.VariantType.UInt32, lambda image: image.heartbeat),
    "Admin.BootId": (ua.VariantType.UInt32, lambda image: image.boot),
}

_READING_SERVICES = frozenset(
    {
        "Read", "Browse", "BrowseNext", "TranslateBrowsePathsToNodeIds", "HistoryRead",
        "CreateSubscription", "ModifySubscription", "SetPublishingMode", "DeleteSubscriptions", "TransferSubscriptions",
        "Publish", "Republish",
        "CreateMonitoredItems", "ModifyMonitoredItems", "SetMonitoringMode", "SetTriggering", "DeleteMonitoredItems",
        "CreateSession", "ActivateSession", "CloseSession", "Cancel", "CloseSecureChannel",
        "FindServers", "FindServersOnNetwork", "GetEndpoints",
    }
)  # fmt: skip
"""All that a reader of machines may ask for."""


class OpcUaSimulator:
    """An OPC UA server for one or several machines, without security.

    Raises:
        ValueError: a counter of a machine does not fit the Int32 of the PackML AccCount.
        OSError: the port cannot be listened on.
    """

    def __init__(
        self, days: Sequence[Day], clock: Clock, log: TruthLog, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        for day in days:
            if max(day.script.total.modulus, day.script.scrap.modulus) > 2**31:
                raise ValueError(f"the counters of {day.wc_id} do not fit Int32; expected a modulus up to 2**31")
        self.port = port
        """The port that is listened on; 0 until a free one was chosen."""
        self.violations: list[str] = []
        """Every service asked for that is more than reading, such as `WriteRequest`."""
        self.other_first = False
        """Whether another namespace stands before that of the machines, from the next start on."""
        self.faults: ServerFaults | None = None
        """Reaches into the server while it serves."""
        self._days = days
        self._clock = clock
        self._log = log
        self._host = host
        self._stack = AsyncExitStack()

    @property
    def url(self) -> str:
        """Endpoint of this server."""
        return f"opc.tcp://{self._host}:{self.port}/lineside/"

    async def __aenter__(self) -> Self:
        """Start serving."""
        server = Server(user_manager=_Visitors(self._tell))
        await server.init()
        server.set_server_name("Lineside simulated line")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity], _ReadersOnly(self._refuse))
        server.set_endpoint(self.url)
        faults = self.faults = ServerFaults(server)
        if self.other_first:
            await server.register_namespace(OTHER)
        machines = [await _Machine.add(server, day, self._clock, faults) for day in self._days]
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(server)
            if server.bserver is not None:
                self.port = server.bserver.port
            jobs = {"opcua clock": faults.run(), **{f"opcua {one.wc_id}": one.play() for one in machines}}
            await stack.enter_async_context(Background(jobs))
            self._stack = stack.pop_all()
        self._tell("serving", url=self.url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        await self._stack.__aexit__(kind, error, trace)

    def _tell(self, event: str, **detail: str) -> None:
        for day in self._days:
            self._log.say(day.wc_id, event, **detail)

    def _refuse(self, service: str) -> None:
        self.violations.append(service)
        self._tell("write_attempt", what=service)


class _Machine:
    """The nodes of one machine."""

    def __init__(self, server: Server, day: Day, clock: Clock, index: int, faults: ServerFaults) -> None:
        self.wc_id = day.wc_id
        self._faults = faults
        self._server = server
        self._day = day
        self._clock = clock
        self._index = index
        self._start = clock.elapsed()
        self._shown: dict[str, _Reading] = {}

    @classmethod
    async def add(cls, server: Server, day: Day, clock: Clock, faults: ServerFaults) -> Self:
        """Add a machine to a server that does not serve yet."""
        machine = cls(server, day, clock, await server.register_namespace(NAMESPACE), faults)
        await machine._add_nodes()
        await machine._show(machine._start)
        return machine

    async def play(self) -> None:
        """Show every edge of the day when its time comes, until cancelled."""
        for seconds, _ in self._day.changes(self._start):
            await self._clock.sleep_until(self._clock.plant(seconds))
            await self._show(seconds)

    async def _show(self, seconds: float) -> None:
        image = self._day.at(seconds)
        plant = self._clock.plant(seconds) + timedelta(seconds=self._faults.set_off_s)
        at = ua.DateTime.combine(plant.date(), plant.time(), plant.tzinfo)
        for path, (kind, read) in _NODES.items():
            value: _Reading = (read(image), 0) if image.powered else (None, StatusCodes.BadNoCommunication)
            if self._shown.get(path) != value:
                self._shown[path] = value
                data = ua.DataValue(
                    ua.Variant(value[0], kind if image.powered else ua.VariantType.Null),
                    ua.StatusCode(ua.UInt32(value[1])),
                    SourceTimestamp=at,
                    ServerTimestamp=at,
                )
                await self._server.write_attribute_value(self._id(path), data)

    async def _add_nodes(self) -> None:
        folders = {"": await self._server.get_objects_node().add_object(self._id(""), self._name(self.wc_id))}
        for path, (kind, _) in _NODES.items():
            *parents, name = path.split(".")
            for depth in range(len(parents)):
                inner, outer = ".".join(parents[: depth + 1]), ".".join(parents[:depth])
                if inner not in folders:
                    folders[inner] = await folders[outer].add_object(self._id(inner), self._name(parents[depth]))
            zero = ua.Variant(False if kind is ua.VariantType.Boolean else 0, kind)
            await folders[".".join(parents)].add_variable(self._id(path), self._name(name), zero)

    def _id(self, path: str) -> ua.NodeId:
        return ua.NodeId(ua.String(f"{self.wc_id}.{path}" if path else self.wc_id), ua.Int16(self._index))

    def _name(self, text: str) -> ua.QualifiedName:
        return ua.QualifiedName(text, self._index)


class _ReadersOnly(SimpleRoleRuleset):
    """Asked by the server before each service of a session, whatever the service then does with it."""

    def __init__(self, refuse: Callable[[str], None]) -> None:
        # The base's constructor only builds its own table of roles, which is not asked here.
        self._refuse = refuse

    def check_validity(self, user: object, action_type_id: ua.NodeId, body: object) -> bool:
        """Whether a service may be used; what is refused is told."""
        del user, body
        service = ObjectIdNames[int(str(action_type_id.Identifier))].removesuffix("_Encoding_DefaultBinary")
        allowed = service.removesuffix("Request") in _READING_SERVICES
        if not allowed:
            self._refuse(service)
        return allowed


class _Visitors(UserManager):
    """Asked by the server when a session is activated."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def get_user(
        self,
        iserver: InternalServer,
        username: str | None = None,
        password: str | None = None,
        certificate: object = None,
    ) -> User | None:
        """The user of a session that is being activated."""
        del iserver, username, password, certificate
        self._tell("client")
        return User(UserRole.User)

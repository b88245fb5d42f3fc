"""The first alarm of those that stand, as the events and the conditions of a server tell it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from asyncua import ua
from asyncua.client.client import Client
from asyncua.client.ua_client import UaClient
from asyncua.ua.object_ids import ObjectIds
from hypothesis import given
from hypothesis import strategies as st

from agent.core.machine_settings import MachineSettings, Role, SignalSettings
from agent.core.observations import Link, Quality, Signal
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers import opcua_alarms, opcua_conditions, opcua_events
from drivers.opcua import OpcUaDriver
from drivers.opcua_alarms import Alarms, Condition
from drivers.opcua_asking import Asking
from drivers.opcua_events import Events
from drivers.opcua_limits import Requests
from drivers.opcua_probe import probe_opcua
from drivers.opcua_responses import QuietSession
from drivers.opcua_values import Reading
from drivers.probed import Seen
from tests.drivers.plants import URI, ServerProcess, collect, now, told

SERVER = ua.NodeId(ua.Int32(ObjectIds.Server))
START = 1_700_000_000.0
UNKNOWN = "alarms that stood before are not known: the server shows no conditions, or not all of them"


def node(name: str) -> ua.NodeId:
    return ua.NodeId(ua.String(name), ua.Int16(2))


def condition(name: str, since: float | None, *, is_active: bool = True) -> Condition:
    return Condition(node(name), name, is_active, since)


def known() -> Alarms:
    alarms = Alarms()
    alarms.begin([], 0.0, is_whole=True)
    return alarms


def test_nothing_known_is_not_told_as_no_alarm() -> None:
    alarms = Alarms()
    said = [alarms.reading]
    alarms.hear(condition("Jam", 5.0), 1.0)
    said.append(alarms.reading)
    alarms.hear(condition("Jam", 9.0, is_active=False), 2.0)
    said.append(alarms.reading)
    assert said == [
        (None, Quality.UNCERTAIN, UNKNOWN, None),
        ("Jam", Quality.GOOD, "", 5.0),
        (None, Quality.UNCERTAIN, UNKNOWN, 9.0),
    ]


def test_the_first_by_its_own_time_is_told_for_as_long_as_it_stands() -> None:
    alarms = known()
    alarms.hear(condition("Jam", 5.0), 1.0)
    alarms.hear(condition("Guard", 4.0), 1.5)
    alarms.hear(condition("Guard", 6.0), 2.0)
    assert alarms.reading == ("Guard", Quality.GOOD, "", 4.0)
    alarms.hear(condition("Guard", 7.0, is_active=False), 3.0)
    assert alarms.reading == ("Jam", Quality.GOOD, "", 5.0)
    alarms.hear(condition("Jam", 8.0, is_active=False), 3.5)
    assert alarms.reading == ("", Quality.GOOD, "", 8.0)


def test_the_first_that_was_heard_is_told_where_times_are_missing_or_were_set() -> None:
    alarms = known()
    alarms.hear(condition("Jam", None), 1.0)
    alarms.hear(condition("Guard", 4.0), 1.0)
    assert alarms.reading[0] == "Jam"
    alarms = known()
    alarms.hear(condition("Jam", 1000.0), 1.0)
    alarms.hear(condition("Guard", 10.0), 60.0)
    assert alarms.reading[0] == "Jam"


def test_alarms_beyond_number_make_it_uncertain_that_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opcua_alarms, "MOST_STANDING", 2)
    alarms = known()
    for name in ("A", "B", "C"):
        alarms.hear(condition(name, 1.0), 1.0)
    assert alarms.reading[0] == "A"
    for name in ("A", "B"):
        alarms.hear(condition(name, 2.0, is_active=False), 2.0)
    assert alarms.reading[1] is Quality.UNCERTAIN


@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.booleans(), st.integers(0, 5)), max_size=30))
def test_what_is_told_stands_and_none_stood_before_it(events: list[tuple[str, bool, int]]) -> None:
    alarms, standing = known(), dict[str, tuple[int, int]]()
    for turn, (name, is_active, since) in enumerate(events):
        alarms.hear(condition(name, float(since), is_active=is_active), 1.0)
        if not is_active:
            standing.pop(name, None)
        else:
            standing.setdefault(name, (since, turn))
        first = min(standing, key=lambda one: standing[one], default="")
        assert alarms.reading[:2] == (first, Quality.GOOD)


@pytest.fixture(scope="module")
def shown() -> Iterator[ServerProcess]:
    """A server that shows its conditions."""
    server = ServerProcess("opcua_alarm_server")
    server.start(URI, "shown")
    yield server
    server.kill()


@pytest.fixture(scope="module")
def hidden() -> Iterator[ServerProcess]:
    """One that does not, as most controllers do not."""
    server = ServerProcess("opcua_alarm_server")
    server.start(URI, "hidden")
    yield server
    server.kill()


class Listener:
    """Listens to a server's alarms as the driver does."""

    def __init__(self, client: UaClient) -> None:
        self.events = Events(Asking(Requests(client, small=False, asking=lambda: None)), SERVER)
        self.told: list[Reading] = []
        self.clock = 0.0
        self._client = client
        self._seen: list[ua.SubscriptionAcknowledgement] = []

    async def begin(self) -> None:
        wanted = ua.CreateSubscriptionParameters(20.0, ua.UInt32(1000), ua.UInt32(5))
        created = await self._client.create_subscription(wanted, print)
        item = self.events.item(1, 100)
        parameters = ua.CreateMonitoredItemsParameters(created.SubscriptionId, ua.TimestampsToReturn.Source, [item])
        [result] = await self._client.create_monitored_items(parameters)
        result.StatusCode.check()
        await self.look()

    async def look(self) -> None:
        self.told += await self.events.look(self.clock)

    async def hear(self, until: int) -> list[Reading]:
        """Listen until so many readings were told in all."""
        async with asyncio.timeout(5):
            while len(self.told) < until:
                await self.hear_once()
        return self.told

    async def hear_once(self) -> None:
        result = (await self._client.publish(self._seen)).Parameters
        message = result.NotificationMessage
        self._seen = []
        for one in message.NotificationData or ():
            assert isinstance(one, ua.EventNotificationList)
            self._seen = [ua.SubscriptionAcknowledgement(result.SubscriptionId, message.SequenceNumber)]
            self.told += self.events.heard(one.Events, self.clock)


@asynccontextmanager
async def listening(server: ServerProcess) -> AsyncIterator[Listener]:
    client = Client(f"opc.tcp://127.0.0.1:{server.port}/alarms", timeout=5)
    client.uaclient.session = QuietSession(client.uaclient)
    async with client:
        listener = Listener(client.uaclient)
        await listener.begin()
        yield listener


def says(name: str, *, active: bool, time: float, **more: object) -> dict[str, object]:
    return {"condition": name, "name": name, "active": active, "time": time} | more


def calm(server: ServerProcess) -> None:
    """No alarm stands."""
    names = ("Guard", "Jam", "Heat")
    server.tell(tell=[says(name, active=False, time=START, since=START, silently=True) for name in names])


NONE = ("", Quality.GOOD, "")
NOBODY_KNOWS = (None, Quality.UNCERTAIN, UNKNOWN)


def first(name: str, since: float) -> Reading:
    return name, Quality.GOOD, "", since


async def test_alarms_come_and_go(shown: ServerProcess) -> None:
    calm(shown)
    async with listening(shown) as listener:
        assert [one[:3] for one in listener.told] == [NONE]
        shown.tell(
            tell=[
                says("Jam", active=True, time=START + 5),
                says("Guard", active=True, time=START + 4),
                says("Guard", active=False, time=START + 6),
                says("Jam", active=False, time=START + 7),
            ]
        )
        heard = await listener.hear(5)
    expected = [first("Jam", START + 5), first("Guard", START + 4), first("Jam", START + 5), (*NONE, START + 7)]
    assert heard[1:] == expected


async def test_alarms_that_stood_before_are_found_where_the_server_shows_them(shown: ServerProcess) -> None:
    calm(shown)
    shown.tell(
        tell=[
            says("Jam", active=True, time=START + 9, since=START + 3, silently=True),
            says("Guard", active=True, time=START + 9, since=START + 2, silently=True),
            says("Heat", active=True, time=START + 9, since=START + 1, enabled=False, silently=True),
        ]
    )
    async with listening(shown) as listener:
        assert listener.told == [first("Guard", START + 2)]
        shown.tell(tell=[says("Guard", active=False, time=START + 10)])
        assert (await listener.hear(2))[1:] == [first("Jam", START + 3)]
    shown.tell(tell=[says("Heat", active=False, time=START, enabled=True, silently=True)])


async def test_where_the_server_shows_no_conditions_nobody_knows_that_there_is_no_alarm(hidden: ServerProcess) -> None:
    async with listening(hidden) as listener:
        hidden.tell(tell=[says("Jam", active=True, time=START), says("Jam", active=False, time=START + 1)])
        heard = await listener.hear(3)
    assert heard == [(*NOBODY_KNOWS, None), first("Jam", START), (*NOBODY_KNOWS, START + 1)]


async def test_what_is_no_alarm_of_now_is_passed_over(hidden: ServerProcess) -> None:
    async with listening(hidden) as listener:
        hidden.tell(
            tell=[
                {"message": "somebody logged in", "time": START},
                {"condition": "Dialog", "message": "Continue?", "time": START},
                says("Jam", active=True, time=START, branch=7),
                says("Heat", active=True, time=START, enabled=False),
                {"type": ObjectIds.RefreshStartEventType, "time": START},
                {"type": ObjectIds.RefreshEndEventType, "time": START},
                says("Guard", active=True, time=START + 1),
            ]
        )
        heard = await listener.hear(2)
        hidden.tell(tell=[says("Guard", active=False, time=START + 2)])
        await listener.hear(3)
    assert [one[0] for one in heard[:2]] == [None, "Guard"]


async def test_an_alarm_is_named_by_its_message_or_its_source_where_its_condition_has_no_name(
    hidden: ServerProcess,
) -> None:
    async with listening(hidden) as listener:
        for place, said in enumerate(({"message": "Störung 7"}, {"source": "Press"}, {})):
            alarm = {"condition": f"A{place}", "time": START} | said
            hidden.tell(tell=[alarm | {"active": True}, alarm | {"active": False}])
        heard = await listener.hear(7)
    assert [one[0] for one in heard] == [None, "Störung 7", None, "Press", None, "alarm", None]


async def test_events_that_were_lost_make_nothing_certain_until_it_was_looked_again(shown: ServerProcess) -> None:
    calm(shown)
    async with listening(shown) as listener:
        shown.tell(tell=[says("Jam", active=True, time=START)])
        await listener.hear(2)
        shown.tell(
            tell=[
                says("Jam", active=False, time=START + 1, silently=True),
                says("Heat", active=True, time=START + 9, since=START + 2, silently=True),
                {"type": ObjectIds.EventQueueOverflowEventType, "time": START + 3},
            ]
        )
        heard = await listener.hear(3)
        assert heard[2] == (*NOBODY_KNOWS, None)
        assert not listener.events.must_look(listener.clock)
        listener.clock = 6.0
        assert listener.events.must_look(listener.clock)
        await listener.look()
        assert listener.told[3:] == [first("Heat", START + 2)]
        assert not listener.events.must_look(60.0)


async def test_an_event_that_came_while_it_was_looked_counts_after_what_was_seen(shown: ServerProcess) -> None:
    calm(shown)
    async with listening(shown) as listener:
        listener.told += listener.events.lost()
        looking = asyncio.create_task(listener.look())
        shown.tell(tell=[says("Jam", active=True, time=START, quietly=True)])
        await listener.hear_once()
        await looking
        assert listener.told[-1] == first("Jam", START)
    calm(shown)


async def test_a_server_with_more_sources_than_are_looked_at_is_not_known_whole(
    shown: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm(shown)
    monkeypatch.setattr(opcua_conditions, "_MOST_SOURCES", 2)
    async with listening(shown) as listener:
        assert listener.told == [(*NOBODY_KNOWS, None)]


def machine(server: ServerProcess, **opcua: object) -> MachineSettings:
    return MachineSettings(
        work_center="WC-1",
        opcua=OpcUaSettings(
            endpoint=f"opc.tcp://127.0.0.1:{server.port}/alarms",
            security="none",
            publishing_ms=20,
            timeout_s=2.0,
            **{"alarms": "i=2253"} | opcua,
        ),
        signal=(
            SignalSettings(key="alarm", role=Role.ALARM),
            SignalSettings(key="run", role=Role.RUN, node=f"nsu={URI};s=run"),
        ),
    )


async def test_the_driver_tells_the_first_alarm_as_the_signal_of_that_role(
    shown: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opcua_events, "_LOOK_AGAIN_S", 0.2)
    calm(shown)
    shown.tell(tell=[says("Heat", active=True, time=START, since=START, silently=True)])
    async with OpcUaDriver(machine(shown), now) as driver:
        batches = aiter(driver)
        seen = await collect(batches, lambda new: any(isinstance(each, Link) for each in new))
        assert sorted(told(seen)) == [("alarm", "Heat", "good"), ("run", True, "good")]
        shown.tell(tell=[says("Jam", active=True, time=START + 5), says("Heat", active=False, time=START + 6)])
        [jam] = [one for one in await collect(batches, lambda new: bool(told(new))) if isinstance(one, Signal)]
        assert (jam.key, jam.value, jam.source_time) == ("alarm", "Jam", START + 5)
        shown.tell(
            tell=[
                says("Jam", active=False, time=START + 7, silently=True),
                {"type": ObjectIds.EventQueueOverflowEventType, "time": START + 8},
            ]
        )
        seen = await collect(batches, lambda new: ("alarm", "", "good") in told(new), within_s=9)
    assert told(seen) == [("alarm", None, "uncertain"), ("alarm", "", "good")]


@pytest.mark.parametrize(
    ("opcua", "status"),
    [
        ({"alarms": "nsu=urn:other;s=x"}, "BadNodeIdUnknown: this server has no namespace urn:other"),
        (
            {"alarms": f"nsu={URI};s=run"},
            "BadAttributeIdInvalid: the node of 'alarms' tells no events",
        ),
        ({"read": "poll"}, "the server has no subscriptions, and alarms are told by them alone"),
    ],
)
async def test_where_no_events_are_to_be_had_the_alarm_is_bad_and_says_why(
    hidden: ServerProcess, opcua: dict[str, object], status: str
) -> None:
    async with OpcUaDriver(machine(hidden, **opcua), now) as driver:
        seen = await collect(aiter(driver), lambda new: any(isinstance(each, Link) for each in new))
    [alarm] = [one for one in seen if isinstance(one, Signal) and one.key == "alarm"]
    assert (alarm.value, alarm.quality, alarm.status) == (None, Quality.BAD, status)


async def test_a_node_that_tells_alarms_is_listened_to_as_soon_as_it_is_there_and_again_when_it_is_back(
    hidden: ServerProcess,
) -> None:
    async with OpcUaDriver(machine(hidden, alarms=f"nsu={URI};s=Cell", watch_s=0.1), now) as driver:
        batches = aiter(driver)
        seen = await collect(batches, lambda new: any(isinstance(each, Link) for each in new))
        assert ("alarm", None, "bad") in told(seen)
        for _ in range(2):
            hidden.tell(cell=True)
            await collect(batches, lambda new: told(new, "alarm") == [("alarm", None, "uncertain")])
            hidden.tell(tell=[says("Jam", active=True, time=START, cell=True)])
            await collect(batches, lambda new: told(new, "alarm") == [("alarm", "Jam", "good")])
            hidden.tell(cell=False)
            await collect(batches, lambda new: told(new, "alarm") == [("alarm", None, "bad")])


async def test_a_look_at_the_machine_sees_the_first_alarm_or_that_nobody_knows_it(
    shown: ServerProcess, hidden: ServerProcess
) -> None:
    calm(shown)
    shown.tell(tell=[says("Heat", active=True, time=START, since=START, silently=True)])
    seen = {}
    for name, looked_at in {
        "shown": machine(shown),
        "hidden": machine(hidden),
        "mute": machine(hidden, alarms=f"nsu={URI};s=run"),
        "elsewhere": machine(hidden, alarms="nsu=urn:other;s=x"),
    }.items():
        seen[name] = (await probe_opcua(looked_at, subscribe=True)).seen[0]
    calm(shown)
    assert seen == {
        "shown": Seen("alarm", "events", kind="events", value="Heat"),
        "hidden": Seen("alarm", "events", kind="events", doubt=UNKNOWN),
        "mute": Seen("alarm", "events", why="BadAttributeIdInvalid: the node of 'alarms' tells no events"),
        "elsewhere": Seen("alarm", "events", why="this server has no namespace urn:other"),
    }

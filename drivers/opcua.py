"""Machines that speak OPC UA (IEC 62541). Reads and subscribes only (design.md promise 7).

One publish response becomes one batch, and the next is asked for once there is room. What the server has no
subscription for is polled; a look now and then sees to what neither tells.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from functools import lru_cache, partial
from types import TracebackType
from typing import Final, Self

from asyncua import ua
from asyncua.ua.uaerrors import UaStatusCodeError

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Instant, Signal
from agent.logs.events import Event
from agent.logs.telling import tell
from drivers import opcua_model_changes
from drivers.cancellation import honour_cancellation
from drivers.contract import Batch, Now
from drivers.keys import Keys
from drivers.opcua_alarm_signal import AlarmSignal
from drivers.opcua_asking import Asking
from drivers.opcua_endings import ending
from drivers.opcua_learning import Learning
from drivers.opcua_limits import Requests
from drivers.opcua_monitored import Monitored
from drivers.opcua_nodes import GONE, Nodes
from drivers.opcua_polled import Polled
from drivers.opcua_server import NotServingError, ask_server
from drivers.opcua_session import Session
from drivers.opcua_silence import Silence
from drivers.opcua_subscription import NO_ROOM, SLOWEST_S, UNSUPPORTED, Publication, Subscription
from drivers.opcua_told import Mailbox, Post, Told
from drivers.opcua_unread import Unread
from drivers.opcua_values import status_text
from drivers.opcua_watch import Watch
from drivers.opcua_ways import Ways

_WAITING_BATCHES: Final = 64
_ENDING_S: Final = 0.3
SUBSCRIBE_AGAIN_S = 15.0
"""Longer than what a lost session leaves behind lives."""
_SELDOM_S: Final = 600.0
_GONE: Final = frozenset(map(status_text, GONE))


class OpcUaDriver:
    """One session, with one subscription where the server has them.

    An item that the server does not know is bad, and looked for again; one that goes is bad until it is there again.
    Telemetry is asked for after the signals and nothing waits for it: a server that refuses it, or never tells it, goes
    on with the signals.
    """

    def __init__(self, machine: MachineSettings, now: Now, keys: Keys | None = None) -> None:
        assert machine.opcua is not None, f"machine '{machine.work_center}' is not read over OPC UA"
        settings = machine.opcua
        self.turns_by = math.inf
        self._wc_id = machine.work_center
        self._settings = settings
        self._now = now
        self._granted_less: dict[str, str] = {}
        self._mailbox = Mailbox(_WAITING_BATCHES)
        self._in_hand: Sequence[int] = ()
        self._tasks: list[asyncio.Task[None]] = []
        self._session = Session(machine.work_center, settings, keys)
        self._session.client.connection_lost_callback = self._lose
        client = self._session.uaclient
        self._requests = Requests(client, small=settings.profile == "small", asking=self._promise)
        self._told = Told(machine)
        learning = Learning(self._told.readings, Asking(self._requests))
        nodes = Nodes(machine.readings)
        self._polled = Polled(self._requests, nodes, self._told, learning, now, settings.poll_ms)
        may_poll = settings.read != "subscribe"
        self._ways = Ways(nodes, self._polled, learning, signals=len(machine.signal), may_poll=may_poll)
        self._alarms = AlarmSignal(machine, self._requests, self._told)
        self._watch = Watch(self._requests, self._ways, self._told, self._alarms, now, settings.watch_s)
        self._unread = Unread(self._session.quiet, self._requests, self._ways, self._told, now)
        self._subscription: Subscription | None = None
        self._is_short_of_room = False

    async def __aenter__(self) -> Self:
        """Connect and subscribe.

        Raises:
            DeviceError: nobody answers there, or what answers refuses us.
        """
        self.turns_by = asyncio.get_running_loop().time() + self._session.connecting_s
        await self._session.__aenter__()
        try:
            await self._begin()
        except BaseException as error:
            await self._end()
            if isinstance(error, NotServingError):
                raise self._ending(error) from error
            if isinstance(error, Exception) and not isinstance(error, DeviceError):
                # What a stranger's answers make the library raise can be anything.
                raise self._session.refused(error) from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take leave of the server, or hang up when it does not answer."""
        await self._end()

    def __aiter__(self) -> AsyncIterator[Batch]:
        """One batch per publish response, poll or look with news."""
        return self

    async def __anext__(self) -> Batch:
        """The next batch.

        Raises:
            DeviceError: the connection is lost, the server is silent, its subscription tells nothing any more, or a
                publication went missing and is not to be had again.
        """
        while True:
            honour_cancellation()
            if self._subscription is not None:
                self._subscription.taken(self._in_hand)
            self._promise()
            self._tell_grants()
            post = await self._mailbox.get()
            self._in_hand = post.numbers
            if post.batch:
                return post.batch

    def rest(self) -> Batch:
        """Nothing: what a machine says last is read again."""
        return ()

    @property
    def granted_less(self) -> Sequence[str]:
        """What the server grants less of than was asked for, in words."""
        return tuple(self._ways.granted_less.values())

    async def _begin(self) -> None:
        await self._requests.ask_limits()
        server = await ask_server(self._requests, self._now)
        self._put_now(self._told.controller(server))
        namespaces = self._told.readings.namespaces = server.namespaces or self._session.namespaces
        self._ways.nodes.resolve(namespaces)
        if self._settings.read != "poll":
            await self._subscribe()
        await self._take_up(range(len(self._told.addresses)))
        if self._polled.is_needed:
            self._put_now(await self._polled.look())
        self._put_now(self._told.life(self._now()))
        self._start(partial(self._polled.run, self._mailbox))
        self._start(partial(self._watch.run, self._mailbox))
        if self._is_short_of_room:
            self._start(self._subscribe_later)

    async def _take_up(self, indexes: Iterable[int]) -> None:
        # The alarm is a signal: telemetry must not take its place in the subscription.
        self._put_now(await self._alarms.begin(self._subscription, self._told.readings.namespaces, self._now()))
        self._put_now(self._told.refused(await self._ways.take_up(indexes), self._now()))
        if self._subscription is not None:
            await opcua_model_changes.listen(self._requests, self._subscription.id)

    def _put_now(self, batch: Batch) -> None:
        # What is told is on its way at once: the sign of life must not come before it.
        self._mailbox.put_now(Post(batch))

    async def _subscribe(self) -> None:
        subscription = Subscription(self._session.uaclient, self._settings, self._promise)
        try:
            await subscription.create()
        except UaStatusCodeError as error:
            if error.code not in UNSUPPORTED | NO_ROOM or not self._ways.may_poll:
                raise
            self._is_short_of_room = error.code in NO_ROOM
            return
        if subscription.interval_s > SLOWEST_S and self._ways.may_poll:
            await subscription.delete()
            return
        self._subscription = subscription
        self._polled.gives_life = False
        monitored = Monitored(self._requests, subscription, self._settings, self._told)
        self._ways.monitored = monitored
        self._watch.look_at(subscription, Silence(monitored, self._ways, self._told))
        self._start(partial(self._publish, subscription))

    async def _subscribe_later(self) -> None:
        """Where there was no room, as what a lost session left behind takes it for a while, look for it again."""
        pause_s = SUBSCRIBE_AGAIN_S
        while self._subscription is None:
            honour_cancellation()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _SELDOM_S)
            await self._subscribe()
        await self._take_up(self._polled.let_go())

    async def _publish(self, subscription: Subscription) -> None:
        while True:
            honour_cancellation()
            try:
                publication = await subscription.next()
            except TimeoutError:
                if subscription.publications or not self._ways.may_poll:
                    raise
                await self._do_without(subscription)
                return
            await self._take(publication)

    async def _do_without(self, subscription: Subscription) -> None:
        """Some servers grant a subscription and never answer a publish request. One that is silent fails here."""
        self._subscription = None
        self._watch.look_at(None, None)
        self._ways.do_without()
        await subscription.delete()
        self._polled.gives_life = True
        await self._take_up(range(len(self._told.addresses)))

    async def _take(self, publication: Publication) -> None:
        """Hand on one publication."""
        observed = self._now()
        signals = await self._heard(publication, observed)
        if any(one.status in _GONE for one in signals):
            self._watch.look_soon()
        await self._mailbox.put(Post([*signals, *self._told.life(observed)], publication.numbers))
        for ended in publication.ended:
            raise ConnectionError(f"it ended the subscription, {status_text(ended.Status.value)}")

    async def _heard(self, publication: Publication, observed: Instant) -> list[Signal]:
        monitored, values, signals = self._ways.monitored, list[tuple[int, ua.DataValue]](), list[Signal]()
        for notification in publication.notifications:
            if isinstance(notification, ua.DataChangeNotification) and monitored is not None:
                heard = self._unread.without_overtaken(monitored.heard(notification.MonitoredItems or ()))
                await self._ways.learning.learn(heard)
                signals += self._told.news(heard, observed)
                values += heard
            elif isinstance(notification, ua.EventNotificationList):
                has_changed, events = opcua_model_changes.told(notification.Events or ())
                if has_changed:
                    self._watch.look_soon()
                signals += self._alarms.heard(events, observed)
        if self._unread.is_any:
            signals += await self._unread.settle(values)
            signals += self._alarms.lost(observed)
        elif publication.is_last:
            self._unread.caught_up()
        return signals + await self._alarms.settle(observed)

    def _start(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        self._tasks.append(asyncio.create_task(self._guarded(work)))

    async def _guarded(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever a server answers, it ends no more than its connection
            await self._lose(error)

    async def _lose(self, error: Exception) -> None:
        self._mailbox.end(self._ending(error))

    def _ending(self, error: Exception) -> DeviceError:
        return ending(error, self._settings.endpoint, self._patience_s, self._session.reason)

    @property
    def _patience_s(self) -> float:
        return self._settings.timeout_s if self._subscription is None else self._subscription.patience_s

    def _promise(self) -> None:
        """An answer is waited for, and not for ever."""
        pause_s = 0.0 if self._subscription is not None else self._settings.poll_ms / 1000
        self.turns_by = asyncio.get_running_loop().time() + self._patience_s + pause_s

    def _tell_grants(self) -> None:
        """What the server grants less of is told once, however often it is connected to."""
        if self._ways.granted_less != self._granted_less:
            self._granted_less = dict(self._ways.granted_less)
            for what in self._granted_less.values():
                _tell_grant(self._wc_id, self._settings.endpoint, what)

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_ENDING_S)
        await self._session.close()


@lru_cache(maxsize=256)
def _tell_grant(wc_id: str, endpoint: str, what: str) -> None:
    text = "The OPC UA server at %s grants less than was asked for: %s."
    tell(Event.MACHINE_GRANTS_LESS, text, endpoint, what, work_center=wc_id)

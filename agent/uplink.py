"""The way to the MES: one connection at a time, kept up for ever, with everything that lives on it side by side."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from agent.alarms import Alarms
from agent.broker import Abilities, Outgoing, Session, connected, peek
from agent.clock import Clock
from agent.core.contract.standing import Standing, Status, read_status, standing
from agent.core.contract.topics import Topics
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import JournalError, TooLargeError, UplinkError
from agent.core.settings import MesSettings
from agent.core.times import iso
from agent.journal.journal import Journal
from agent.logs.events import Event
from agent.logs.outages import Outage
from agent.logs.telling import tell
from agent.presence import Presence
from agent.retry import Backoff

FIRST_RETRY_S = 1.0
GOODBYE_S = 2.0
LONG_PAUSE_S = 60.0
"""Real seconds before the next try where somebody has to act first."""
STEADY_S = 5.0
"""Real seconds of a connection after which its loss is no failure in a row with those before."""
STATUS_EVERY_S = 30.0
"""Real seconds between two looks whether the retained status is still true."""
MOST_FORMER = 50
"""Former epochs that the status names: it stays small however often a journal was restored."""
TAKEN_OVER = 0x8E
NO_RETAIN, NO_QOS = 0x9A, 0x9B
NO_PROOF = -1
"""No code of MQTT: a broker whose word cannot count."""
SOMEBODY_MUST_ACT = frozenset({0x84, 0x85, 0x86, 0x87, 0x8A, 0x8C, TAKEN_OVER, NO_PROOF})
"""CONNACK and DISCONNECT reasons that do not go away by themselves (domain.md G7)."""
OnSession: TypeAlias = Callable[[Session], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who connects."""

    client_id: str
    agent_id: str
    area: str
    instance: str
    version: str


class Uplink:
    """Keeps the connection and knows how it stands."""

    def __init__(
        self, settings: MesSettings, topics: Topics, identity: Identity, journal: Journal, clock: Clock, alarms: Alarms
    ) -> None:
        self._settings = settings
        self._topics = topics
        self._identity = identity
        self._journal = journal
        self._clock = clock
        self._alarms = alarms
        self._abilities = Abilities()
        self._session_no = 0
        self._stopping = False
        self._outage = Outage(Event.BROKER_LOST)
        self._journal_outage = Outage(Event.JOURNAL_NOT_READ)
        self.sessions = 0
        """Connections to the broker since the start."""
        self.online = False
        self.connected_at = 0.0
        """Loop time at which the last connection began."""
        self.since = clock.now().wall
        """Plant time of the last change between online and offline."""
        self.detail = "not connected yet"

    async def run(
        self,
        presence: Presence,
        begin: Callable[[Session], None],
        parts: tuple[OnSession, ...],
        on_lost: Callable[[int | None], None],
    ) -> None:
        """Be connected until stopped and cancelled; a lost connection is tried again.

        Args:
            presence: what is shown of the present.
            begin: asks for what is to be heard, first of all.
            parts: everything else that lives on a session, side by side.
            on_lost: told the broker's reason code, None where it gave none.
        """
        backoff = Backoff(FIRST_RETRY_S, self._settings.reconnect_max_s)
        while not self._stopping:
            pause = 0.0
            try:
                await self._one_session(presence, begin, parts)
            except* UplinkError as group:
                error = next(leaf for leaf in _leaves(group) if isinstance(leaf, UplinkError))
                pause = LONG_PAUSE_S if error.code in SOMEBODY_MUST_ACT else 0.0
                if self.online:
                    on_lost(error.code)
                self._note_loss(error, backoff)
            except* JournalError as group:
                self._journal_outage.failed(f"{next(_leaves(group))}; the connection is tried again")
                self._turn(online=False, detail=str(next(_leaves(group))))
            except* TooLargeError as group:
                pause = LONG_PAUSE_S
                self._alarms.raise_alarm("broker_refuses_us", f"not even our status: {next(_leaves(group))}")
                self._turn(online=False, detail=str(next(_leaves(group))))
            if not self._stopping:
                await asyncio.sleep(max(backoff.failed(), pause))

    def stop(self) -> None:
        """Try no more. Cancel the task besides; that alone would be lost where a session fails just then."""
        self._stopping = True

    async def hears(self, payload: bytes, session: Session) -> None:
        """Somebody said who is online under our identity: a late Will of an old session, or another agent.

        Raises:
            UplinkError: another agent is.
        """
        status = read_status(payload)
        if status is None or (status.instance, status.session) == (self._identity.instance, self._session_no):
            return
        known = await self._journal.sessions.knows(status.instance)
        if standing(status, known=known) is Standing.TAKEN:
            raise self._taken(status)
        session.publish(self._status(online=True))

    async def _one_session(
        self, presence: Presence, begin: Callable[[Session], None], parts: tuple[OnSession, ...]
    ) -> None:
        await self._look_first()
        self._session_no = await self._journal.sessions.begin(self._identity.instance)
        will = self._status(online=False)
        async with connected(self._settings, self._identity.client_id, will, self._abilities) as session:
            if self._settings.confirm == "broker" and session.limits.qos == 0:
                raise UplinkError(
                    f"{session.where} has QoS 0 only, which proves nothing: mes.confirm must be mes", NO_PROOF
                )
            begin(session)
            self.connected_at = asyncio.get_running_loop().time()
            self._turn(online=True, detail=f"connected to {session.where}")
            self.sessions += 1
            self._journal_outage.over(f"connected to {session.where}")
            for code in ("identity_taken", "broker_refuses_us"):
                self._alarms.clear(code)
            session.publish(self._status(online=True))
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(session.tend(), name="uplink.tend")
                    tasks.create_task(self._hold(session), name="uplink.hold")
                    tasks.create_task(presence.run(session), name="uplink.presence")
                    tasks.create_task(self._keep_status(session), name="uplink.status")
                    for number, part in enumerate(parts):
                        tasks.create_task(part(session), name=f"uplink.{number}")
            except asyncio.CancelledError:
                await self._say_goodbye(session, presence)
                raise

    async def _look_first(self) -> None:
        """Who used our identity last? Nothing is sent before that is known."""
        status = read_status(await peek(self._settings, self._identity.client_id, self._topics.status))
        known = status is not None and await self._journal.sessions.knows(status.instance)
        match standing(status, known=known):
            case Standing.TAKEN:
                assert status is not None
                raise self._taken(status)
            case Standing.FORGOTTEN:
                assert status is not None
                await self._remember(status)
            case Standing.OURS:
                pass

    async def _remember(self, status: Status) -> None:
        """A run that this journal does not remember used its identity: what it sent must not get other sequences."""
        journal = self._journal
        now = self._clock.now().wall
        evidence = {"epoch": status.epoch, "forgotten_to": str(status.last_seq), "instance": status.instance}
        discrepancy = Discrepancy("journal_rewound", now, now, evidence)
        if journal.is_new:
            await journal.notice(f"forgotten-{status.instance}", discrepancy)
            await journal.sessions.adopt(status.instance)
        else:
            await journal.renew(secrets.token_hex(4), journal.ever_sent + 1, now, discrepancy)
            # Last, as a kill before it only means that all this is done once more.
            await journal.sessions.adopt(status.instance)
            raise UplinkError("the journal is older than what was sent under its name; a new epoch begins")

    def _taken(self, status: Status) -> UplinkError:
        sentence = (
            f"another agent (instance {status.instance}) is online as '{self._identity.agent_id}'; give one of the two "
            f"another agent.id, or, if that one is gone for good: lineside recover --adopt {status.instance}"
        )
        self._alarms.raise_alarm("identity_taken", sentence)
        return UplinkError(sentence, TAKEN_OVER)

    async def _keep_status(self, session: Session) -> None:
        """The retained status tells, about twice a minute, how far the journal is: it unmasks a restored one."""
        said = self._journal.marks.last_sequence
        while True:
            await asyncio.sleep(STATUS_EVERY_S)
            if said != self._journal.marks.last_sequence:
                said = self._journal.marks.last_sequence
                await session.room()
                session.publish(self._status(online=True))

    async def _hold(self, session: Session) -> None:
        """A connection is told of once it has held a while: a shaky one is one outage, not many."""
        await asyncio.sleep(STEADY_S)
        if self._outage.lasts:
            self._outage.over(f"connected to {session.where}", at=self.connected_at)
        else:
            tell(Event.BROKER_CONNECTED, "connected to %s", session.where)

    async def _say_goodbye(self, session: Session, presence: Presence) -> None:
        """Tell everybody, within a bounded time, that nobody watches any more."""
        if session.lost.done():
            return
        try:
            goodbyes = [*await presence.say_goodbye(session), session.publish(self._status(online=False))]
        except (UplinkError, TooLargeError):
            return
        await asyncio.wait(goodbyes, timeout=GOODBYE_S)

    def _note_loss(self, error: UplinkError, backoff: Backoff) -> None:
        if self.online and asyncio.get_running_loop().time() - self.connected_at >= STEADY_S:
            backoff.succeeded()
        if error.code == NO_RETAIN:
            self._abilities = Abilities(retain=False, qos=self._abilities.qos)
        elif error.code == NO_QOS:
            self._abilities = Abilities(retain=self._abilities.retain, qos=0)
        elif error.code == TAKEN_OVER:
            self._alarms.raise_alarm("identity_taken", str(error))
        elif error.code in SOMEBODY_MUST_ACT:
            self._alarms.raise_alarm("broker_refuses_us", str(error))
        if error.code not in SOMEBODY_MUST_ACT or self._outage.lasts:
            self._outage.failed(f"{error}; facts wait in the journal and it is tried again", str(error))
        self._turn(online=False, detail=str(error))

    def _turn(self, *, online: bool, detail: str) -> None:
        if online != self.online:
            self.since = self._clock.now().wall
        self.online, self.detail = online, detail

    def _status(self, *, online: bool) -> Outgoing:
        marks = self._journal.marks
        former = marks.epochs[:-1][-MOST_FORMER:]
        document = {
            "online": online,
            "agent_id": self._identity.agent_id,
            "area": self._identity.area,
            "instance": self._identity.instance,
            "version": self._identity.version,
            "session": self._session_no,
            "epoch": marks.epoch,
            "last_seq": marks.last_sequence,
            "former": [{"epoch": one.name, "last_seq": one.sequence(marks.end(one))} for one in former],
            "observedtime": iso(self._clock.now().wall),
        }
        return Outgoing(self._topics.status, orjson.dumps(document), retain=True)


def _leaves(group: BaseException) -> Iterator[BaseException]:
    if isinstance(group, BaseExceptionGroup):
        for error in group.exceptions:
            yield from _leaves(error)
    else:
        yield group

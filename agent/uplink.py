"""The way to the MES: one connection at a time, kept up for ever, with everything that lives on it side by side."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from agent.broker import Incoming, Outgoing, Session, connected
from agent.clock import Clock
from agent.core.commands import Replay
from agent.core.errors import InvalidMessageError, JournalError, UplinkError
from agent.core.observations import Directive
from agent.core.settings import MesSettings
from agent.core.times import iso
from agent.core.topics import Topics
from agent.core.views import Reply
from agent.forwarder import Forwarder
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.presence import Presence
from agent.retry import Backoff

LOG = logging.getLogger(__name__)
FIRST_RETRY_S = 1.0
GOODBYE_S = 2.0


class CommandHead(BaseModel):
    """What must be known of a command before it is looked at: its name and until when it may run."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    command_id: str = ""
    expires_at: AwareDatetime | None = None


class Uplink:
    """Keeps the connection and knows how delivery goes."""

    def __init__(self, settings: MesSettings, topics: Topics, client_id: str, identity: dict[str, str]) -> None:
        self._settings = settings
        self._topics = topics
        self._client_id = client_id
        self._identity = identity
        self._session_no = 0
        self.online = False
        self.since: float = 0.0
        """Plant time of the last change between online and offline."""
        self.detail = "not connected yet"

    async def run(
        self, intake: Intake, journal: Journal, forwarder: Forwarder, presence: Presence, clock: Clock
    ) -> None:
        """Be connected for ever; a lost connection is tried again."""
        backoff = Backoff(FIRST_RETRY_S, self._settings.reconnect_max_s)
        self.since = clock.now().wall
        while True:
            try:
                await self._one_session(intake, journal, forwarder, presence, clock)
            except* UplinkError as group:
                reason = str(group.exceptions[0])
                if self.online:
                    backoff.succeeded()
                if backoff.failures == 0:
                    LOG.warning("%s; facts wait in the journal and it is tried again", reason)
                    self._turn(online=False, detail=reason, at=clock.now().wall)
            await asyncio.sleep(backoff.failed())

    async def _one_session(
        self, intake: Intake, journal: Journal, forwarder: Forwarder, presence: Presence, clock: Clock
    ) -> None:
        self._session_no += 1
        async with connected(self._settings, self._client_id, self._status(journal, clock, online=False)) as session:
            self._turn(online=True, detail=f"connected to {session.where}", at=clock.now().wall)
            LOG.info("connected to %s", session.where)
            session.subscribe(self._topics.subscriptions(tuple(intake.present.stations)))
            session.publish(self._status(journal, clock, online=True))
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(session.tend(), name="uplink.tend")
                    tasks.create_task(self._read(session, intake, forwarder, clock), name="uplink.read")
                    tasks.create_task(presence.run(session), name="uplink.presence")
                    tasks.create_task(forwarder.run(session), name="uplink.forward")
            except asyncio.CancelledError:
                await self._say_goodbye(session, presence, self._status(journal, clock, online=False))
                raise

    async def _read(self, session: Session, intake: Intake, forwarder: Forwarder, clock: Clock) -> None:
        """Take what the MES sends; a message is done with only when it is durable here."""
        while True:
            message = await session.incoming.get()
            try:
                if message.topic == self._topics.ack:
                    await forwarder.acknowledged(message.payload)
                elif message.topic.startswith(self._topics.commands):
                    await self._command(session, intake, forwarder, message, clock)
                else:
                    await self._directory(intake, message, clock)
            except (InvalidMessageError, JournalError) as error:
                LOG.warning("a message on %s changed nothing: %s", message.topic, error)
            message.done()

    async def _directory(self, intake: Intake, message: Incoming, clock: Clock) -> None:
        found = self._topics.directory(message.topic)
        if found is None:
            raise InvalidMessageError("nobody here reads this topic")
        wc_id, name = found
        await intake.submit(Directive(wc_id, name, message.payload, clock.now()))

    async def _command(
        self, session: Session, intake: Intake, forwarder: Forwarder, message: Incoming, clock: Clock
    ) -> None:
        name = message.topic.removeprefix(self._topics.commands)
        head = _head(message.payload)
        if head.expires_at is not None and head.expires_at < datetime.now(UTC):
            raise InvalidMessageError(f"command {head.command_id} expired at {head.expires_at}")
        client_id = f"cmd-{head.command_id}" if head.command_id else None
        directive = Directive(None, f"cmd/{name}", message.payload, clock.now(), client_id)
        reply = await intake.submit(directive)
        if reply is not None and reply.accepted and name == "replay":
            try:
                await forwarder.replay(session, Replay.model_validate_json(message.payload))
            except InvalidMessageError as error:
                reply = Reply(accepted=False, code="REPLAY_UNAVAILABLE", message=str(error))
        if reply is not None:
            outcome = "done" if reply.accepted else "refused"
            answer = {"command_id": head.command_id, "outcome": outcome, "detail": reply.message}
            session.publish(Outgoing(self._topics.answers, orjson.dumps(answer)))

    async def _say_goodbye(self, session: Session, presence: Presence, status: Outgoing) -> None:
        """Tell everybody, within a bounded time, that nobody watches any more."""
        if session.lost.done():
            return
        try:
            goodbyes = [*await presence.say_goodbye(session), session.publish(status)]
        except UplinkError:
            return
        await asyncio.wait(goodbyes, timeout=GOODBYE_S)

    def _turn(self, *, online: bool, detail: str, at: float) -> None:
        if online != self.online:
            self.since = at
        self.online, self.detail = online, detail

    def _status(self, journal: Journal, clock: Clock, *, online: bool) -> Outgoing:
        document = {
            "online": online,
            **self._identity,
            "session": self._session_no,
            "epoch": journal.marks.epoch,
            "last_seq": journal.marks.last_sequence,
            "observedtime": iso(clock.now().wall),
        }
        return Outgoing(self._topics.status, orjson.dumps(document), retain=True)


def _head(payload: bytes) -> CommandHead:
    try:
        return CommandHead.model_validate_json(payload)
    except ValidationError as error:
        raise InvalidMessageError(f"command: {error.errors(include_url=False)[0]['msg']}") from error

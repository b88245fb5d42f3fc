"""What comes from the MES over a session: acknowledgements, commands, directories, and the agent's own status."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeAlias

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from agent.alarms import Alarms
from agent.broker import Incoming, Outgoing, Session
from agent.clock import Clock
from agent.core.contract.commands import Reload, Replay
from agent.core.contract.topics import Topics
from agent.core.errors import InvalidMessageError, JournalError, UplinkError
from agent.core.facts import ConfigCause
from agent.core.observations import Directive
from agent.core.views import OF_COMMANDS, Reply
from agent.forwarder import Forwarder
from agent.intake import Intake
from agent.logs.events import Event
from agent.logs.telling import tell
from agent.resending import Resending, UnavailableError

OUR_OWN = 0x00
"""Normal disconnection: the journal is the cause, and no fact in flight is to be suspected."""
HearStatus: TypeAlias = Callable[[bytes, Session], Awaitable[None]]


class CommandHead(BaseModel):
    """What must be known of a command before it is looked at: its name and until when it may run."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    command_id: str = ""
    expires_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A replay that was taken down and is to be carried out."""

    command: Replay
    reply: Reply
    """The durable answer, if it can be."""


@dataclass(frozen=True, slots=True)
class Doers:
    """Who carries out the commands that are more than a word to the desk."""

    resending: Resending
    reload: Callable[[ConfigCause], Awaitable[str]]
    """Why it was refused; empty where it was not."""


class Inbound:
    """Reads one session after the other."""

    def __init__(
        self, topics: Topics, intake: Intake, forwarder: Forwarder, doers: Doers, clock: Clock, alarms: Alarms
    ) -> None:
        self._topics = topics
        self._intake = intake
        self._forwarder = forwarder
        self._resending = doers.resending
        self._reload = doers.reload
        self._clock = clock
        self._alarms = alarms
        self._replayed: set[str] = set()
        """Replays that were carried out to their end; one that a lost connection cut off is not among them."""

    async def read(self, session: Session, hear_status: HearStatus) -> None:
        """Take what the MES sends, until the session is lost; a message is done with only when it is durable here.

        Args:
            session: the connection.
            hear_status: takes what is said under our own identity.

        Raises:
            UplinkError: another agent is online under our identity, or a message could not be kept.
        """
        replays: asyncio.Queue[Asked] = asyncio.Queue()
        async with asyncio.TaskGroup() as tasks:
            # Beside the reading, as a long range must not keep acknowledgements waiting.
            tasks.create_task(self._replay_in_turn(session, replays), name="inbound.replay")
            while True:
                message = await session.incoming.get()
                if message.topic == self._topics.status:
                    # It may end the session: it must not come again with the next one and end that too.
                    message.done()
                    await hear_status(message.payload, session)
                    continue
                try:
                    await self._take(session, message, replays)
                except InvalidMessageError as error:
                    text = "a message on %s changed nothing: %s"
                    tell(Event.MESSAGE_REFUSED, text, message.topic, error, topic=message.topic)
                except JournalError as error:
                    if message.topic != self._topics.ack:
                        # What is not acknowledged comes again with another connection, and with no other.
                        raise UplinkError(
                            f"a message on {message.topic} could not be kept: {error}", OUR_OWN
                        ) from error
                    text = "an acknowledgement could not be kept, and the MES says it again: %s"
                    tell(Event.ACK_NOT_KEPT, text, error)
                message.done()

    async def _take(self, session: Session, message: Incoming, replays: asyncio.Queue[Asked]) -> None:
        if message.topic == self._topics.ack:
            await self._forwarder.acknowledged(message.payload)
        elif message.topic.startswith(self._topics.commands):
            await self._command(session, message, replays)
        else:
            await self._directory(message)

    def subscribe(self, session: Session) -> None:
        """Ask for everything of ours; the answer is not waited for, as some brokers deliver before they answer."""
        topics = self._topics.subscriptions(tuple(self._intake.present.stations))
        session.subscribe(topics).add_done_callback(partial(self._granted, topics))

    def _granted(self, topics: tuple[str, ...], codes: asyncio.Future[tuple[int, ...]]) -> None:
        if codes.cancelled() or codes.exception() is not None:
            return
        refused = [topic for topic, code in zip(topics, codes.result(), strict=True) if code >= 0x80]
        if refused:
            text = f"the broker does not let us read {', '.join(refused)}; change its access rules"
            self._alarms.raise_alarm("broker_refuses_reading", text)
        else:
            self._alarms.clear("broker_refuses_reading")

    async def _directory(self, message: Incoming) -> None:
        found = self._topics.directory(message.topic)
        if found is None:
            raise InvalidMessageError("nobody here reads this topic")
        wc_id, name = found
        await self._intake.submit(Directive(wc_id, name, message.payload, self._clock.now()))

    async def _command(self, session: Session, message: Incoming, replays: asyncio.Queue[Asked]) -> None:
        name = message.topic.removeprefix(self._topics.commands)
        head = _head(message.payload)
        if not session.trusted:
            raise InvalidMessageError(
                f"command {name} came over a link that proves nobody's identity; commands need TLS with a "
                "certificate or a password, or a broker on this PC"
            )
        if head.expires_at is not None and head.expires_at < datetime.now(UTC):
            raise InvalidMessageError(f"command {head.command_id} expired at {head.expires_at}")
        client_id = f"{OF_COMMANDS}{head.command_id}" if head.command_id else None
        known = None if client_id is None else await self._intake.answer(client_id)
        reply = known or await self._run(name, message.payload, client_id)
        assert reply is not None
        if reply.accepted and name == "replay" and head.command_id not in self._replayed:
            replays.put_nowait(Asked(Replay.model_validate_json(message.payload), reply))
        else:
            await self._answer(session, head.command_id, reply)

    async def _run(self, name: str, payload: bytes, client_id: str | None) -> Reply | None:
        refused = ""
        if name == "reload" and self._may_reload(payload):
            refused = await self._reload("command")
        command = Directive(None, f"cmd/{name}", payload, self._clock.now(), client_id, refused)
        return await self._intake.submit(command)

    def _may_reload(self, payload: bytes) -> bool:
        """What is not allowed, or no such command, is refused by the desk before anything is done."""
        try:
            Reload.model_validate_json(payload)
        except ValidationError:
            return False
        return "reload" in self._intake.present.desk.commands

    async def _replay_in_turn(self, session: Session, replays: asyncio.Queue[Asked]) -> None:
        while True:
            asked = await replays.get()
            reply, unavailable = asked.reply, None
            try:
                await self._resending.replay(session, asked.command)
                self._replayed.add(asked.command.command_id)
            except InvalidMessageError as error:
                self._replayed.add(asked.command.command_id)
                reply = Reply(accepted=False, code="REPLAY_UNAVAILABLE", message=str(error))
                unavailable = error if isinstance(error, UnavailableError) else None
            except JournalError as error:
                reply = Reply(accepted=False, code="JOURNAL_FAILED", message=str(error))
            await self._answer(session, asked.command.command_id, reply, unavailable)

    async def _answer(
        self, session: Session, command_id: str, reply: Reply, gone: UnavailableError | None = None
    ) -> None:
        answer: dict[str, Any] = {
            "command_id": command_id,
            "outcome": "done" if reply.accepted else "refused",
            "detail": reply.message,
        }
        if gone is not None:
            answer["unavailable"] = {"epoch": gone.epoch, "from": gone.first, "to": gone.last}
        await session.room()
        session.publish(Outgoing(self._topics.answers, orjson.dumps(answer)))


def _head(payload: bytes) -> CommandHead:
    try:
        return CommandHead.model_validate_json(payload)
    except ValidationError as error:
        raise InvalidMessageError(f"command: {error.errors(include_url=False)[0]['msg']}") from error

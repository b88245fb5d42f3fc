"""A broker that answers each message as the test wants, hangs up on some, and confirms in the place of the MES."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.agent.parts import AGENT
from tests.agent.stub_broker import PUBACK, StubBroker, _packet

Events = list[dict[str, Any]]


def events(payload: bytes) -> Events:
    document = json.loads(payload)
    return document if isinstance(document, list) else [document]


def has(number: int) -> Callable[[Events], bool]:
    """Whether the fact with this number is among them, itself and no stand-in."""
    return lambda found: any(int(event["id"].replace("-", ""), 16) == number for event in found)


@dataclass
class MoodyBroker(StubBroker):
    """Receives one agent; `code` is for what `answers` leaves alone."""

    answers: Callable[[Events], int | None] = lambda _: None
    """Reason code for a message with these facts, None for `code`."""
    hangs_up_on: Callable[[Events], bool] = lambda _: False
    """Ends the connection instead of an answer to a message with these facts."""
    parting: int | None = None
    """Reason code of its DISCONNECT; None: it just ends."""
    confirms: bool = False
    """Says in the place of the MES that it has what it took, whatever the broker answered."""
    stored: dict[int, dict[str, Any]] = field(default_factory=dict)
    """By sequence what was taken."""
    repeated: int = 0
    """Facts that came although they were stored."""
    _heard: dict[bytes, Events] = field(default_factory=dict)

    def _take_publish(self, body: bytes, writer: asyncio.StreamWriter) -> None:
        super()._take_publish(body, writer)
        topic, payload = self.published[-1]
        end = 2 + int.from_bytes(body[:2], "big")
        self._heard[body[end : end + 2]] = events(payload) if "/evt" in topic else []

    async def _answer(self, mid: bytes, writer: asyncio.StreamWriter, *, is_fact: bool) -> None:
        found = self._heard[mid]
        if found and self.hangs_up_on(found):
            if self.parting is not None:
                writer.write(_packet(0xE0, bytes((self.parting, 0))))
            writer.close()
            return
        given = self.answers(found) if found else 0
        code = self.code if given is None else given
        await asyncio.sleep(self.delay_s)
        self._in_flight -= 1
        self._facts_in_flight -= is_fact
        writer.write(_packet(PUBACK << 4, mid + bytes((code, 0))))
        if code < 0x80:
            self._store(found)

    def _store(self, found: Events) -> None:
        for event in found:
            self.repeated += int(event["sequence"]) in self.stored
            self.stored[int(event["sequence"])] = event
        if found and self.confirms:
            self.confirm(found[-1]["source"].rpartition(":")[2])

    def confirm(self, epoch: str) -> None:
        through = 0
        while through + 1 in self.stored:
            through += 1
        self.send(f"{AGENT}/ack", orjson.dumps({"epoch": epoch, "through": through, "rejected": []}))

    def withheld(self) -> dict[int, str]:
        """By sequence the reason of each stand-in that was taken."""
        return {
            number: event["data"]["reason"]
            for number, event in sorted(self.stored.items())
            if event["type"] == "io.lineside.edge.fact.withheld.v1"
        }

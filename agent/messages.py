"""Facts as MQTT messages: one by one on their own topics, or as batches on the agent's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.broker import Outgoing
from agent.core.contract.envelope import BATCH_CONTENT_TYPE, CONTENT_TYPE, Envelopes, Row
from agent.core.contract.topics import Topics

BATCH_BYTES = 60_000
HEAD_BYTES = 1_000
"""More than topic and properties of one message take."""


@dataclass(frozen=True, slots=True)
class Message:
    """Some facts of one epoch, in order, as one MQTT message."""

    outgoing: Outgoing
    first: int
    """Position of the first of them."""
    last: int

    @property
    def is_single(self) -> bool:
        """Whether it holds one fact only."""
        return self.first == self.last


class Messages:
    """Makes the messages of one agent."""

    def __init__(self, topics: Topics, envelopes: Envelopes) -> None:
        self._topics = topics
        self._envelopes = envelopes

    def single(self, row: Row) -> Message:
        """One fact on the topic of its work center and family."""
        topic = self._topics.events if row.wc_id is None else self._topics.event(row.wc_id, row.family)
        return Message(Outgoing(topic, self._envelopes.wrap(row), CONTENT_TYPE), row.position, row.position)

    def singles(self, rows: Iterable[Row]) -> Iterator[Message]:
        """Each fact by itself."""
        return (self.single(row) for row in rows)

    def batches(self, rows: Iterable[Row], max_packet: int) -> Iterator[Message]:
        """As few messages as their size allows; a fact that fills one alone goes out by itself.

        Args:
            rows: facts in order.
            max_packet: bytes that the broker takes in one packet.
        """
        most = min(BATCH_BYTES, max_packet - HEAD_BYTES)
        events: list[bytes] = []
        gathered: list[Row] = []
        size = 0
        for row in rows:
            event = self._envelopes.wrap(row)
            if gathered and size + len(event) > most:
                yield self._batch(events, gathered)
                events, gathered, size = [], [], 0
            events.append(event)
            gathered.append(row)
            size += len(event) + 1
        if gathered:
            yield self._batch(events, gathered)

    def _batch(self, events: list[bytes], rows: list[Row]) -> Message:
        if len(rows) == 1:
            return self.single(rows[0])
        payload = b"".join((b"[", b",".join(events), b"]"))
        outgoing = Outgoing(self._topics.events, payload, BATCH_CONTENT_TYPE)
        return Message(outgoing, rows[0].position, rows[-1].position)

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from agent.core.contract.envelope import BATCH_CONTENT_TYPE, CONTENT_TYPE, Envelopes, Row
from agent.core.contract.topics import Topics
from agent.messages import BATCH_BYTES, HEAD_BYTES, Message, Messages

TOPICS = Topics("l/v1/acme/ala1", "l/v1/acme/ala1/hall-1", "l/v1/acme/ala1/agents/edge-1")
MESSAGES = Messages(TOPICS, Envelopes("ala1", "edge-1"))


def row(position: int, size: int = 10, *, wc_id: str | None = "PRESS-1") -> Row:
    at = "2026-03-04T05:00:00.000Z"
    data = json.dumps({"text": "x" * size}).encode()
    subject = f"{wc_id or '-'}/-/-"
    identity = position.to_bytes(16, "big")
    return Row(position, "e1", position, identity, "stop.opened", subject, at, at, at, f"k{position}", None, None, data)


def positions(message: Message) -> list[int]:
    document = json.loads(message.outgoing.payload)
    return [int(event["sequence"]) for event in (document if isinstance(document, list) else [document])]


def test_a_single_fact_goes_on_the_topic_of_its_family_and_of_the_agent_where_it_has_no_work_center() -> None:
    live, own = MESSAGES.single(row(7)), MESSAGES.single(row(8, wc_id=None))
    assert (live.outgoing.topic, live.outgoing.content_type) == ("l/v1/acme/ala1/hall-1/PRESS-1/evt/stop", CONTENT_TYPE)
    assert own.outgoing.topic == TOPICS.events
    assert (live.first, live.last, live.is_single) == (7, 7, True)


def test_a_batch_says_what_it_is_and_a_batch_of_one_is_none() -> None:
    [batch] = MESSAGES.batches([row(1), row(2)], 10**6)
    assert (batch.outgoing.topic, batch.outgoing.content_type) == (TOPICS.events, BATCH_CONTENT_TYPE)
    assert (batch.first, batch.last, batch.is_single) == (1, 2, False)
    assert list(MESSAGES.batches([row(1)], 10**6)) == [MESSAGES.single(row(1))]
    assert list(MESSAGES.batches([], 10**6)) == []


@given(st.lists(st.integers(0, 30_000), max_size=30), st.integers(100, 100_000))
def test_batches_hold_every_fact_once_in_order_and_stay_within_their_size(sizes: list[int], max_packet: int) -> None:
    rows = [row(number, size) for number, size in enumerate(sizes, 1)]
    made = list(MESSAGES.batches(rows, max_packet))
    assert [position for message in made for position in positions(message)] == [one.position for one in rows]
    assert all(positions(message) == list(range(message.first, message.last + 1)) for message in made)
    most = min(BATCH_BYTES, max_packet - HEAD_BYTES) + 2
    assert all(message.is_single or len(message.outgoing.payload) <= most for message in made)
    for message in made:
        if not message.is_single:
            assert message.outgoing.packet_size(v5=True, qos=1) <= max_packet

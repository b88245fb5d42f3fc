"""The CloudEvents envelope of a committed fact."""

import json
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from agent.core.contract.envelope import Envelopes, Row

ID = UUID("019cb763-1a00-7000-8000-000000000001")
ROW = Row(
    position=1042,
    epoch="e1",
    sequence=42,
    id=ID.bytes,
    type="stop.opened",
    subject="WC-1/PO-1/10",
    time="2026-03-04T05:00:00.000Z",
    observedtime="2026-03-04T05:00:05.000Z",
    recordedtime="2026-03-04T05:00:05.010Z",
    dedupkey="stop:e1:WC-1:1772600400000:opened",
    correlationid="stop-1",
    causationid=None,
    data=b'{"stop_id":"stop-1"}',
)
ENVELOPES = Envelopes("almaty", "pc-7")


def test_a_fact_travels_with_everything_that_the_contract_names() -> None:
    assert json.loads(ENVELOPES.wrap(ROW)) == {
        "specversion": "1.0",
        "id": str(ID),
        "source": "urn:lineside:almaty:pc-7:e1",
        "type": "io.lineside.edge.stop.opened.v1",
        "subject": "WC-1/PO-1/10",
        "time": "2026-03-04T05:00:00.000Z",
        "observedtime": "2026-03-04T05:00:05.000Z",
        "recordedtime": "2026-03-04T05:00:05.010Z",
        "sequence": "00000000000000000042",
        "dedupkey": "stop:e1:WC-1:1772600400000:opened",
        "partitionkey": "WC-1",
        "correlationid": "stop-1",
        "datacontenttype": "application/json",
        "dataschema": "urn:lineside:schema:stop.opened:v1",
        "data": {"stop_id": "stop-1"},
    }


def test_each_epoch_is_a_source_of_its_own() -> None:
    sources = [json.loads(ENVELOPES.wrap(ROW._replace(epoch=epoch)))["source"] for epoch in ("e1", "e2", "e1")]
    assert sources == [f"urn:lineside:almaty:pc-7:{epoch}" for epoch in ("e1", "e2", "e1")]


def test_a_fact_about_the_agent_is_partitioned_by_the_agent() -> None:
    event = json.loads(ENVELOPES.wrap(ROW._replace(subject="-/-/-", correlationid=None, causationid="c-1")))
    assert (event["partitionkey"], event["causationid"], "correlationid" in event) == ("pc-7", "c-1", False)


def test_the_work_center_is_the_first_part_of_the_subject_whatever_the_order_is_called() -> None:
    assert ROW._replace(subject="WC-1/PO/1/10").wc_id == "WC-1"
    assert ROW._replace(subject="-/-/-").wc_id is None


@given(st.text(), st.text(min_size=1))
def test_texts_of_the_floor_cannot_break_the_envelope(subject: str, key: str) -> None:
    event = json.loads(ENVELOPES.wrap(ROW._replace(subject=f"WC-1/{subject}", dedupkey=key, correlationid=key)))
    assert (event["subject"], event["dedupkey"], event["correlationid"]) == (f"WC-1/{subject}", key, key)
    assert event["data"] == {"stop_id": "stop-1"}

"""The examples of the contract's page are facts and messages as the schemas say them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from agent.core.contract.acknowledgements import Ack
from agent.core.contract.commands import Replay
from agent.core.contract.envelope import TYPE_PREFIX
from agent.core.contract.published import asyncapi, event_schema, fact_schemas
from agent.core.contract.standing import Status
from agent.core.directories import Figures
from agent.core.facts import FACT_TYPES
from tests.floor.examples import WHOLE, WITHHELD, examples, messages, withheld

EXAMPLES, MESSAGES = list(examples()), list(messages())
SHOWN = {type_: event for type_, event in EXAMPLES if event is not None}
SAID = {topic: message for topic, message in MESSAGES if message is not None}
TAKE_THEM = "run `python -m tests.floor.examples`"
MODELS = {fact.TYPE: fact for fact in FACT_TYPES}
NAMES = {"status": "status", "ack": "ack", "res": "answer"}
READERS: dict[str, type[BaseModel]] = {"ack": Ack, "cmd/replay": Replay, "dir/figures": Figures, "status": Status}


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) > 14
    assert {topic for topic, _ in MESSAGES} == {"status", "ack", "cmd/replay", "res", "dir/figures"}


@pytest.mark.parametrize(("type_", "event"), EXAMPLES, ids=[type_ for type_, _ in EXAMPLES])
def test_an_example_is_a_fact_as_the_schemas_say(type_: str, event: dict[str, Any] | None) -> None:
    assert event is not None, TAKE_THEM
    if type_ == WHOLE:
        assert event["type"] == f"{TYPE_PREFIX}{type_}.v1"
        Draft202012Validator(event_schema()).validate(event)
    data = event["data"] if type_ == WHOLE else event
    Draft202012Validator(fact_schemas()[f"{type_}.v1.json"]).validate(data)
    assert MODELS[type_].model_validate(data), "the agent says nothing beside its model"


@pytest.mark.parametrize(("topic", "message"), MESSAGES, ids=[topic for topic, _ in MESSAGES])
def test_a_message_is_one_as_the_schemas_say(topic: str, message: dict[str, Any] | None) -> None:
    assert message is not None, TAKE_THEM
    if topic in NAMES:
        Draft202012Validator(asyncapi("0")["components"]["messages"][NAMES[topic]]["payload"]).validate(message)
    if topic in READERS:
        assert READERS[topic].model_validate_json(json.dumps(message))


def test_a_fact_is_followed_through_the_exchange() -> None:
    whole, asked, answer = SHOWN[WHOLE], SAID["cmd/replay"], SAID["res"]
    epoch, sequence = whole["source"].rpartition(":")[2], int(whole["sequence"])
    assert (SAID["ack"]["epoch"], asked["epoch"]) == (epoch, epoch)
    assert SAID["ack"]["through"] > sequence
    assert asked["from"] == sequence + 1
    assert answer["command_id"] == asked["command_id"]
    assert SHOWN[WITHHELD] == withheld(whole)["data"]


def test_summary_digest_and_figures_are_of_the_same_facts() -> None:
    summary, digest, figures = SHOWN["shift.summary"], SHOWN["reconciliation.digest"], SAID["dir/figures"]
    assert (summary["facts"], summary["ids_chain"]) == (digest["facts"], digest["ids_chain"])
    sums = ("order_id", "op_no", "lot_id", "qty_good", "qty_scrap", "qty_rework")
    ours = [[row[name] for name in sums] for row in digest["rows"] if row["shift"] is not None]
    theirs = [[row[name] for name in sums] for row in figures["rows"]]
    assert sorted(ours, key=str) == sorted(theirs, key=str)

"""The examples of the contract's page are facts as the schemas say them."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from agent.core.envelope import TYPE_PREFIX
from agent.core.published import event_schema, fact_schemas
from tests.floor.examples import WHOLE, examples

EXAMPLES = list(examples())


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) > 5


@pytest.mark.parametrize(("type_", "event"), EXAMPLES, ids=[type_ for type_, _ in EXAMPLES])
def test_an_example_is_a_fact_as_the_schemas_say(type_: str, event: dict[str, object] | None) -> None:
    assert event is not None, "run `python -m tests.floor.examples`"
    if type_ == WHOLE:
        assert event["type"] == f"{TYPE_PREFIX}{type_}.v1"
        Draft202012Validator(event_schema()).validate(event)
    Draft202012Validator(fact_schemas()[f"{type_}.v1.json"]).validate(event["data"] if type_ == WHOLE else event)

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agent.configuration import load
from agent.core.contract.ownership import FOREIGN, OWN
from agent.core.contract.published import asyncapi, configuration_schema, event_schema, schemas
from agent.core.contract.published_directories import message_of
from agent.core.directories.kinds import KINDS
from agent.core.facts import FACT_TYPES, FactData
from agent.core.facts.materials import LotPart
from tests.contract.generated import ROOT, documents

EXAMPLES = sorted((ROOT / "config").glob("*.toml"))


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_published_files_say_what_the_models_say(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == documents()[path], "run `make generated`"


def test_no_schema_is_left_of_a_fact_that_is_gone() -> None:
    assert {path.name for path in (ROOT / "docs" / "schemas").iterdir()} == set(schemas())


@pytest.mark.parametrize("name", schemas())
def test_each_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(schemas()[name])


@pytest.mark.parametrize("name", ["event.v1.json", *(f"{fact.TYPE}.v1.json" for fact in FACT_TYPES)])
def test_what_a_newer_agent_adds_to_a_fact_is_no_error(name: str) -> None:
    closed = [part for part in _parts(schemas()[name]) if part.get("additionalProperties") is False]
    assert closed == []


def test_a_type_that_is_not_known_yet_has_the_form_of_an_event() -> None:
    pattern = event_schema()["properties"]["type"]["pattern"]
    for kind in (*(fact.TYPE for fact in FACT_TYPES), "robot.danced"):
        assert re.search(pattern, f"io.lineside.edge.{kind}.v1")
    assert not re.search(pattern, "com.example.robot.danced.v1")


@pytest.mark.parametrize("fact", FACT_TYPES, ids=lambda fact: fact.TYPE)
def test_what_every_fact_has_is_promised(fact: type[FactData]) -> None:
    schema = schemas()[f"{fact.TYPE}.v1.json"]
    assert {"keys", "quality", "versions", "shift"} <= set(schema["required"])
    for name in ("Keys", "FactQuality", "Versions"):
        assert schema["$defs"][name]["required"] == list(schema["$defs"][name]["properties"])


def test_what_is_published_refers_to_nothing_that_is_not() -> None:
    documents = [*schemas().values(), asyncapi("0")]
    said = [part["description"] for one in documents for part in _parts(one) if "description" in part]
    assert [text for text in said if re.search(r"domain\.md|requirements? \d|\b[RKGDF]\d+\b", str(text))] == []


@pytest.mark.parametrize(
    ("value", "said"),
    [("1E+3", "1000"), ("1E-7", "0.0000001"), ("-0", "0"), ("-0.00", "0.00"), ("1.50", "1.50"), ("-2", "-2")],
)
def test_a_decimal_is_told_without_an_exponent(value: str, said: str) -> None:
    part = LotPart(lot_id="L-1", qty=Decimal(value)).model_dump_json()
    assert json.loads(part)["qty"] == said


def _parts(document: object) -> Iterator[dict[str, Any]]:
    """Every object in a document."""
    if isinstance(document, dict):
        yield document
        document = list(document.values())
    if isinstance(document, list):
        for part in document:
            yield from _parts(part)


def test_there_is_an_example_configuration() -> None:
    assert [path.name for path in EXAMPLES] == ["lineside.toml"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_example_configurations_load_and_fit_their_schema(path: Path) -> None:
    assert load(path).machine
    document = json.loads(json.dumps(tomllib.loads(path.read_text(encoding="utf-8"))))
    Draft202012Validator(configuration_schema()).validate(document)


def test_each_channel_has_the_parameters_of_its_address_and_messages_that_are_there() -> None:
    document = asyncapi("0")
    for name, channel in document["channels"].items():
        assert set(channel["parameters"]) == set(re.findall(r"\{(\w+)\}", channel["address"])), name
        for message in channel["messages"].values():
            assert message["$ref"].removeprefix("#/components/messages/") in document["components"]["messages"]
    assert len({channel["address"] for channel in document["channels"].values()}) == len(document["channels"])


def test_each_kind_of_object_has_a_channel_and_a_schema_that_is_there() -> None:
    document = asyncapi("0")
    addresses = [channel["address"] for channel in document["channels"].values()]
    for kind in KINDS.values():
        for topic in kind.topics:
            assert any(address.endswith(f"/dir/{topic}") for address in addresses), topic
        assert message_of(kind) in document["components"]["messages"]
    for message in document["components"]["messages"].values():
        payload = message["payload"]
        if set(payload) == {"$ref"} and not payload["$ref"].startswith("#"):
            assert (ROOT / "docs" / payload["$ref"]).is_file()


def test_each_object_has_one_owner() -> None:  # requirements 5 and 13
    assert set(FOREIGN) == set(KINDS)
    families = [family for each in OWN.values() for family in each]
    assert len(set(families)) == len(families)
    assert {fact.TYPE.partition(".")[0] for fact in FACT_TYPES} == set(families)

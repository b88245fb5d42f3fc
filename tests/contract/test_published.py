from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from agent.configuration import load
from agent.core.directories.kinds import KINDS
from agent.core.facts import FACT_TYPES
from agent.core.ownership import FOREIGN, OWN
from agent.core.published import asyncapi, configuration_schema, schemas
from agent.core.published_directories import message_of
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

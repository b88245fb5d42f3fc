from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from agent.configuration import load
from agent.core.published import configuration_schema, fact_schemas
from tests.contract.generated import ROOT, documents

EXAMPLES = sorted((ROOT / "config").glob("*.toml"))


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_published_files_say_what_the_models_say(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == documents()[path], "run `make generated`"


def test_no_schema_is_left_of_a_fact_that_is_gone() -> None:
    assert {path.name for path in (ROOT / "docs" / "schemas").iterdir()} == set(fact_schemas())


@pytest.mark.parametrize("name", fact_schemas())
def test_each_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(fact_schemas()[name])


def test_there_is_an_example_configuration() -> None:
    assert [path.name for path in EXAMPLES] == ["lineside.toml"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_example_configurations_load_and_fit_their_schema(path: Path) -> None:
    assert load(path).machine
    document = json.loads(json.dumps(tomllib.loads(path.read_text(encoding="utf-8"))))
    Draft202012Validator(configuration_schema()).validate(document)

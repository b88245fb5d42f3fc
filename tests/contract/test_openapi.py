"""The published local API is a document of OpenAPI 3.1 and says what the routes say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from agent.api_page import page
from agent.core.contract.local_routes import ROUTES, Other
from agent.core.contract.openapi import openapi
from agent.core.views import EntryBody, Reply

DOCUMENT = openapi("0")
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = {operation["operationId"]: operation for path in DOCUMENT["paths"].values() for operation in path.values()}


def parts(document: object) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        yield document
        document = list(document.values())
    if isinstance(document, list):
        for part in document:
            yield from parts(part)


def referred(reference: str) -> object:
    found: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def test_it_has_what_openapi_3_1_asks_of_a_document() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    assert all(path.startswith("/") for path in DOCUMENT["paths"])
    for path in DOCUMENT["paths"].values():
        assert path.keys() <= {"get", "post"}
    for operation in OPERATIONS.values():
        assert all(re.fullmatch("[1-5][0-9]{2}", status) for status in operation["responses"])
        assert all("description" in response for response in operation["responses"].values())
        for parameter in operation.get("parameters", ()):
            assert (parameter["in"], isinstance(parameter["required"], bool)) == ("query", True)
            assert parameter.keys() >= {"name", "schema"}
    assert all(re.fullmatch(r"[a-zA-Z0-9._-]+", name) for name in SCHEMAS)


def test_each_schema_is_a_schema() -> None:
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)


def test_all_that_is_referred_to_is_there_and_all_that_is_there_is_referred_to() -> None:
    used = {part["$ref"] for part in parts(DOCUMENT) if isinstance(part.get("$ref"), str)}
    assert all(isinstance(referred(reference), dict) for reference in used)
    assert {f"#/components/schemas/{name}" for name in SCHEMAS} <= used


def test_it_refers_to_no_paper_that_is_not_published() -> None:
    said = [part["description"] for part in parts(DOCUMENT) if isinstance(part.get("description"), str)]
    assert [text for text in said if re.search(r"domain\.md|requirements? \d|\b[RKGDF]\d+\b", text)] == []


def test_names_and_paths_stand_once_and_in_the_documents_order() -> None:
    assert [route.name for route in ROUTES] == list(OPERATIONS)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


def test_who_may_is_told_of_each_route() -> None:
    assert {name for name, one in OPERATIONS.items() if one["x-who"] == "trusted"} == {"retry_parked"}
    for name, operation in OPERATIONS.items():
        assert ("401" in operation["responses"]) == ("security" in operation) == (name in {"entries", "scans"})


@pytest.mark.parametrize("body", [{}, {"client_id": "c" * 8, "wc_id": "W", "action": "lock", "extra": 1}])
def test_a_body_that_the_schema_refuses_is_refused_by_the_agent(body: dict[str, object]) -> None:
    validator = Draft202012Validator({**SCHEMAS["EntryBody"], "components": DOCUMENT["components"]})
    assert not validator.is_valid(body)
    with pytest.raises(ValidationError):
        EntryBody.model_validate(body)
    assert validator.is_valid({"client_id": "c" * 8, "wc_id": "W", "action": "lock"})


def test_an_answer_fits_its_schema() -> None:
    reply = Reply(accepted=True, code="ok", message="Locked.").model_dump(mode="json")
    Draft202012Validator({**SCHEMAS["Reply"], "components": DOCUMENT["components"]}).validate(reply)


def test_the_page_has_each_route_and_schema_and_needs_nothing_else() -> None:
    html = page(DOCUMENT)
    for route in ROUTES:
        assert f'id="{route.name}"' in html
        if not isinstance(route.answer, Other):
            assert f'id="schema-{route.answer.__name__}"' in html
    assert set(re.findall(r'href="(#[^"]*)"', html)) <= {f"#{name}" for name in re.findall(r' id="([^"]*)"', html)}
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"|@import|url\(", html) == []

"""The local API as an OpenAPI 3.1 document, made from its routes and models: it cannot say anything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from agent.core.contract.envelope import CONTENT_TYPE
from agent.core.contract.local_routes import ROUTES, Other, Query, Route, problems
from agent.core.contract.published import event_schema
from agent.core.contract.published_forms import in_words
from agent.core.views import API_VERSION, Problem

Document: TypeAlias = dict[str, Any]
VERSION_HEADER: Final = "Lineside-Api"
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
REFERENCE: Final = "#/components/schemas/{model}"
HEADERS: Final = {VERSION_HEADER: {"$ref": f"#/components/headers/{VERSION_HEADER}"}}
WHO: Final = {
    "anybody": "Anybody who may open the socket.",
    "session": "Anybody; with the token of a session it is done by its holder.",
    "trusted": "Root, the agent's user and members of lineside-admin.",
}


def openapi(version: str) -> Document:
    """The whole local API.

    Args:
        version: of the agent that serves it.
    """
    schemas, references = _schemas()
    paths: Document = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method] = _operation(route, references)
    event = {name: part for name, part in event_schema().items() if name not in {"$schema", "$id"}}
    document: Document = in_words(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Lineside agent, local API",
                "version": version,
                "description": "HTTP over the agent's Unix socket. docs/local-api.md says who acts and who is trusted.",
            },
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "servers": [{"url": "http://agent", "description": "curl --unix-socket /run/lineside/agent.sock"}],
            "paths": paths,
            "components": {
                "schemas": {"Event": event, **schemas},
                "headers": {VERSION_HEADER: _version_header()},
                "securitySchemes": {"session": _session()},
            },
        }
    )
    return document


def _schemas() -> tuple[Document, Mapping[object, Document]]:
    """Those of all models, and where each is found."""
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "serialization")]
    for route in ROUTES:
        if route.body is not None:
            wanted.append((route.body, "validation"))
        if not isinstance(route.answer, Other):
            wanted.append((route.answer, "serialization"))
    found, schema = models_json_schema(list(dict.fromkeys(wanted)), ref_template=REFERENCE)
    return schema["$defs"], {model: reference for (model, _), reference in found.items()}


def _operation(route: Route, references: Mapping[object, Document]) -> Document:
    operation: Document = {
        "operationId": route.name,
        "summary": route.summary,
        "description": f"For: {WHO[route.who]}",
        "x-who": route.who,
    }
    if route.who == "session":
        operation["security"] = [{}, {"session": []}]
    if route.query:
        operation["parameters"] = [_parameter(query) for query in route.query]
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": references[route.body]}}}
    operation["responses"] = _responses(route, references)
    return operation


def _parameter(query: Query) -> Document:
    return {
        "name": query.name,
        "in": "query",
        "description": query.description,
        "required": query.required,
        "schema": {"type": query.kind},
    }


def _responses(route: Route, references: Mapping[object, Document]) -> Document:
    answer, status = route.answer, "101" if route.name == "live" else "200"
    if isinstance(answer, Other):
        events = {"type": "array", "items": {"$ref": REFERENCE.format(model="Event")}, "contentMediaType": CONTENT_TYPE}
        schema = events if answer.events else {"type": "object"} if answer.content_type == JSON else {"type": "string"}
        told: Document = {"description": answer.description, "content": {answer.content_type: {"schema": schema}}}
    else:
        told = {"description": "The answer." if status == "200" else "Each message is one of these."}
        told["content"] = {JSON: {"schema": references[answer]}}
    # Health says in plain words what is wrong, too.
    problem = told["content"] if route.name == "health" else {PROBLEM: {"schema": references[Problem]}}
    refused = {
        str(code): {"description": text, "headers": HEADERS, "content": problem}
        for code, text in problems(route).items()
    }
    return {status: {**told, "headers": HEADERS}, **refused}


def _version_header() -> Document:
    return {
        "description": "The version of the API that answers. A client made for another one does not go on.",
        "required": True,
        "schema": {"type": "integer", "const": API_VERSION},
    }


def _session() -> Document:
    return {
        "type": "http",
        "scheme": "bearer",
        "description": "The `session` of the answer to a badge or a PIN. It counts at one work center, for one person.",
    }

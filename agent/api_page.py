"""The OpenAPI document as a page that needs nothing else: it is read through `curl`, on a PC without a network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any, Final, TypeAlias

Document: TypeAlias = dict[str, Any]
STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff; }
h2 { border-top: 1px solid #888; padding-top: 1rem; } code { font-size: 0.95em; }
table { border-collapse: collapse; width: 100%; } td, th { border: 1px solid #888; padding: 0.3rem 0.6rem; text-align: left;
vertical-align: top; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #111; } a { color: #8cf; } }
"""  # noqa: E501 - a style sheet


def page(document: Document) -> str:
    """The whole page."""
    info = document["info"]
    title = f"{info['title']} {info['version']}"
    parts = "\n".join([*_contents(document), *_operations(document), *_schemas(document)])
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body><h1>{escape(title)}</h1><p>{escape(info['description'])}</p>\n"
        f"{parts}\n</body></html>\n"
    )


def _contents(document: Document) -> Iterator[str]:
    yield "<ul>"
    for method, path, operation in _each(document):
        where = escape(operation["operationId"])
        yield f'<li><a href="#{where}"><code>{method} {escape(path)}</code></a> {escape(operation["summary"])}</li>'
    yield "</ul>"


def _operations(document: Document) -> Iterator[str]:
    for method, path, operation in _each(document):
        yield f'<h2 id="{escape(operation["operationId"])}"><code>{method} {escape(path)}</code></h2>'
        yield f"<p>{escape(operation['summary'])} {escape(operation['description'])}</p>"
        asked = operation.get("parameters", ())
        rows = [(one["name"], "needed" if one["required"] else "", escape(one["description"])) for one in asked]
        yield from _table(("query", "", ""), rows)
        if "requestBody" in operation:
            yield f"<p>Body: {_kind(_schema(operation['requestBody']))}</p>"
        answers = operation["responses"].items()
        yield from _table(
            ("status", "", ""), [(status, _kind(_schema(one)), escape(one["description"])) for status, one in answers]
        )


def _schemas(document: Document) -> Iterator[str]:
    for name, schema in document["components"]["schemas"].items():
        yield f'<h2 id="schema-{escape(name)}">{escape(name)}</h2><p>{escape(schema.get("description", ""))}</p>'
        if "enum" in schema:
            yield f"<p>{', '.join(escape(str(value)) for value in schema['enum'])}</p>"
        needed = schema.get("required", ())
        fields = schema.get("properties", {}).items()
        rows = [
            (f"{field}{' *' if field in needed else ''}", _kind(one), escape(one.get("description", "")))
            for field, one in fields
        ]
        yield from _table(("field", "* needed", ""), rows)


def _each(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _table(head: tuple[str, str, str], rows: list[tuple[str, str, str]]) -> Iterator[str]:
    """The second and third column are HTML already."""
    if rows:
        yield f"<table><tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>"
        for first, second, third in rows:
            yield f"<tr><td><code>{escape(first)}</code></td><td>{second}</td><td>{third}</td></tr>"
        yield "</table>"


def _schema(content: Document) -> Document:
    """Of the one form in which something is sent."""
    (form,) = content["content"].values()
    schema: Document = form["schema"]
    return schema


def _kind(schema: Document) -> str:
    """What a value is, as HTML."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return ", ".join(f"<code>{escape(str(one))}</code>" for one in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        items = schema.get("items") or schema.get("prefixItems", [{}])[0]
        return f"list of {_kind(items)}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"{_kind(schema['additionalProperties'])} by name"
    return escape(str(schema.get("format") or schema.get("type", "any")))

"""The forms of messages as whoever reads them needs them: open to what a newer agent adds, in words of their own."""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

Document: TypeAlias = dict[str, Any]
ALWAYS_THERE: Final = ("keys", "quality", "versions", "shift")
"""Blocks that every fact has ever had."""
WHOLE: Final = frozenset({"Keys", "FactQuality", "Versions"})
"""Of these every field: null where it does not apply."""
_RULE = r"(?:domain\.md )?[A-Z]\d+(?:, (?:[A-Z]\d+|[A-Z][a-z]+))*"
_REFERENCE: Final = re.compile(rf"\s*\((?:{_RULE}|domain\.md|requirements? \d+(?:(?:, | and | to )\d+)*)\)")
"""Of a sentence to the rule behind it, which readers of the code have."""


def open_form(schema: Document) -> Document:
    """The form of a fact's data for a consumer: fields that it does not know are no error, some are always there."""
    form: Document = in_words(_open(schema))
    form["required"] = [*form.get("required", ()), *(name for name in ALWAYS_THERE if name not in form["required"])]
    for name, block in form.get("$defs", {}).items():
        if name in WHOLE:
            block["required"] = list(block["properties"])
    return form


def in_words(document: Any) -> Any:  # noqa: ANN401 - any part of a document
    """With descriptions that refer to nothing outside the published contract, each in one line."""
    if isinstance(document, list):
        return [in_words(part) for part in document]
    if not isinstance(document, dict):
        return document
    return {
        name: _said(part) if name in {"description", "summary"} and isinstance(part, str) else in_words(part)
        for name, part in document.items()
    }


def _said(text: str) -> str:
    return " ".join(_REFERENCE.sub("", text).split())


def _open(part: Any) -> Any:  # noqa: ANN401 - any part of a schema
    if isinstance(part, list):
        return [_open(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: _open(one) for name, one in part.items() if not (name == "additionalProperties" and one is False)}

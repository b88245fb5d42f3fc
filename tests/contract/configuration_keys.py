"""Every key that the configuration has or ever had: one that is gone needs a step in `agent/migrating.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.core.contract.published import configuration_schema

FILE = Path(__file__).parent / "configuration_keys.txt"


def known() -> list[str]:
    """What was written down so far."""
    return FILE.read_text(encoding="utf-8").split() if FILE.exists() else []


def present() -> set[str]:
    """What the schema has now, such as `machine.stop.stop_confirm_s`."""
    schema = configuration_schema()
    return set(_keys(schema, schema["$defs"], ()))


def text() -> str:
    """Nothing is ever taken out."""
    return "\n".join(sorted({*known(), *present()})) + "\n"


def _keys(node: dict[str, Any], models: dict[str, Any], way: tuple[str, ...]) -> Iterator[str]:
    if "$ref" in node:
        yield from _keys(models[node["$ref"].rpartition("/")[2]], models, way)
    for one in (*node.get("anyOf", ()), *node.get("allOf", ()), *([node["items"]] if "items" in node else ())):
        yield from _keys(one, models, way)
    for key, one in node.get("properties", {}).items():
        yield ".".join((*way, key))
        yield from _keys(one, models, (*way, key))

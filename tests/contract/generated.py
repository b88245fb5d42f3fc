"""Writes the published contracts: `python -m tests.contract.generated`, or `make generated`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import yaml

from agent import VERSION
from agent.core.contract.openapi import openapi
from agent.core.contract.ownership import as_markdown
from agent.core.contract.published import asyncapi, configuration_schema, schemas
from tests.contract import configuration_keys, gs1_dictionary, requirements

ROOT = Path(__file__).parents[2]


@cache
def documents() -> dict[Path, str]:
    """Every generated file with what belongs in it."""
    found = {ROOT / "docs" / "schemas" / name: _json(schema) for name, schema in schemas().items()}
    found[ROOT / "docs" / "data-ownership.md"] = as_markdown()
    found[ROOT / "config" / "lineside.schema.json"] = _json(configuration_schema())
    head = "# Made from the models by `make generated`; do not edit.\n"
    found[ROOT / "docs" / "asyncapi.yaml"] = head + yaml.safe_dump(
        json.loads(json.dumps(asyncapi(VERSION))), sort_keys=False, allow_unicode=True, width=120
    )
    found[ROOT / "docs" / "openapi.yaml"] = head + yaml.safe_dump(
        json.loads(json.dumps(openapi(VERSION))), sort_keys=False, allow_unicode=True, width=120
    )
    found[configuration_keys.FILE] = configuration_keys.text()
    found[ROOT / "docs" / "requirements.md"] = requirements.page()
    found[ROOT / "agent" / "core" / "codes" / "gs1_table.py"] = gs1_dictionary.module()
    return found


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, text in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

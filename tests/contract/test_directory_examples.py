"""Every kind of object has an example in docs/directories.md, and the agent takes each."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator

from agent.core.contract.published import schemas
from agent.core.directories import CODE_LISTS, Directories
from agent.core.directories.kinds import KINDS
from agent.core.directories.taking import received
from tests.contract.generated import ROOT

PAGE = (ROOT / "docs" / "directories.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"<!-- example: (?:(\S+) )?(\S+) -->\n```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("wc_id", "name", "text"), EXAMPLES, ids=[name for _, name, _ in EXAMPLES])
def test_each_example_fits_its_schema_and_is_taken(wc_id: str, name: str, text: str) -> None:
    head = name.partition("/")[0].removeprefix("dir.")
    Draft202012Validator(schemas()[f"dir.{head}.v1.json"]).validate(json.loads(text))
    if not name.startswith("dir."):
        assert received(Directories(), wc_id or None, name, text.encode(), 2e9).kept is not None


def test_each_kind_of_object_has_one() -> None:
    shown = {name.partition("/")[0] for _, name, _ in EXAMPLES}
    assert shown - {"dir.manifest"} == set(KINDS) - set(CODE_LISTS) | {"defects"}
    assert all(f"`{name}`" in PAGE for name in CODE_LISTS if name != "defects")

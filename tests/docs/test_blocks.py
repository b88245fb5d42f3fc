"""Every fenced block of README and docs/ is of a kind that somebody sees to; what needs no world is seen to here."""

from __future__ import annotations

import ast
import json
import re
import socket
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from agent.configuration import load
from agent.core.contract.commands import Correct
from agent.core.views import EntryBody, ScanBody, SignOnBody
from simulators.mes.plan_file import read_plan
from tests.docs import blocks, merging
from tests.docs.blocks import KINDS, ROOT, Block

ALL = blocks.everywhere()
BODIES = TypeAdapter(EntryBody | SignOnBody | ScanBody)


def of(*infos: str) -> list[Block]:
    return [block for block in ALL if block.info in infos]


def test_every_block_is_of_a_kind_that_somebody_sees_to() -> None:
    assert [f"{block}: ```{block.info}" for block in ALL if block.info not in KINDS] == []


def test_no_command_hides_in_a_block_that_nobody_runs() -> None:
    unseen = [block for block in ALL if KINDS.get(block.info) == "" and blocks.COMMAND.search(block.text)]
    assert [str(block) for block in unseen] == []


@pytest.mark.parametrize(("page", "test"), blocks.HELD_ELSEWHERE.items(), ids=str)
def test_a_page_that_another_test_runs_is_run_by_it(page: str, test: Path) -> None:
    assert f'"{page}"' in test.read_text(encoding="utf-8")


def test_every_page_with_commands_for_a_whole_pc_is_followed_on_one() -> None:
    assert {str(block.page.relative_to(ROOT)) for block in of("sh pc")} == set(blocks.ON_A_PC)


ROOTS_OWN = re.compile(
    r"(?:\$ )?(?:journalctl|lineside (?:status|facts|check|directories|parked|export|reconcile|recover|init|install)"
    r"(?!.* (?:-c|--config) (?!/))\b)"
)
"""What an ordinary user has no rights for on a line PC, unless a file of that user's own is named."""


def test_what_needs_rights_is_typed_with_them() -> None:
    lines = [(block, line) for block in of("sh", "sh agent", "sh pc", "console") for line in block.text.splitlines()]
    assert [f"{block}: {line}" for block, line in lines if ROOTS_OWN.match(line)] == []


PARTS = [block for block in of("toml", "toml agent") if block.file is None]
FILES = [block for block in of("toml") if block.file is not None]


@pytest.mark.parametrize("block", PARTS, ids=str)
def test_a_part_of_a_configuration_is_right(block: Block, tmp_path: Path) -> None:
    config = tmp_path / "lineside.toml"
    config.write_text(merging.into(block.text, ROOT / "config" / "lineside.toml"), encoding="utf-8")
    load(config)


def test_files_that_a_page_shows_beside_each_other_are_one_configuration(tmp_path: Path) -> None:
    for page in {block.page for block in FILES}:
        for block in FILES:
            if block.page == page and block.file is not None:
                path = tmp_path / page.stem / block.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text, encoding="utf-8")
                # What is shown of one PC is read on this one.
                if path.parent.name == "hosts":
                    own = socket.gethostname().partition(".")[0].lower()
                    path.with_stem(own).write_text(block.text, encoding="utf-8")
        load(tmp_path / page.stem / "lineside.toml")


@pytest.mark.parametrize("block", of("toml plan"), ids=str)
def test_a_plan_is_right(block: Block, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(block.text, encoding="utf-8")
    (tmp_path / "site-key").write_bytes(b"k" * 32)
    read_plan(plan)


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_json_is_json_and_a_message_is_one(block: Block) -> None:
    for document in documents(block.text):
        if "client_id" in document:
            BODIES.validate_json(json.dumps(document))
        if "command_id" in document and "target_id" in document:
            Correct.model_validate_json(json.dumps(document))


def documents(text: str) -> list[dict[str, object]]:
    """One document, or one a line."""
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_python_is_python(block: Block) -> None:
    ast.parse(block.text)

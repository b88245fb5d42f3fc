"""`lineside cards` as somebody in the plant runs it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.agent.processes import a_free_port, configuration
from tests.agent.test_command_line import lineside, written
from tests.agent.test_directories_api import an_agent, tell
from tests.core.messages import code_list, message

PLAN = """
[[reasons]]
code = "JAM"
text = { en = "Jam", ru = "Замятие" }
[[reasons]]
code = "OTHER"
generic = true
text = { en = "Something else" }
[defects]
codes = [{ code = "DENT", text = { en = "Dent", ru = "Вмятина" } }]
"""


def texts(folder: Path) -> list[str]:
    """What is in the symbols of all pages, in their order."""
    pages = sorted(folder.glob("*.svg"))
    return [text for page in pages for text in re.findall("<title>(.*)</title>", page.read_text(encoding="utf-8"))]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return written(tmp_path, configuration(tmp_path, None, a_free_port()))


async def test_out_of_a_plan_all_is_printed_that_a_card_can_say(tmp_path: Path, config: Path) -> None:
    plan, out = tmp_path / "plan.toml", tmp_path / "new" / "sheets"
    plan.write_text(PLAN, encoding="utf-8")
    given = ("--plan", plan, "--out", out, "--language", "ru", "--quantities", "3")
    answer = await lineside("cards", "-c", config, *given)
    assert (answer.status, f"{len(texts(out))} cards on 2 pages" in answer.out) == (0, True)
    assert texts(out)[:2] == ["%EA%START", "%EA%PAUSE"]
    assert texts(out)[-3:] == ["%EA%QTY:3", "%EA%STOP:JAM", "%EA%SCRAP:DENT"]
    assert "OTHER left out" in answer.err
    assert "Замятие" in (out / "cards-2.svg").read_text(encoding="utf-8")
    assert re.findall('src="(.*?)"', (out / "index.html").read_text()) == ["cards-1.svg", "cards-2.svg"]
    again = await lineside("cards", "-c", config, "--plan", plan, "--out", out, "--what", "defects")
    assert (again.status, texts(out)) == (0, ["%EA%SCRAP:DENT"])


async def test_beside_an_agent_its_copies_of_the_directories_are_printed(tmp_path: Path, config: Path) -> None:
    out = tmp_path / "out"
    async with an_agent(tmp_path, tmp_path / "agent.sock") as (running, _):
        await tell(running, "reasons", message(reasons=[{"code": "ЗАМЯТИЕ", "text": {"en": "Jam"}}]))
        await tell(running, "interruptions", code_list("LUNCH"))
        answer = await lineside("cards", "-c", config, "--out", out, "--quantities", "")
    assert answer.status == 0
    assert texts(out)[-2:] == ["%EA%STOP:ЗАМЯТИЕ", "%EA%PAUSE:LUNCH"]
    assert "%EA%PAUSE" not in texts(out)
    assert "defects: no codes are known" in answer.err


async def test_commands_alone_need_neither_agent_nor_plan(tmp_path: Path) -> None:
    other = written(tmp_path, configuration(tmp_path, None, a_free_port()) + '\n[codes]\ncommand_prefix = "#DO "\n')
    answer = await lineside("cards", "-c", other, "--out", tmp_path / "out", "--what", "commands")
    assert answer.status == 0
    assert "#DO FINISH" in texts(tmp_path / "out")


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ((), 1, "--plan"),
        (("--what", "cats"), 2, "'cats'"),
        (("--quantities", "0"), 2, "'0'"),
        (("--plan", "missing.toml"), 2, "missing.toml"),
        (("--what", "commands", "--out", "/dev/null/x"), 2, "expected a folder"),
    ],
)
async def test_what_cannot_be_printed_is_said(
    tmp_path: Path, config: Path, given: tuple[str, ...], status: int, said: str
) -> None:
    answer = await lineside("cards", "-c", config, "--out", tmp_path / "out", *given)
    assert (answer.status, said in answer.err) == (status, True)
    assert not (tmp_path / "out").exists()

"""docs/troubleshooting.md has a place for everything that the agent may say is wrong, in the words that it uses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final, get_args

import pytest

from agent.core.machine.conditions import Condition
from agent.core.views import UplinkState
from agent.logs.events import BY_NAME
from tests.docs.blocks import ROOT

PAGE: Final = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
RAISING: Final = {"raise_alarm", "_later"}
"""Functions whose first argument is an alarm's code."""
FORWARDER: Final = "forwarder.py"
"""Where `_later` hands on what it was given."""


def raised() -> Iterator[str]:
    """The codes of all alarms, as the program raises them."""
    for path in (ROOT / "agent").rglob("*.py"):
        module = ast.parse(path.read_text(encoding="utf-8"))
        constants = dict(_constants(module))
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RAISING:
                code = _code(node.args[0], constants)
                if code is not None:
                    yield code
                elif node.func.attr == "raise_alarm" and path.name != FORWARDER:
                    pytest.fail(
                        f"{path}:{node.lineno}: no page can be held against an alarm that nobody can read there"
                    )


def _constants(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in module.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            code = _code(node.value, {})
            if code is not None:
                yield node.target.id, code


def _code(said: ast.expr, constants: dict[str, str]) -> str | None:
    match said:
        case ast.Constant(value=str(code)):
            return code
        case ast.Attribute(value=ast.Name(id="Event"), attr=name):
            return name.lower()
        case ast.Name(id=name):
            return constants.get(name)
        case _:
            return None


SAID: Final = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "agent" / "commands").glob("status*.py"))
"""`lineside status`, as it stands in the program."""
WORDS: Final = {
    "online": "ONLINE",
    "sending": "SENDING",
    "offline": "OFFLINE",
    "not_confirming": "MES NOT CONFIRMING",
}
CODES: Final = sorted(set(raised()))


def places(word: str) -> list[str]:
    """The lines of the tables in which somebody finds it."""
    return [line for line in PAGE.splitlines() if line.startswith("|") and re.search(word, line.split("|")[1])]


def test_the_alarms_are_found() -> None:
    assert {"identity_taken", "storage", "mes_not_listening", "broker_refuses"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_alarm_has_its_place(code: str) -> None:
    assert len(places(rf"alarm `{code}`")) == 1


def test_no_alarm_is_named_that_is_none() -> None:
    assert set(re.findall(r"alarm `(\w+)`", PAGE)) <= set(BY_NAME)


@pytest.mark.parametrize("state", get_args(UplinkState))
def test_every_state_of_the_uplink_has_its_place_under_its_name_and_its_word(state: str) -> None:
    assert f'"{state}": "{WORDS[state]}"' in SAID
    assert len(places(rf"state `{state}`")) == 1
    assert len(places(rf"\*\*{WORDS[state]}\b")) == 1


@pytest.mark.parametrize("words", ["NO LINK", "NO READER", "AGENT NOT REACHABLE", "DISK LOW", "REJECTED"])
def test_what_the_screens_say_is_said_as_they_say_it(words: str) -> None:
    terminal = (path.read_text(encoding="utf-8") for path in (ROOT / "agent" / "tui").rglob("*.py"))
    assert any(words in text for text in (SAID, *terminal))
    assert len(places(words)) == 1


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("No link to the machine", "agent/tui/panels.py"),
        ("No link to the reader", "agent/tui/panels.py"),
        ("Looking for the agent…", "agent/tui/watch.py"),
        ("is in use by another agent", "agent/journal/lock.py"),
    ],
)
def test_sentences_stand_there_as_they_are_said(said: str, where: str) -> None:
    assert said in (ROOT / where).read_text(encoding="utf-8")
    assert len(places(said)) == 1


def test_a_condition_that_is_named_is_one() -> None:
    named = re.findall(r"condition `([A-Z]+)`", PAGE)
    assert named
    assert set(named) <= {condition.value for condition in Condition}


def test_every_line_says_who_acts() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and not line.startswith("|--")]
    assert all(len(line.split("|")) == 6 and line.split("|")[4].strip() for line in rows)

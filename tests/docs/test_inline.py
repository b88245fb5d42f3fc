"""What a page says of commands within its sentences is so: each command and each of its options is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Protocol

import pytest
import typer.main
from typer.core import TyperGroup

from agent.commands.main import application
from tests.docs.blocks import PAGES, ROOT


class Command(Protocol):
    """One command, or a group of them."""

    params: list[Any]


ROOT_COMMAND: Final = typer.main.get_command(application())
_CODE: Final = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_OPTION: Final = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
OF_OTHERS: Final = {"--kinds", "--seconds", "--seed"}
"""Options that stand alone in a sentence and are of the project's own tools."""


def spoken(page: Path) -> Iterator[str]:
    """Inline code; a `|` of a table is written with a backslash."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for code in _CODE.findall(text):
        yield code.replace("\\|", "|")


def named(words: list[str]) -> tuple[Command, list[str]]:
    """The command that these words name, and the words behind it."""
    command: Command = ROOT_COMMAND
    rest = list(words)
    while isinstance(command, TyperGroup) and rest and not rest[0].startswith("-"):
        child = command.commands.get(rest[0].partition("|")[0])
        assert child is not None, f"there is no command '{rest[0]}'"
        command, rest = child, rest[1:]
    return command, rest


def options(command: Command) -> set[str]:
    """All that it takes."""
    found = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    return found | {"--help", "-h"}


def everything(command: Command) -> set[str]:
    """The options of a command and of those within it."""
    within = command.commands.values() if isinstance(command, TyperGroup) else ()
    return options(command).union(*map(everything, within))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_within_a_sentence_is_there_with_its_options(page: Path) -> None:
    wrong = []
    for code in spoken(page):
        words = code.removeprefix("sudo ").split()
        if words[0] != "lineside" or len(words) == 1 or not re.match(r"[a-z-]", words[1]):
            continue
        try:
            command, rest = named(words[1:])
        except AssertionError as error:
            wrong.append(f"`{code}`: {error}")
            continue
        given = {word.partition("=")[0] for word in rest if re.match(r"-{1,2}[a-z]", word)}
        wrong += [f"`{code}`: no option {one}" for one in sorted(given - options(command))]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_an_option_within_a_sentence_is_one_of_some_command(page: Path) -> None:
    known = everything(ROOT_COMMAND)
    alone = {one for code in spoken(page) if code.startswith("--") for one in _OPTION.findall(code)}
    assert sorted(alone - known - OF_OTHERS) == []


def test_the_readme_names_every_command() -> None:
    assert isinstance(ROOT_COMMAND, TyperGroup)
    table = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in ROOT_COMMAND.commands if f"`lineside {name}" not in table] == []

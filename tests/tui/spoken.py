"""What is said to people, read out of the sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import agent
import agent.tui

TERMINAL = next(iter(agent.tui.__path__))
AGENT = next(iter(agent.__path__))
SAYS = re.compile(r"^from agent\.core\.sentences import .*\bsay\b", re.MULTILINE)


def sources_of_the_terminal() -> list[Path]:
    """Its modules."""
    return sorted(Path(TERMINAL).rglob("*.py"))


def strings_of_the_terminal() -> Iterator[str]:
    """Every text constant of the terminal's sources."""
    for source in sources_of_the_terminal():
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def patterns_of_the_agent() -> Iterator[tuple[str, str | None]]:
    """Where the agent says something to people, and what; None where that is not written out."""
    for source in sorted(Path(AGENT).rglob("*.py")):
        text = source.read_text("utf-8")
        if SAYS.search(text) and not source.is_relative_to(TERMINAL):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                    yield from ((f"{source}:{node.lineno}", text) for text in written_out(node.args[0]))


def written_out(node: ast.expr) -> list[str | None]:
    """The texts that an argument may be."""
    if isinstance(node, ast.IfExp):
        return [*written_out(node.body), *written_out(node.orelse)]
    return [node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None]


def spoken_sentences() -> Iterator[str]:
    """What the terminal passes to `say` word for word."""
    for source in sources_of_the_terminal():
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say":
                for text in written_out(node.args[0]):
                    if text:
                        yield text

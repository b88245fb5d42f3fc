"""Every sentence that the core can say to people, read from its sources: what translations must be complete against."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import agent.core

SOURCES = Path(next(iter(agent.core.__path__)))


@cache
def patterns() -> frozenset[str]:
    """The patterns of all sentences, each a key of translations."""
    return frozenset(pattern for path in SOURCES.rglob("*.py") for pattern in _said_in(path))


def _said_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            yield from _constants(node.args[0], f"{path.name}:{node.lineno}")


def _constants(node: ast.expr, where: str) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _constants(node.body, where)
        yield from _constants(node.orelse, where)
        return
    assert isinstance(node, ast.Constant), f"{where}: a pattern is written out, or nobody can translate it"
    assert isinstance(node.value, str), f"{where}: a pattern is a text"
    yield node.value

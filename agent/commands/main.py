"""`lineside`: one command for the agent, its terminal and the simulated line around it.

Errors made on purpose end with one sentence on stderr: exit code 2 for what the caller must change before anything is
started, 3 for a journal that another version must go on with, 1 for what went wrong otherwise.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

import typer

from agent.core.errors import ConfigurationError, LinesideError, NotUnderstoodError

_COMMANDS: Final = (
    "install",
    *("run", "tui", "demo", "check", "status", "facts", "scan", "directories", "cards", "parked", "export"),
    *("reconcile", "recover", "retune", "simulate", "doctor"),
    *("init", "browse", "read", "pki"),
)
_GROUPS: Final = ("simulate", "pki")
"""Each is a module of this package; the groups have commands of their own."""


def application(asked: str | None = None) -> typer.Typer:
    """The command line.

    Args:
        asked: the one command to load, so that a terminal does not carry what others need; None for all.
    """
    line = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Shop-floor edge agent: what a line does, kept here and delivered to the MES exactly once in effect.",
    )
    # Without it a single command would be the whole line, and its name an argument.
    line.callback()(lambda: None)
    for name in (asked,) if asked in _COMMANDS else _COMMANDS:
        module = import_module(f"agent.commands.{name}")
        if name in _GROUPS:
            line.add_typer(module.application, name=name)
        else:
            line.command(name)(getattr(module, name))
    return line


def main() -> None:
    """Run the command line."""
    try:
        application(next(iter(sys.argv[1:]), None))()
    except* ConfigurationError as group:
        _say(group)
        sys.exit(2)
    except* NotUnderstoodError as group:
        _say(group)
        sys.exit(3)
    except* LinesideError as group:
        _say(group)
        sys.exit(1)


def _say(group: BaseExceptionGroup[LinesideError]) -> None:
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    sys.stderr.write(f"lineside: {first}\n")

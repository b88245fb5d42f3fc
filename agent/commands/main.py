"""`lineside`: one command for the agent, its terminal and the simulated line around it.

Errors made on purpose end with one sentence on stderr: exit code 2 for what the caller must change before anything is
started, 1 for what went wrong later.
"""

from __future__ import annotations

import sys

import typer

from agent.commands import (
    cards,
    check,
    demo,
    directories,
    export,
    facts,
    parked,
    reconcile,
    recover,
    retune,
    run,
    scan,
    simulate,
    status,
    tui,
)
from agent.core.errors import ConfigurationError, LinesideError

application = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Shop-floor edge agent: what a line does, kept here and delivered to the MES exactly once in effect.",
)
application.command("run")(run.run)
application.command("tui")(tui.tui)
application.command("demo")(demo.demo)
application.command("check")(check.check)
application.command("status")(status.status)
application.command("facts")(facts.facts)
application.command("scan")(scan.scan)
application.command("directories")(directories.directories)
application.command("cards")(cards.cards)
application.command("parked")(parked.parked)
application.command("export")(export.export)
application.command("reconcile")(reconcile.reconcile)
application.command("recover")(recover.recover)
application.command("retune")(retune.retune)
application.add_typer(simulate.application, name="simulate")


def main() -> None:
    """Run the command line."""
    try:
        application()
    except* ConfigurationError as group:
        _say(group)
        sys.exit(2)
    except* LinesideError as group:
        _say(group)
        sys.exit(1)


def _say(group: BaseExceptionGroup[LinesideError]) -> None:
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    sys.stderr.write(f"lineside: {first}\n")

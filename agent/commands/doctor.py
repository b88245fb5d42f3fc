"""`lineside doctor`: what is wrong, what was expected, what to do, and who must act; on one page, the worst first."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import orjson
import typer

from agent.commands.client import get
from agent.commands.options import DEFAULT_CONFIG, JsonOption
from agent.commands.progress import Progress

AnyConfigOption: TypeAlias = Annotated[
    Path,
    typer.Option(
        "--config", "-c", help="Configuration file.", envvar="LINESIDE_CONFIG", show_envvar=True, readable=False
    ),
]
"""One that may not be read is a finding here, no misuse."""


def doctor(config: AnyConfigOption = DEFAULT_CONFIG, *, json: JsonOption = False) -> None:
    """Say on one page what is wrong and who must act; exit code 0 where all is well, 1 where something must be done.

    Works whether the agent runs or not. It changes nothing and writes to no machine.
    """
    from agent.doctor import page
    from agent.doctor.checks import CHECKS, STATUS_S, case_of
    from agent.doctor.examination import examine
    from agent.doctor.finding import Finding, is_well

    progress = Progress("doctor")

    def tell(done: int, waiting: Sequence[str]) -> None:
        progress.say(done / len(CHECKS), f"looking at {', '.join(waiting)}")

    async def looked() -> tuple[list[Finding], float]:
        case = await case_of(config, lambda path, url: get(path, url, STATUS_S))
        return await examine(case, CHECKS, tell), case.now

    findings, now = asyncio.run(looked())
    progress.clear()
    host = socket.gethostname()
    if json:
        typer.echo(orjson.dumps(page.document(findings, host, now)).decode())
    else:
        typer.echo(page.text(findings, host, now), nl=False)
    raise typer.Exit(0 if is_well(findings) else 1)

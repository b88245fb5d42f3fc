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
from agent.core.errors import ConfigurationError

AnyConfigOption: TypeAlias = Annotated[
    Path,
    typer.Option(
        "--config", "-c", help="Configuration file.", envvar="LINESIDE_CONFIG", show_envvar=True, readable=False
    ),
]
"""One that may not be read is a finding here, no misuse."""


def doctor(
    config: AnyConfigOption = DEFAULT_CONFIG,
    *,
    bundle: Annotated[
        Path | None, typer.Option("--bundle", help="Collect a support archive in this file, without secrets.")
    ] = None,
    with_journal: Annotated[
        bool, typer.Option("--with-journal", help="The archive has the whole journal, too: all that people did.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Say on one page what is wrong and who must act; exit code 0 where all is well, 1 where something must be done.

    Works whether the agent runs or not. It changes nothing and writes to no machine.
    """
    from agent.doctor import archive, page
    from agent.doctor.case import Case
    from agent.doctor.checks import CHECKS, STATUS_S, case_of
    from agent.doctor.examination import examine
    from agent.doctor.finding import Finding, is_well

    if with_journal and bundle is None:
        raise ConfigurationError("--with-journal goes with --bundle FILE: the archive that the journal goes into")
    progress = Progress("doctor")

    def tell(done: int, waiting: Sequence[str]) -> None:
        progress.say(done / len(CHECKS), f"looking at {', '.join(waiting)}")

    def ask(path: Path, url: str) -> bytes:
        return get(path, url, STATUS_S)

    host = socket.gethostname()

    async def looked() -> tuple[Case, list[Finding], list[archive.Member]]:
        case = await case_of(config, ask)
        findings = await examine(case, CHECKS, tell)
        progress.say(1.0, "collecting")
        return case, findings, [] if bundle is None else await archive.collect(case, findings, host, ask)

    case, findings, members = asyncio.run(looked())
    progress.clear()
    if bundle is not None:
        whole = case.settings.agent.data if with_journal and case.settings is not None else None
        archive.write(members, bundle, whole)
        typer.echo(f"{bundle}: {len(members)} files. {page.summary(findings)} Have a look into it before you send it.")
        return
    if json:
        typer.echo(orjson.dumps(page.document(findings, host, case.now)).decode())
    else:
        typer.echo(page.text(findings, host, case.now), nl=False)
    raise typer.Exit(0 if is_well(findings) else 1)

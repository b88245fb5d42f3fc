"""`lineside recover`: is the journal sound, and what can be got out of it where it is not? The agent is stopped."""

from __future__ import annotations

import asyncio
import secrets
import time
from pathlib import Path
from typing import Annotated

import orjson
import typer

from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.commands.progress import Progress
from agent.configuration import load
from agent.core.contract.envelope import Envelopes
from agent.core.errors import ConfigurationError
from agent.core.settings import Settings
from agent.journal.journal import open_journal
from agent.journal.recovery import Findings, begin_anew, look_through, readable

MOST_NAMED = 50


def recover(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    salvage: Annotated[
        bool,
        typer.Option("--salvage", help="Take over what can be read into a new journal; the old one is kept aside."),
    ] = False,
    source: Annotated[Path | None, typer.Option("--from", help="A damaged journal that was kept aside.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where its facts go, as JSON lines.")] = None,
    adopt: Annotated[
        str | None,
        typer.Option("--adopt", metavar="INSTANCE", help="The run that the alarm identity_taken names was ours."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Look through the whole journal and say what is found; exit code 1 where something is wrong."""
    settings = load(config)
    if (source is None) != (out is None):
        raise ConfigurationError("--from and --out go together: a damaged journal, and the file for its facts")
    if source is not None and out is not None:
        _get_out(settings, source, out)
    elif adopt is not None:
        asyncio.run(_adopt(settings, adopt))
    else:
        _look(settings, salvage=salvage, json=json)


def _look(settings: Settings, *, salvage: bool, json: bool) -> None:
    progress = Progress("recover")
    folder = settings.agent.data
    findings = look_through(folder, lambda share, facts: progress.say(share, f"{facts} facts looked at"))
    progress.done(f"{findings.facts} facts looked at")
    if json:
        typer.echo(orjson.dumps(_document(findings)).decode())
    else:
        typer.echo("\n".join(_sentences(findings)))
    if findings.is_sound:
        return
    if salvage:
        kept = begin_anew(folder, secrets.token_hex(4), time.time())
        typer.echo(
            f"{kept['facts_kept']} facts were taken over into a new journal, missing: {kept['missing']}. "
            f"The old one is kept at {kept['kept_aside']}. Start the agent"
        )
        return
    raise typer.Exit(1)


def _sentences(findings: Findings) -> list[str]:
    marks = findings.marks
    told = [
        f"epoch {epoch.name}: facts 1 to {epoch.sequence(marks.end(epoch))}, "
        f"the MES has confirmed them up to {epoch.confirmed_through}"
        for epoch in marks.epochs
    ]
    if marks.epochs:
        told.append(f"{marks.waiting} facts wait for the MES, {findings.parked} are parked")
    if findings.damaged:
        named = ", ".join(findings.damaged[:MOST_NAMED])
        told.append(
            f"DAMAGED: {len(findings.damaged)} facts are not what was written ({named}). They are never sent; "
            "the MES is told of each. The agent can be started"
        )
    if findings.forgotten:
        lost = findings.forgotten
        told.append(
            f"REWOUND: facts {lost['forgotten_from']} to {lost['forgotten_to']} of epoch {lost['epoch']} were written "
            "and are not here, as after a restored backup. The next start begins a new epoch and says so"
        )
    if findings.unusable is not None:
        told.append(
            f"UNUSABLE: {findings.unusable}. The next start, or --salvage, takes over what can be read into a new "
            "journal and keeps this one aside"
        )
    return [*told, "the journal is sound"] if findings.is_sound else told


def _document(findings: Findings) -> dict[str, object]:
    marks = findings.marks
    epochs = [
        {"epoch": epoch.name, "last": epoch.sequence(marks.end(epoch)), "confirmed_through": epoch.confirmed_through}
        for epoch in marks.epochs
    ]
    return {
        "sound": findings.is_sound,
        "epochs": epochs,
        "facts": findings.facts,
        "waiting": marks.waiting,
        "parked": findings.parked,
        "damaged": findings.damaged,
        "forgotten": findings.forgotten or None,
        "unusable": findings.unusable,
    }


def _get_out(settings: Settings, source: Path, out: Path) -> None:
    progress = Progress("recover")
    envelopes = Envelopes(settings.agent.site, settings.agent.id)
    count, missing = 0, 0
    try:
        with readable(source, out.absolute().parent) as passages, out.open("wb") as file:
            for passage in passages:
                for row in passage.rows:
                    file.write(envelopes.line(row))
                count += len(passage.rows)
                missing += len(passage.unreadable)
                progress.say(passage.progress, f"{count} facts written")
    except OSError as error:
        raise ConfigurationError(f"--out: {out} cannot be written: {error.strerror}") from error
    progress.done(f"{count} facts were written to {out}; {missing} between them cannot be read")


async def _adopt(settings: Settings, instance: str) -> None:
    async with open_journal(settings.agent.data, secrets.token_hex(4), time.time()) as journal:
        await journal.sessions.adopt(instance)
    typer.echo(f"the run {instance} counts as ours from now on; start the agent")

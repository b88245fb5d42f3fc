"""`lineside retune`: what another configuration would have made of what truly happened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from agent.commands.options import JsonOption
from agent.commands.progress import Progress
from agent.configuration import load

if TYPE_CHECKING:
    from agent.commands.retuned import Result
    from agent.playback import Recording
    from agent.replay import Replay

EVERY = 1000
"""Observations between two looks at the clock."""


def retune(
    recording: Annotated[Path, typer.Argument(help="Folder that `lineside run --record` wrote, or one of its files.")],
    config: Annotated[Path, typer.Option("--config", "-c", help="The configuration to try.")],
    *,
    against: Annotated[
        Path | None, typer.Option(help="The configuration to compare with; else the one of the recording.")
    ] = None,
    work_center: Annotated[str | None, typer.Option(help="Look at this work center only.")] = None,
    json: JsonOption = False,
) -> None:
    """Observe a recording again with another configuration: how would stops and counts change?"""
    tried = load(config)
    compared = None if against is None else load(against)
    from agent.commands.retuned import document, told
    from agent.playback import Recording
    from agent.replay import Replay

    before = Replay("the configuration of the recording" if against is None else str(against), compared, work_center)
    after = Replay(str(config), tried, work_center)
    result = _played(Recording(recording), before, after)
    if json:
        typer.echo(orjson.dumps(document(result), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo("\n".join(told(result)))


def _played(recording: Recording, before: Replay, after: Replay) -> Result:
    from agent.commands.retuned import Result
    from agent.playback import Begin, Seam

    progress = Progress("retune")
    result = Result(before, after)
    for record in recording.play():
        match record:
            case Begin():
                before.begin(record)
                after.begin(record)
                result.time_zone = record.header.time_zone
            case Seam():
                result.seams.append(record)
            case _:
                before.observe(record)
                after.observe(record)
                result.saw(after.now)
                if result.observations % EVERY == 0:
                    progress.say(recording.share, f"{result.observations} observations")
    before.end()
    after.end()
    progress.done(f"{result.observations} observations, each with both configurations")
    return result

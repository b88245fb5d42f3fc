"""`lineside check --live`: the configuration held against the machines, a line for each value and one for all."""

from __future__ import annotations

import asyncio
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import orjson
import typer

from agent.commands.client import get, is_running
from agent.commands.columns import aligned, within
from agent.commands.read_page import shown
from agent.commands.steps import Steps
from agent.commissioning.live import LiveMachine, LiveValue, Manner, Verdict, counts, held, look
from agent.core.fingerprint import fingerprint
from agent.core.machine_settings import MachineSettings
from agent.core.readings import MachineReadings, ReadingsView
from agent.core.settings import Settings
from drivers.modbus_lines import Lines
from drivers.probed import offers_words

_INTERRUPTED: Final = 130
_NARROWEST: Final = 60
_LONGEST_VALUE: Final = 20
_LOUD: Final = (Verdict.WRONG, Verdict.UNSEEN)
_WORDS: Final = {
    "itself": "asked by itself",
    "agent": "asked through the agent, which holds the connection",
    "nobody": "not asked",
}


def check_live(settings: Settings, config: Path, manner: Manner, *, as_json: bool) -> bool:
    """Ask every machine, say what was found, and whether all is right."""
    try:
        with Steps("Asking the machines") as steps:
            machines = asyncio.run(_looked(settings, manner, steps))
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        raise typer.Exit(_INTERRUPTED) from None
    if as_json:
        known = {"configuration": str(config), "hash": fingerprint(settings).sha256}
        told = [{**asdict(one), "right": one.is_right} for one in machines]
        is_right = all(one.is_right for one in machines)
        typer.echo(orjson.dumps({**known, "right": is_right, "summary": summary(machines), "machines": told}).decode())
    else:
        room = max(_NARROWEST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else None
        typer.echo("\n".join(page(machines, room)))
    return all(one.is_right for one in machines)


def summary(machines: Sequence[LiveMachine]) -> str:
    """The whole in one sentence."""
    found = counts(machines)
    parts = [f"{count} {verdict.value}" for verdict, count in found.items() if count]
    away = sum(bool(one.problem) for one in machines)
    of_machines = f"; {away} of {len(machines)} machines could not be asked" if away else ""
    total = sum(found.values())
    return f"{total} {'value' if total == 1 else 'values'}: {', '.join(parts) or 'none'}{of_machines}."


def page(machines: Sequence[LiveMachine], room: int | None) -> Iterator[str]:
    """What people read: no line wider than the room there is, where that is known."""
    for machine in machines:
        way = f", {machine.way}" if machine.way else ""
        yield f"{machine.work_center}: {_WORDS[machine.asked]}{way}"
        if machine.problem:
            yield from _wrapped("  ", machine.problem, room)
        for what, said in (("offers", offers_words(machine.offers)), ("takes", "; ".join(machine.limits))):
            if said:
                yield from _wrapped(f"  {what}: ", said, room)
        if not machine.problem or machine.asked == "agent":
            yield from _rows(machine, room)
    yield summary(machines)


def _rows(machine: LiveMachine, room: int | None) -> Iterator[str]:
    lines = aligned([_row(one) for one in machine.values], indent="  ")
    for one, line in zip(machine.values, lines, strict=True):
        yield within(line, one.address, room)
        # Why there is no connection is said once, and not of each value again.
        if one.text and one.text not in machine.problem:
            yield from _wrapped("      ", one.text, room)


def _row(one: LiveValue) -> Sequence[str]:
    verdict = one.verdict.value.upper() if one.verdict in _LOUD else one.verdict.value
    value = "" if one.verdict in _LOUD and one.value is None else shown(one.value)
    if len(value) > _LONGEST_VALUE:
        value = f"{value[: _LONGEST_VALUE - 1]}…"
    sampling = "" if not one.sampling_ms else f"sampled every {one.sampling_ms:g} ms at best"
    return verdict, one.key, one.role or "telemetry", one.kind, value, sampling, one.address


def _wrapped(indent: str, text: str, room: int | None) -> list[str]:
    plain = " ".join("".join(sign if sign.isprintable() else "?" for sign in text).split())
    if room is None:
        return [f"{indent}{plain}"]
    rest = " " * min(len(indent), 6)
    return textwrap.wrap(plain, room, initial_indent=indent, subsequent_indent=rest, break_on_hyphens=False)


async def _looked(settings: Settings, manner: Manner, steps: Steps) -> list[LiveMachine]:
    """All at once, each within its own time."""
    told = await asyncio.to_thread(_agents_word, settings.agent.socket)
    machines = [one for one in settings.machine if not one.manual]
    manner = replace(manner, held=held(machines, told), lines=Lines(machines))
    waiting = [one.work_center for one in machines]

    async def one(machine: MachineSettings) -> LiveMachine:
        found = await look(machine, told, manner)
        waiting.remove(machine.work_center)
        steps.say(f"waiting for {', '.join(waiting)}" if waiting else "done", always=True)
        return found

    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(one(machine), name=f"check.{machine.work_center}") for machine in machines]
    return [task.result() for task in asked]


def _agents_word(socket: Path) -> dict[str, MachineReadings] | None:
    """What a running agent says, by work center; None where none runs.

    Raises:
        AgentAwayError: this user may not ask it, so that nobody knows what it holds.
    """
    if not is_running(socket):
        return None
    view = ReadingsView.model_validate_json(get(socket, "/v1/readings"))
    return {one.wc_id: one for one in view.machines}

"""`lineside read`: what machines say at this moment, value by value, with quality and age."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import typer

from agent.commands.client import AgentAwayError, get, is_running
from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.commands.read_page import page
from agent.commands.steps import Steps
from agent.configuration import load
from agent.core.errors import ConfigurationError
from agent.core.machine_settings import MachineSettings
from agent.core.readings import ReadingsView
from agent.core.settings import Settings

if TYPE_CHECKING:
    from agent.commissioning.own_reading import OwnReadings

_INTERRUPTED: Final = 130
"""Exit code of what Ctrl+C ended."""
_MOST_NAMED: Final = 5
_CLEAR: Final = "\x1b[H\x1b[2J"


class _Source(Protocol):
    """Where values come from."""

    @property
    def words(self) -> str:
        """For people: how they are read."""

    async def look(self) -> ReadingsView:
        """As they are now.

        Raises:
            AgentAwayError: the agent that was asked is gone, or one has come that needs the connections.
        """


@dataclass(frozen=True, slots=True)
class _OfAgent:
    """The running agent: it is connected already, and a small controller has no room for two."""

    socket: Path
    words: str = "as the agent reads them"

    async def look(self) -> ReadingsView:
        body = await asyncio.to_thread(get, self.socket, "/v1/readings")
        return ReadingsView.model_validate_json(body)


@dataclass(slots=True)
class _OfOurOwn:
    """No agent runs."""

    readings: OwnReadings
    socket: Path
    """Of the agent that may be started."""
    words: str = "over a connection of its own, as no agent runs"
    is_first: bool = True

    async def look(self) -> ReadingsView:
        if self.is_first:
            self.is_first = False
            with Steps("Connecting"):
                return await self.readings.once()
        if is_running(self.socket):
            raise AgentAwayError("an agent was started meanwhile and is to have the machines; ask again: it answers")
        return self.readings.view()


def read(
    work_center: Annotated[str | None, typer.Argument(help="Of this machine alone; without it of all.")] = None,
    key: Annotated[list[str] | None, typer.Argument(help="These values alone, by their keys.")] = None,
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on and show them anew; Ctrl+C ends.")] = False,
    every: Annotated[float, typer.Option(min=0.2, max=3600, help="With --watch: seconds between two looks.")] = 1.0,
    json: JsonOption = False,
) -> None:
    """Show what machines say now: value, quality, the age by the source's own time, and since when it is told so.

    Asks the running agent, which is connected; without one it connects by itself. What a lost machine said last stands
    behind UNKNOWN with its age, never as new. Exit code 1 where a value is not good.
    """
    settings = load(config)
    machines = _chosen(settings, work_center, key or ())
    wanted = {one.work_center: {reading.key for reading in one.readings} for one in machines}
    if key:
        wanted = {name: set(key) for name in wanted}
    show = partial(_show, as_json=json, clear=watch and sys.stdout.isatty() and not json)
    try:
        view = asyncio.run(_read(settings, machines, wanted, show, every if watch else None))
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        raise typer.Exit(0 if watch else _INTERRUPTED) from None
    is_good = all(one.quality == "good" for machine in view.machines for one in machine.readings)
    raise typer.Exit(0 if is_good else 1)


def _chosen(settings: Settings, work_center: str | None, keys: Sequence[str]) -> list[MachineSettings]:
    read = [one for one in settings.machine if not one.manual]
    if work_center is None:
        if not read:
            raise ConfigurationError("no machine is read by this configuration: people say what all of them do")
        return read
    machine = next((one for one in settings.machine if one.work_center == work_center), None)
    if machine is None:
        known = ", ".join(one.work_center for one in settings.machine)
        raise ConfigurationError(f"no work center '{work_center}' in the configuration; expected one of {known}")
    if machine.manual:
        raise ConfigurationError(f"{work_center} is manual: no machine is read there")
    configured = [one.key for one in machine.readings]
    if unknown := [one for one in keys if one not in configured]:
        expected = ", ".join(configured)
        raise ConfigurationError(f"{work_center} has no value '{unknown[0]}'; expected one of {expected}")
    return [machine]


async def _read(
    settings: Settings,
    machines: Sequence[MachineSettings],
    wanted: dict[str, set[str]],
    show: _Show,
    every: float | None,
) -> ReadingsView:
    """Look once, or again and again; what was seen last."""
    async with _source(settings, machines) as source:
        while True:
            view = _of(await source.look(), wanted)
            show(view, source.words)
            if every is None:
                return view
            await asyncio.sleep(every)


@asynccontextmanager
async def _source(settings: Settings, machines: Sequence[MachineSettings]) -> AsyncIterator[_Source]:
    if is_running(settings.agent.socket):
        yield _OfAgent(settings.agent.socket)
        return
    from agent.clock import Clock
    from agent.commissioning.own_reading import OwnReadings
    from agent.pki.keys import keys_of

    own = OwnReadings(machines, Clock.of(settings.simulation), keys_of(settings))
    async with own.reading():
        yield _OfOurOwn(own, settings.agent.socket)


def _of(view: ReadingsView, wanted: dict[str, set[str]]) -> ReadingsView:
    """What was asked for of it."""
    told = {one.wc_id: {row.key for row in one.readings} for one in view.machines}
    missing = [f"{name} {key}" for name, keys in wanted.items() for key in sorted(keys - told.get(name, set()))]
    if missing:
        names = ", ".join(missing[:_MOST_NAMED])
        raise AgentAwayError(
            f"the agent does not read {names}: it goes by another configuration; sudo systemctl reload lineside, or "
            "restart where a work center is new"
        )
    machines = (
        one.model_copy(update={"readings": tuple(row for row in one.readings if row.key in wanted[one.wc_id])})
        for one in view.machines
        if one.wc_id in wanted
    )
    return view.model_copy(update={"machines": tuple(machines)})


class _Show(Protocol):
    def __call__(self, view: ReadingsView, words: str) -> None: ...


def _show(view: ReadingsView, words: str, *, as_json: bool, clear: bool) -> None:
    if as_json:
        typer.echo(view.model_dump_json())
    else:
        head = f"{time.strftime('%H:%M:%S')}, {words}"
        typer.echo((_CLEAR if clear else "") + "\n".join([head, *page(view)]))
    sys.stdout.flush()

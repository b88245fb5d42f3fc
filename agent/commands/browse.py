"""`lineside browse`: what a machine offers, with its present values, and as configuration ready to be pasted."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import orjson
import typer

from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.commands.steps import Steps
from agent.core.errors import ConfigurationError
from agent.core.sources.modbus_settings import ModbusSettings
from agent.core.sources.opcua_settings import OpcUaSettings

if TYPE_CHECKING:
    from agent.commissioning.candidates import Candidate
    from agent.commissioning.target import Target
    from drivers.opcua_browse import OpcUaBrowser

_INTERRUPTED: Final = 130
"""Exit code of what Ctrl+C ended."""
_LEAST_REQUESTS: Final = 200


@dataclass(frozen=True, slots=True)
class _Wish:
    search: str
    under: str | None
    depth: int
    limit: int
    everything: bool
    watch_s: float
    first: int
    count: int
    all_ways: bool

    def is_met(self, *texts: str) -> bool:
        """Whether one of them has what is searched for in it, or is of the pattern."""
        if not any(sign in self.search for sign in "*?["):
            return any(self.search in text.lower() for text in texts)
        return any(fnmatchcase(text.lower(), self.search) for text in texts)


def browse(  # noqa: PLR0913 - a command's options are its arguments
    address: Annotated[
        str | None,
        typer.Argument(
            help="opc.tcp://HOST:PORT/PATH, modbus://HOST:PORT/UNIT, modbus+rtu://HOST:PORT/UNIT or "
            "modbus+rtu:/dev/DEVICE:BAUD:8E1/UNIT."
        ),
    ] = None,
    *,
    machine: Annotated[
        str | None, typer.Option(metavar="WC", help="In place of an address: a machine as it is configured.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    security: Annotated[
        str | None, typer.Option(help="OPC UA: security policy, as in the configuration, with the agent's own keys.")
    ] = None,
    search: Annotated[str, typer.Option(help="Only what has this in name, node id or description; or a pattern.")] = "",
    under: Annotated[str | None, typer.Option(help="OPC UA: node id below which to look.")] = None,
    depth: Annotated[int, typer.Option(min=1, max=100, help="OPC UA: levels at most.")] = 12,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="OPC UA: nodes to look at, at most.")] = 10_000,
    everything: Annotated[bool, typer.Option("--all", help="OPC UA: what the server says of itself, too.")] = False,
    first: Annotated[int, typer.Option("--from", min=0, max=65535, help="Modbus: first address.")] = 0,
    count: Annotated[int, typer.Option(min=1, max=65536, help="Modbus: addresses in each table.")] = 500,
    widths: Annotated[bool, typer.Option("--widths", help="Modbus: all widths and orders that may be meant.")] = False,
    beside: Annotated[bool, typer.Option("--beside", help="Modbus: connect beside the running agent.")] = False,
    watch: Annotated[float, typer.Option(min=0, max=600, help="Seconds for which to see what counts.")] = 0.0,
    toml: Annotated[bool, typer.Option("--toml", help="Print configuration, ready to be pasted.")] = False,
    telemetry: Annotated[bool, typer.Option("--telemetry", help="With --toml: everything as telemetry.")] = False,
    json: JsonOption = False,
) -> None:
    """Walk an OPC UA server, or scan a Modbus map. It only reads: nothing is written to a machine. Ctrl+C ends.

    One request at a time, and so many nodes or registers at most: a controller notices no more than one more display.
    Exit code 1 where nothing was found.
    """
    from agent.commands import browse_page
    from agent.commissioning.target import of_address, of_machine

    if (address is None) == (machine is None):
        raise ConfigurationError("expected an address, or --machine WC: what is to be looked at")
    target = of_machine(machine, config) if machine is not None else of_address(address or "", security, config)
    _must_be_free(target, config, beside=beside)
    wish = _Wish(search.lower(), under, depth, limit, everything, watch, first, count, widths)
    is_opcua = isinstance(target.server, OpcUaSettings)
    try:
        with Steps(f"Looking at {target.place}") as steps:
            found, is_cut = asyncio.run(_looked(target, wish, steps))
            steps.done(f"{len(found)} values")
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        raise typer.Exit(_INTERRUPTED) from None
    if json:
        values = [browse_page.plain(one) for one in found]
        typer.echo(orjson.dumps({"machine": target.place, "cut": is_cut, "values": values}))
    elif toml:
        typer.echo(browse_page.as_telemetry(found) if telemetry else browse_page.pasted(found, is_opcua=is_opcua))
    else:
        for row in browse_page.rows(found, browse_page.room()):
            typer.echo(row)
    if not found:
        sys.stderr.write(f"Nothing was found. {_advice(wish, is_opcua=is_opcua)}\n")
    if is_cut:
        more = "--limit, --depth and --under" if is_opcua else "--from and --count"
        sys.stderr.write(f"There is more than was looked at: {more} say what to look at.\n")
    raise typer.Exit(0 if found else 1)


def _advice(wish: _Wish, *, is_opcua: bool) -> str:
    """What to do where there is nothing to show."""
    wider = f"*{wish.search.strip('*')}*"
    if "*" in wish.search and wish.search != wider:
        return f"No name, id or description is like '{wish.search}' from end to end: '{wider}' is wider."
    if wish.search:
        return (
            f"No value has '{wish.search}' in its name, id or description: leave --search out to see which there are."
        )
    if not is_opcua:
        last = wish.first + wish.count - 1
        return (
            f"No register or bit from {wish.first} to {last} can be read: is it the right unit? Try others with --from."
        )
    where = "The server" if wish.under is None else f"Below {wish.under} the server"
    return (
        f"{where} shows no variable within {wish.depth} levels. It may show more to a user of its own: name one in the "
        "configuration and use --machine; or else release the variables for OPC UA in the controller's program."
    )


def _must_be_free(target: Target, config: Path, *, beside: bool) -> None:
    """Leave to a running agent what it holds."""
    from agent.commands.client import AgentAwayError, get, is_running
    from agent.commissioning.target import must_be_free
    from agent.configuration import load
    from agent.core.readings import ReadingsView
    from agent.core.settings import AgentSettings

    if not isinstance(target.server, ModbusSettings):
        return
    settings = target.settings
    if settings is None:
        with suppress(ConfigurationError):
            settings = load(config)
    socket = AgentSettings.model_fields["socket"].default if settings is None else settings.agent.socket
    try:
        told = ReadingsView.model_validate_json(get(socket, "/v1/readings")) if is_running(socket) else None
    except AgentAwayError:
        # Whom the agent does not answer cannot know what it holds; of a serial line that matters.
        if target.server.serial is not None:
            raise
        return
    must_be_free(target, told, settings, beside=beside)


async def _looked(target: Target, wish: _Wish, steps: Steps) -> tuple[Sequence[Candidate], bool]:
    if isinstance(target.server, OpcUaSettings):
        from agent.pki.keys import keys_of
        from drivers.opcua_browse import OpcUaBrowser

        keys = None if target.settings is None else keys_of(target.settings)
        return await _opcua(OpcUaBrowser(target.server, keys, target.work_center), wish, steps)
    return await _modbus(target.server, wish, steps)


async def _opcua(opened: OpcUaBrowser, wish: _Wish, steps: Steps) -> tuple[Sequence[Candidate], bool]:
    from agent.commissioning.looking import candidate, watched
    from drivers.opcua_walk import Extent

    extent = Extent(wish.depth, wish.limit, wish.everything)
    async with opened as browser:
        walk = browser.walk(
            extent,
            lambda seen, waiting: steps.say(f"{seen} nodes seen, {waiting} to look into"),
            wish.under,
            wish.is_met if wish.search else None,
        )
        try:
            found = [candidate(one) async for one in walk]
        except (LookupError, ValueError) as error:
            raise ConfigurationError(f"--under {wish.under}: {error}") from error
        if wish.watch_s:
            steps.say(f"watching for {wish.watch_s:g} s", always=True)
            found = await watched(browser, found, wish.watch_s)
        return found, browser.is_cut


async def _modbus(server: ModbusSettings, wish: _Wish, steps: Steps) -> tuple[Sequence[Candidate], bool]:
    from agent.commissioning.looking import watched_registers
    from drivers.modbus_scan import ModbusScanner, Stretch

    stretch = Stretch(first=wish.first, count=wish.count, requests=4 * wish.count + _LEAST_REQUESTS)
    async with ModbusScanner(server) as scanner:
        found = await scanner.scan(
            stretch, lambda requests, values: steps.say(f"{requests} requests, {values} values found")
        )
        if wish.watch_s:
            steps.say(f"watching for {wish.watch_s:g} s", always=True)
        candidates = await watched_registers(scanner, found, wish.watch_s, all_ways=wish.all_ways)
    return [one for one in candidates if wish.is_met(one.name, str(one.where))], scanner.is_cut

"""`lineside browse`: what a machine offers, with its present values, and as configuration ready to be pasted."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import orjson
import typer

from agent.commands.options import JsonOption
from agent.commands.steps import Steps
from agent.core.errors import ConfigurationError

if TYPE_CHECKING:
    from agent.commissioning.answers import ModbusAddress, OpcUaAddress
    from agent.commissioning.candidates import Candidate

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

    def is_met(self, text: str) -> bool:
        return self.search in text.lower()


def browse(  # noqa: PLR0913 - a command's options are its arguments
    machine: Annotated[str, typer.Argument(help="opc.tcp://HOST:PORT/PATH or modbus://HOST:PORT/UNIT.")],
    *,
    search: Annotated[str, typer.Option(help="Only what has this in its name or node id.")] = "",
    under: Annotated[str | None, typer.Option(help="OPC UA: node id below which to look.")] = None,
    depth: Annotated[int, typer.Option(min=1, max=100, help="OPC UA: levels at most.")] = 12,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="OPC UA: nodes to look at, at most.")] = 10_000,
    everything: Annotated[bool, typer.Option("--all", help="OPC UA: what the server says of itself, too.")] = False,
    first: Annotated[int, typer.Option("--from", min=0, max=65535, help="Modbus: first address.")] = 0,
    count: Annotated[int, typer.Option(min=1, max=65536, help="Modbus: addresses in each table.")] = 500,
    watch: Annotated[float, typer.Option(min=0, max=600, help="Seconds for which to see what counts.")] = 0.0,
    toml: Annotated[bool, typer.Option("--toml", help="Print configuration, ready to be pasted.")] = False,
    json: JsonOption = False,
) -> None:
    """Walk an OPC UA server, or scan a Modbus map. It only reads: nothing is written to a machine. Ctrl+C ends."""
    from agent.commissioning.addresses import address
    from agent.commissioning.answers import OpcUaAddress

    try:
        place = address(machine)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    if place is None:
        raise ConfigurationError("a manual work center has no machine to look at; expected opc.tcp:// or modbus://")
    wish = _Wish(search.lower(), under, depth, limit, everything, watch, first, count)
    try:
        with Steps(f"Looking at {place}") as steps:
            looking = _opcua(place, wish, steps) if isinstance(place, OpcUaAddress) else _modbus(place, wish, steps)
            found, is_cut = asyncio.run(looking)
            steps.done(f"{len(found)} values")
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        raise typer.Exit(_INTERRUPTED) from None
    if json:
        typer.echo(orjson.dumps({"machine": str(place), "cut": is_cut, "values": [_plain(one) for one in found]}))
    elif toml:
        typer.echo(_pasted(found, is_opcua=isinstance(place, OpcUaAddress)))
    else:
        _show(found)
    if not found:
        sys.stderr.write("Nothing was found. Is it the right machine, unit and part of it?\n")
    if is_cut:
        more = "--limit, --depth and --under" if isinstance(place, OpcUaAddress) else "--from and --count"
        sys.stderr.write(f"There is more than was looked at: {more} say what to look at.\n")


async def _opcua(place: OpcUaAddress, wish: _Wish, steps: Steps) -> tuple[Sequence[Candidate], bool]:
    from agent.commissioning.looking import candidate, server_at, watched
    from drivers.opcua_browse import OpcUaBrowser
    from drivers.opcua_walk import Extent

    extent = Extent(wish.depth, wish.limit, wish.everything)
    async with OpcUaBrowser(server_at(place)) as browser:
        walk = browser.walk(
            extent, lambda seen, waiting: steps.say(f"{seen} nodes seen, {waiting} to look into"), wish.under
        )
        try:
            found = [candidate(one) async for one in walk if wish.is_met(f"{'/'.join(one.path)}\n{one.node}")]
        except (LookupError, ValueError) as error:
            raise ConfigurationError(f"--under {wish.under}: {error}") from error
        if wish.watch_s:
            steps.say(f"watching for {wish.watch_s:g} s", always=True)
            found = await watched(browser, found, wish.watch_s)
        return found, browser.is_cut


async def _modbus(place: ModbusAddress, wish: _Wish, steps: Steps) -> tuple[Sequence[Candidate], bool]:
    from agent.commissioning.looking import watched_registers
    from drivers.modbus_scan import ModbusScanner, Stretch

    stretch = Stretch(first=wish.first, count=wish.count, requests=4 * wish.count + _LEAST_REQUESTS)
    async with ModbusScanner(place.settings()) as scanner:
        found = await scanner.scan(
            stretch, lambda requests, values: steps.say(f"{requests} requests, {values} values found")
        )
        if wish.watch_s:
            steps.say(f"watching for {wish.watch_s:g} s", always=True)
        candidates = await watched_registers(scanner, found, wish.watch_s)
    return [one for one in candidates if wish.is_met(one.name)], scanner.is_cut


def _show(found: Sequence[Candidate]) -> None:
    width = min(60, max((len(one.name) for one in found), default=0))
    for one in found:
        row = f"{one.name:<{width}}  {one.kind or '-':<10} {one.shown:<16} {one.movement.words:<22}  {one.where}"
        typer.echo(row.rstrip())


def _pasted(found: Sequence[Candidate], *, is_opcua: bool) -> str:
    """Signals of what was recognised; the rest as remarks, ready for a key and a role."""
    from agent.commissioning.answers import Node, SignalAnswer
    from agent.commissioning.recognition import propose
    from agent.commissioning.roles import remark
    from agent.commissioning.template import place_of, signals

    proposals = propose(found) if is_opcua else []
    recognised = {id(one.candidate) for one in proposals}
    text = signals(
        tuple(SignalAnswer(one.role, one.candidate.where, remark(one.candidate, one.why)) for one in proposals)
    )
    for one in found:
        # Of a map without names the zeros are most of it, and say nothing.
        if id(one) not in recognised and (isinstance(one.where, Node) or one.value):
            lines = ["[[machine.signal]]", 'key = ""', 'role = ""', *place_of(one.where)]
            text += f"\n  # {remark(one, '')}\n" + "".join(f"  # {line}\n" for line in lines)
    return text.strip("\n")


def _plain(one: Candidate) -> dict[str, object]:
    place = str(one.where)
    return {"name": one.name, "place": place, "type": one.kind, "value": one.value, "seen": one.movement.words}

"""Looks at a machine over its network, reading only, and says what signals could be made of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from agent.commissioning.answers import Address, ModbusAddress, Node, OpcUaAddress
from agent.commissioning.candidates import Candidate
from agent.commissioning.fitting import MODULUS
from agent.commissioning.registers import candidates as register_candidates
from agent.commissioning.registers import readable_as
from agent.commissioning.watching import movement
from agent.core.observations import SignalValue
from agent.core.sources.opcua_settings import OpcUaSettings

if TYPE_CHECKING:
    from drivers.modbus_scan import ModbusScanner, Place
    from drivers.opcua_browse import OpcUaBrowser, Variable

K = TypeVar("K")
WATCHED: Final = 300
"""Values watched at most."""
PATIENCE_S: Final = 5.0
"""Seconds for each answer of a server."""
EVERY_S: Final = 0.5
"""Between two looks."""


class Tell(Protocol):
    """Is told how far the looking has come."""

    def __call__(self, text: str, *, always: bool = False) -> None:
        """Say this, at once or when it is time for it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a machine."""

    candidates: tuple[Candidate, ...]
    is_cut: bool
    """Whether there is more than was looked at."""
    offers: tuple[str, ...] = ()
    """What an OPC UA server offers beside what it was looked at with."""


def look(address: Address, watch_s: float, tell: Tell) -> Look:
    """What a machine offers, with what its values do in so many seconds.

    Raises:
        DeviceError: it cannot be reached, or refuses us.
    """
    if isinstance(address, OpcUaAddress):
        return asyncio.run(_opcua(address, watch_s, tell))
    assert isinstance(address, ModbusAddress), "nobody looks at a manual work center"
    return asyncio.run(_modbus(address, watch_s, tell))


def candidate(variable: Variable) -> Candidate:
    """A variable of an OPC UA server, as something to choose."""
    node = Node(variable.node, MODULUS.get(variable.kind, 2**32), variable.index, variable.field)
    return Candidate(
        node,
        "/".join(variable.path),
        variable.kind,
        variable.value,
        status=variable.status,
        rights=variable.rights,
        description=variable.description,
    )


async def watched(browser: OpcUaBrowser, found: Sequence[Candidate], watch_s: float) -> list[Candidate]:
    """The same, with what each did in so many seconds."""
    chosen = [one for one in found if one.value is not None][:WATCHED]
    nodes = [one.where for one in chosen if isinstance(one.where, Node)]

    async def read() -> dict[str, SignalValue]:
        shown = await browser.read([(one.node, one.index, one.field) for one in nodes])
        return dict(zip(map(str, nodes), shown, strict=True))

    series, seconds = await _watch(read, watch_s)
    return [_moved(one, series.get(str(one.where), []), seconds) for one in found]


async def watched_registers(
    scanner: ModbusScanner, found: Mapping[Place, int], watch_s: float, *, all_ways: bool = False
) -> list[Candidate]:
    """What each register and bit may be, and what it did in so many seconds; in all ways in which it may be meant."""
    places = list(found)

    async def read() -> dict[Place, int | None]:
        now = await scanner.read(places)
        return {place: now.get(place) for place in places}

    series, seconds = await _watch(read, watch_s)
    shown = {place: series.get(place) or [found[place]] for place in places}
    return readable_as(shown, seconds) if all_ways else register_candidates(shown, seconds)


async def _watch(
    read: Callable[[], Awaitable[Mapping[K, SignalValue]]], watch_s: float
) -> tuple[dict[K, list[SignalValue]], float]:
    """What each showed, one reading after the other, and the seconds between the first and the last."""
    series: dict[K, list[SignalValue]] = {}
    if not watch_s:
        return series, 0.0
    time = asyncio.get_running_loop().time
    began = None
    while True:
        now = await read()
        at = time()
        began = at if began is None else began
        for key, value in now.items():
            series.setdefault(key, []).append(value)
        if at - began >= watch_s:
            return series, round(at - began, 1)
        await asyncio.sleep(EVERY_S)


def _moved(one: Candidate, samples: Sequence[SignalValue], seconds: float) -> Candidate:
    known = [value for value in samples if value is not None]
    return replace(one, value=known[-1], movement=movement(samples, seconds)) if known else one


def server_at(address: OpcUaAddress) -> OpcUaSettings:
    """A server of which nothing but its address is known, looked at by nobody in particular and without security."""
    return OpcUaSettings(endpoint=address.endpoint, security="none", timeout_s=PATIENCE_S)


async def _opcua(address: OpcUaAddress, watch_s: float, tell: Tell) -> Look:
    from drivers.opcua_browse import OpcUaBrowser  # noqa: PLC0415 - imported only where it is asked for
    from drivers.opcua_offers import secure_offers  # noqa: PLC0415 - likewise
    from drivers.opcua_walk import Extent  # noqa: PLC0415 - likewise

    server = server_at(address)
    async with OpcUaBrowser(server) as browser:
        found = [
            candidate(variable)
            async for variable in browser.walk(
                Extent(), lambda seen, waiting: tell(f"{seen} nodes seen, {waiting} to look into")
            )
        ]
        tell(f"watching for {watch_s:g} s", always=True)
        seen = tuple(await watched(browser, found, watch_s))
    return Look(seen, browser.is_cut, await secure_offers(server))


async def _modbus(address: ModbusAddress, watch_s: float, tell: Tell) -> Look:
    from drivers.modbus_scan import ModbusScanner, Stretch  # noqa: PLC0415 - imported only where it is asked for

    async with ModbusScanner(address.settings()) as scanner:
        found = await scanner.scan(
            Stretch(), lambda requests, values: tell(f"{requests} requests, {values} values found")
        )
        tell(f"watching for {watch_s:g} s", always=True)
        return Look(tuple(await watched_registers(scanner, found, watch_s)), scanner.is_cut)

"""Machines behind an MTConnect agent. Reads only: `current` and `sample` over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Annotated, Final, Self
from urllib.parse import quote, urlsplit

import aiohttp
from pydantic import AfterValidator

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Link
from agent.core.settings_base import Section
from drivers.cancellation import honour_cancellation
from drivers.contract import Batch, Driver, Now
from drivers.mtconnect_items import PLACE, Items
from drivers.mtconnect_xml import LONGEST, Document, parsed
from drivers.plugin_kind import SettingError, options_of

MOST: Final = 1_000
"""Observations that are asked for at once; more are asked for without a pause."""


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        port = 0
    if port == 0 or parts.scheme != "http" or not parts.hostname or "@" in parts.netloc or parts.query:
        raise ValueError("expected http://HOST:PORT of the MTConnect agent, such as http://192.0.2.40:5000")
    return url.rstrip("/")


class Options(Section):
    """What is to be known of a machine beside its addresses."""

    url: Annotated[str, AfterValidator(_checked_url)]
    """Of the MTConnect agent."""
    device: str = ""
    """Name or uuid of the machine there, where one agent has several; all of them without it."""


def check(machine: MachineSettings) -> None:
    """See whether a machine can be read so; connects nowhere.

    Raises:
        SettingError: it cannot.
    """
    options_of(machine, Options)
    for one in machine.readings:
        if not PLACE.fullmatch(one.at or ""):
            text = f"found '{one.at}': expected the id of a data item, such as exec, or one with a word: exec=ACTIVE"
            raise SettingError(text, signal=one.key)


def open_machine(machine: MachineSettings, now: Now) -> Driver:
    """The driver for a machine, not yet connected.

    Raises:
        SettingError: it cannot be read so.
    """
    check(machine)
    return MTConnectDriver(machine, options_of(machine, Options), now)


class MTConnectDriver:
    """One machine of one MTConnect agent, asked every `poll_ms` for what it observed since.

    The agent numbers its observations, so that none is lost between two questions. Where it does not have the next one
    any more, or has started anew and counts from 1, everything is read as it is now.
    """

    def __init__(self, machine: MachineSettings, options: Options, now: Now) -> None:
        assert machine.driver is not None, f"machine '{machine.work_center}' is not read over MTConnect"
        self._wc_id = machine.work_center
        self._settings = machine.driver
        self._base = f"{options.url}/{quote(options.device, safe='')}/" if options.device else f"{options.url}/"
        self._now = now
        self._items = Items(machine)
        self._client: aiohttp.ClientSession | None = None
        self._current = Document()
        self._turns_by = float("inf")

    @property
    def turns_by(self) -> float:
        """Until its answer must have come."""
        return self._turns_by

    async def __aenter__(self) -> Self:
        """Connect and read everything.

        Raises:
            DeviceError: nobody answers there, or no MTConnect agent.
        """
        timeout = aiohttp.ClientTimeout(total=self._settings.timeout_s)
        self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1), timeout=timeout)
        try:
            self._current = await self._streams("current")
        except BaseException:
            await self._client.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        if self._client is not None:
            await self._client.close()

    async def __aiter__(self) -> AsyncIterator[Batch]:
        """All of it, then what was observed since.

        Raises:
            DeviceError: the agent is lost, silent, or answers nonsense.
        """
        known = self._current
        observed = self._now()
        yield [*self._items.image(known.observations, observed), self._link()]
        loop = asyncio.get_running_loop()
        while True:
            honour_cancellation()
            asked = loop.time()
            self._turns_by = asked + self._settings.timeout_s
            answer = await self._ask(f"sample?from={known.next_sequence}&count={MOST}")
            is_next = answer.instance == known.instance and answer.next_sequence >= known.next_sequence
            if is_next and answer.root == "MTConnectStreams":
                self._check_belongs(answer, known.next_sequence)
                yield [*self._items.news(answer.observations, self._now()), self._link()]
                is_all = answer.next_sequence > answer.last_sequence or answer.next_sequence == known.next_sequence
            else:
                answer, is_all = await self._streams("current"), True
                yield [*self._items.image(answer.observations, self._now()), self._link()]
            known = answer
            if is_all:
                await asyncio.sleep(max(asked + self._settings.poll_ms / 1000 - loop.time(), 0.0))

    def rest(self) -> Batch:
        """Nothing: the agent tells it again."""
        return ()

    def _check_belongs(self, answer: Document, first: int) -> None:
        """HTTP has no numbers: where one answer too many came, each is taken for that to the next request from then on.

        Raises:
            DeviceError: it told what was not asked for.
        """
        earlier = [one.sequence for one in answer.observations if 0 < one.sequence < first]
        if earlier:
            raise DeviceError(
                f"the MTConnect agent at {self._base} told observation {earlier[0]} where those from {first} on were"
                " asked for: it, or what stands before it, answers another request"
            )

    def _link(self) -> Link:
        return Link(self._wc_id, "plc", up=True, observed=self._now())

    async def _streams(self, what: str) -> Document:
        document = await self._ask(what)
        if document.root != "MTConnectStreams":
            why = ", ".join(document.errors) or document.root
            raise DeviceError(
                f"the MTConnect agent at {self._base} refuses '{what}': {why}. See its url and its device"
            )
        return document

    async def _ask(self, what: str) -> Document:
        assert self._client is not None, "not connected"
        try:
            async with self._client.get(self._base + what, allow_redirects=False) as response:
                octets = await _body(response)
        except TimeoutError:
            text = f"no answer from the MTConnect agent at {self._base} within {self._settings.timeout_s:g} s"
            raise DeviceError(text) from None
        except (aiohttp.ClientError, OSError) as error:
            text = f"no MTConnect agent answers at {self._base}: {type(error).__name__}. Is the PLC on, and the agent?"
            raise DeviceError(text) from error
        try:
            return parsed(octets)
        except ValueError as error:
            raise DeviceError(f"what answers at {self._base} is no MTConnect agent: {error}") from error


async def _body(response: aiohttp.ClientResponse) -> bytes:
    octets = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        octets += chunk
        if len(octets) > LONGEST:
            break
    return bytes(octets)

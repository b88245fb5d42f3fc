"""An agent with readers and without an MES: how it is set up, what it shows of scans, and what its journal holds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson
from aiohttp import ClientError, ClientSession, UnixConnector

from agent.core.observations import Instant, Scan
from agent.core.scan_turn import last_scan
from agent.core.views import Reply
from agent.journal.reading import passages

Center: TypeAlias = str
BACK_OFF_S: Final = 0.02
AGENT: Final = """
[agent]
enterprise = "acme"
site = "ala1"
area = "hall-1"
id = "edge-1"
data = "{folder}/journal"
socket = "{folder}/agent.sock"

[mes]
host = "127.0.0.1"
port = 9
"""
"""Nobody listens at port 9 (RFC 863): whatever is scanned waits for an MES all the while."""
MACHINE: Final = """
[[machine]]
work_center = "{center}"
manual = true
"""
READER: Final = """
[[scanner]]
name = "{name}"
work_center = "{center}"
{place}
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader in the configuration."""

    name: str
    center: Center
    place: str
    """Where it is found, in the words of the configuration."""


def configuration(folder: Path, centers: Iterable[Center], readers: Iterable[Reader], beside: str = "") -> str:
    """An agent's configuration, with further tables beside."""
    parts = [AGENT.format(folder=folder), beside]
    parts += [MACHINE.format(center=center) for center in centers]
    parts += [READER.format(name=one.name, center=one.center, place=one.place) for one in readers]
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class ScanFact:
    """What the journal says of one scan."""

    center: Center
    reader: str
    text: str
    refusal: str | None
    """None where it was accepted."""
    elements: str
    """Keys and values of its elements, one after the other; empty where it has none."""


def scan_facts(folder: Path) -> list[ScanFact]:
    """Every scan in the journal of an agent in this folder, in order, whether the agent runs or not."""
    return [
        _of_scan(orjson.loads(row.data))
        for passage in passages(folder / "journal")
        for row in passage.rows
        if row.type in {"scan.accepted", "scan.refused"}
    ]


def _of_scan(data: Mapping[str, Any]) -> ScanFact:
    elements = "".join(element["key"] + element["value"] for element in data["elements"])
    return ScanFact(data["keys"]["wc_id"], data["reader"], data["text"], data.get("refusal_code"), elements)


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer on the live view."""

    at: float
    """`time.perf_counter` when it came."""
    text: str
    accepted: bool
    code: str
    scanned: str
    """When the agent noticed the code, by its own clock."""


@dataclass(slots=True)
class Onlooker:
    """Follows an agent's live view through all its restarts, and remembers each answer to a scan that it shows."""

    socket: Path
    answers: dict[Center, list[Shown]] = field(default_factory=dict)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def follow(self) -> None:
        """Look for ever."""
        async with ClientSession("http://agent", connector=UnixConnector(str(self.socket))) as session:
            while True:
                with suppress(ClientError, OSError):
                    async with session.ws_connect("/v1/live", max_msg_size=0) as live:
                        async for message in live:
                            await self._see(time.perf_counter(), orjson.loads(message.data))
                await asyncio.sleep(BACK_OFF_S)

    async def _see(self, at: float, view: Mapping[str, Any]) -> None:
        for center in view["work_centers"]:
            seen, last = self.answers.setdefault(center["wc_id"], []), center["last_scan"]
            if last is not None and (not seen or (last["text"], last["time"]) != (seen[-1].text, seen[-1].scanned)):
                seen.append(Shown(at, last["text"], last["accepted"], last["code"], last["time"]))
        async with self._changed:
            self._changed.notify_all()

    def last(self, center: Center) -> Shown | None:
        """The answer that is shown of a work center."""
        seen = self.answers.get(center)
        return seen[-1] if seen else None

    async def until(self, reached: Callable[[], bool], what: str, within_s: float = 30.0) -> None:
        """Wait until what was shown is enough.

        Raises:
            AssertionError: it is not within this time.
        """
        try:
            async with asyncio.timeout(within_s), self._changed:
                await self._changed.wait_for(reached)
        except TimeoutError:
            last = {center: seen[-1] if seen else None for center, seen in self.answers.items()}
            raise AssertionError(f"not shown within {within_s} s: {what}; last {last}") from None

    async def sees(self, center: Center, text: str) -> Shown:
        """Wait for the answer to a code after which nothing is scanned until then, and return it.

        Raises:
            AssertionError: it does not come.
        """
        await self.sees_one_of(center, [text])
        return self.answers[center][-1]

    async def sees_one_of(self, center: Center, texts: Sequence[str]) -> None:
        """Wait for the answer to any of these codes; where answers come faster than views, some are not shown.

        Raises:
            AssertionError: none comes.
        """
        wanted = set(map(as_shown, texts))

        def reached() -> bool:
            last = self.last(center)
            return last is not None and last.text in wanted

        await self.until(reached, f"{texts[-1]!r} at {center}")

    async def sees_other(self, center: Center, than: Shown | None) -> Shown:
        """Wait for any other answer than this, and return it.

        Raises:
            AssertionError: none comes.
        """
        await self.until(lambda: self.last(center) not in {None, than}, f"an answer at {center}")
        return self.answers[center][-1]

    def delays_ms(self, center: Center, codes: Sequence[str], ended: Sequence[float]) -> list[float]:
        """From the end of each code to its answer on the live view, or that to a later one where none stands between.

        Args:
            center: where they were scanned.
            codes: in order, each another.
            ended: when the suffix of each went out.
        """
        places = {as_shown(code): place for place, code in enumerate(codes)}
        delays: list[float] = []
        for one in self.answers.get(center, ()):
            through = places.get(one.text, -1)
            delays += [(one.at - ended[place]) * 1000 for place in range(len(delays), through + 1)]
        return delays


def as_shown(text: str) -> str:
    """A code as views show it: whole, or where it is long its beginning and a digest."""
    scan = Scan("", text, Instant(0.0, 0.0), "")
    return last_scan(scan, Reply(accepted=True, code="", message="")).text


@asynccontextmanager
async def looking_on(folder: Path) -> AsyncIterator[Onlooker]:
    """Somebody who looks at the agent in this folder while open; the agent need not be there yet."""
    onlooker = Onlooker(folder / "agent.sock")
    following = asyncio.create_task(onlooker.follow(), name="soak.onlooker")
    try:
        yield onlooker
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following

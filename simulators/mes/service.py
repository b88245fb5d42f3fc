"""The MES as a service: takes facts, confirms what is on disk, asks for what is missing, hands out plans."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from simulators.mes.agents import Sightings, Status, Unavailable
from simulators.mes.commands import head
from simulators.mes.control import controlled
from simulators.mes.link import Address, Link, LinkLostError, Received, connected
from simulators.mes.office import Office
from simulators.mes.plan import Plan
from simulators.mes.publishing import Directory
from simulators.mes.repairs import Repairs
from simulators.mes.sequences import Gap
from simulators.mes.store import Message, Receipt, Rejection, Rule, Store
from simulators.mes.topics import Place, Source

ACK_EVERY_S = 0.05
"""Real seconds between two acknowledgements of one source, at least."""
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 2.0

T = TypeVar("T")

_log = logging.getLogger(__name__)


async def serve_mes(  # noqa: PLR0913 - each is named where it is called
    *,
    broker: Address,
    place: Place,
    store: Path,
    plan: Plan,
    ready: Callable[[], None] | None = None,
    reject: Rule | None = None,
    control: Path | None = None,
) -> None:
    """Be the central MES of one site until cancelled, connecting again and again.

    Args:
        broker: Where the agents meet the MES.
        place: The site, whose agents' facts are taken.
        store: The MES's SQLite file; made when missing.
        plan: Everything that it hands out, published at each connect.
        ready: Called once, when first connected and subscribed.
        reject: What it does not want, beside what is malformed.
        control: Where it listens to `simulators.mes.control`; nowhere if None.

    Raises:
        sqlite3.Error: the store cannot be read or written; what was not stored was not acknowledged.
        OSError: the socket for `control` cannot be made.
    """
    async with AsyncExitStack() as stack:
        opened = stack.enter_context(Store(store, reject))
        thread = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="mes-store"))
        mes = _Mes(opened, thread, place, plan, ready)
        await mes.office.begin()
        if control is not None:
            await stack.enter_async_context(controlled(control, mes.office.carry))
        pause = _FIRST_PAUSE_S
        while True:
            try:
                async with connected(broker, f"mes-{place.enterprise}-{place.site}") as link:
                    pause = _FIRST_PAUSE_S
                    await mes.serve(link)
            except* LinkLostError as lost:
                _log.info("MES: %s; next try in %.1f s", lost.exceptions[0], pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)


def announce_ready() -> None:
    """Tell whoever started this process, by one JSON line on stdout: give it to `serve_mes` as `ready`."""
    sys.stdout.write(json.dumps({"ready": True}) + "\n")
    sys.stdout.flush()


class _Mes:
    """What outlives a connection."""

    def __init__(
        self, store: Store, thread: ThreadPoolExecutor, place: Place, plan: Plan, ready: Callable[[], None] | None
    ) -> None:
        self._store = store
        self._thread = thread  # One thread, so that the store's calls follow each other even where one was cancelled.
        self._place = place
        self.office = Office(place, Directory(place, plan), store, self._in_thread)
        self._ready = ready
        self._repairs = Repairs()
        self._sightings = Sightings()
        self._owed: dict[str, Receipt] = {}
        self._owing = asyncio.Event()
        self._missing = asyncio.Event()

    async def serve(self, link: Link) -> None:
        """One connection, until it is lost.

        Raises:
            LinkLostError: within a group, when the connection is gone.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._take(link), name="mes: take")
                group.create_task(self._acknowledge(link), name="mes: acknowledge")
                group.create_task(self._repair(link), name="mes: repair")
                group.create_task(link.breathe(), name="mes: breathe")
                group.create_task(self._greet(link, group), name="mes: greet")
        finally:
            self.office.close()

    async def _greet(self, link: Link, group: asyncio.TaskGroup) -> None:
        await link.subscribe(self._place.inbound())
        await self.office.open(link, group)
        for receipt in await self._in_thread(self._store.receipts):
            self._watch(receipt)
            self._owe(receipt)
        if self._ready is not None:
            self._ready()
            self._ready = None

    async def _take(self, link: Link) -> None:
        while True:
            gathered = await link.receive()
            events = [_message(received) for received in gathered if self._place.kind(received.topic) == "evt"]
            if events:
                for receipt in await self._in_thread(partial(self._store.take, events)):
                    self._watch(receipt)
                    self._owe(receipt)
                for event in events:
                    self.office.learn(event.topic)
                await self.office.look()
            for received in gathered:
                await self._listen(received)
            link.settle(gathered)

    async def _listen(self, received: Received) -> None:
        match self._place.kind(received.topic):
            case "status":
                status = Status.read(received.payload)
                if status is not None and self._sightings.is_news(status) and status.online:
                    await self._tell_all(status)
            case "res":
                _log.info("MES: answer %s", received.payload.decode(errors="replace"))
                self.office.hear_answer(received.payload)
                gone = Unavailable.read(received.payload)
                if gone is not None:
                    source = Source(self._place.site, self._place.agent_of(received.topic), gone.epoch)
                    receipt = await self._in_thread(partial(self._store.forgo, str(source), gone.gap))
                    self._watch(receipt)
                    self._owe(receipt)

    async def _tell_all(self, status: Status) -> None:
        """Where an agent stands, in each of its epochs; of one never heard of nothing is here."""
        known = [receipt.source for receipt in await self._in_thread(self._store.receipts)]
        own = [source for source in known if Source.parse(source).agent_id == status.agent_id]
        told = [str(Source(self._place.site, status.agent_id, epoch)) for epoch in (*status.former, status.epoch)]
        for source in dict.fromkeys((*own, *told)):
            self._owe(await self._in_thread(partial(self._store.receipt, source)))

    def _owe(self, receipt: Receipt) -> None:
        earlier = self._owed.get(receipt.source)
        told: dict[str, Rejection] = {rejection.id: rejection for rejection in earlier.rejected} if earlier else {}
        told |= {rejection.id: rejection for rejection in receipt.rejected}
        self._owed[receipt.source] = Receipt(receipt.source, receipt.through, receipt.gaps, tuple(told.values()))
        self._owing.set()

    def _watch(self, receipt: Receipt) -> None:
        self._repairs.watch(receipt.source, receipt.gaps, time.monotonic())
        self._missing.set()

    async def _acknowledge(self, link: Link) -> None:
        while True:
            await self._owing.wait()
            self._owing.clear()
            owed, self._owed = self._owed, {}
            for receipt in owed.values():
                source = Source.parse(receipt.source)
                link.publish(self._place.ack(source.agent_id), _json(_ack(source, receipt)))
            await asyncio.sleep(ACK_EVERY_S)

    async def _repair(self, link: Link) -> None:
        while True:
            due = self._repairs.next_due()
            with suppress(TimeoutError):
                async with asyncio.timeout(None if due is None else max(0.0, due - time.monotonic())):
                    await self._missing.wait()
            self._missing.clear()
            for urn, gap in self._repairs.take_due(time.monotonic()):
                source = Source.parse(urn)
                _log.info("MES: asks %s for %d to %d again", urn, gap.first, gap.last)
                link.publish(self._place.command(source.agent_id, "replay"), _json(_replay(source, gap)))

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


def _message(received: Received) -> Message:
    return Message(received.topic, received.payload, received.received_at)


def _ack(source: Source, receipt: Receipt) -> dict[str, object]:
    return {"epoch": source.epoch, "through": receipt.through, "rejected": list(_rejected(receipt.rejected))}


def _rejected(rejections: Iterable[Rejection]) -> Iterable[dict[str, object]]:
    for rejection in rejections:
        yield {
            "sequence": rejection.sequence,
            "id": rejection.id,
            "reason": rejection.reason,
            "retryable": rejection.retryable,
        }


def _replay(source: Source, gap: Gap) -> dict[str, object]:
    return {**head("gap"), "epoch": source.epoch, "from": gap.first, "to": gap.last}


def _json(value: dict[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

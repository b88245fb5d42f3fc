"""How long a change takes to get out: through the agent alone, and from the PLC to a subscriber."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from zoneinfo import ZoneInfo

from agent.alarms import Alarms
from agent.broker import Abilities, Outgoing, Session
from agent.clock import Clock
from agent.core.contract.envelope import Envelopes
from agent.core.contract.topics import Topics
from agent.core.settings import MesSettings
from agent.core.times import epoch
from agent.forwarder import Forwarder
from agent.gate import Gate
from agent.messages import Messages
from simulators.broker import Broker
from tests.bench.configuration import WORK_CENTER, counting, settings, synthetic
from tests.bench.measurement import Bench, Measurement, at_most, percentile
from tests.bench.parts import Desk, image, now, working_desk
from tests.bench.processes import agent_process, counter_server, mes_process

IDLE_S = 0.05
CHANGES = 320
EVENTS = 300
RATE = 10.0
WARM = 20
"""So many first ones are left out."""


class TimedSession(Session):
    """Notes when the broker answers."""

    def __init__(self, settings: MesSettings) -> None:
        super().__init__(settings, "bench-agent")
        self._answers: asyncio.Queue[tuple[bytes, float]] = asyncio.Queue()

    def publish(self, message: Outgoing) -> asyncio.Future[int]:
        """Publish as ever."""
        puback = super().publish(message)
        puback.add_done_callback(lambda _: self._answers.put_nowait((message.payload, time.perf_counter())))
        return puback

    async def answered(self, mark: bytes) -> float:
        """When the broker answered the message with this mark in it."""
        while True:
            payload, at = await self._answers.get()
            if mark in payload:
                return at


async def own_share(bench: Bench) -> AsyncIterator[Measurement]:
    """From a reading at the intake to the broker's PUBACK, one change at a time."""
    folder = bench.fresh("share")
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(Broker(folder=folder / "broker", kind="mosquitto"))
        await stack.enter_async_context(mes_process(folder, broker.port))
        agent = settings(folder / "journal", synthetic(flush_s=1e-9), broker=broker.port)
        desk = await stack.enter_async_context(working_desk(agent))
        topics = Topics.of(agent.mes.root, agent.agent)
        messages = Messages(topics, Envelopes("bench", "bench-1"))
        gate = Gate(desk.journal, agent.mes.exchange, Clock(), ZoneInfo("UTC"))
        forwarder = Forwarder(desk.journal, agent.mes, messages, Clock(), Alarms(time.time), gate)
        session = TimedSession(agent.mes)
        session.leave(Outgoing(topics.status, b"{}"), Abilities())
        await session.open()
        stack.callback(session.close)
        jobs = [
            asyncio.create_task(job, name="bench.uplink")
            for job in (session.tend(), forwarder.run(session), _confirmations(session, forwarder, topics.ack))
        ]
        try:
            durable, answered = await _changes(desk, session)
        finally:
            for job in jobs:
                job.cancel()
    note = f"durable after {percentile(durable, 50):.2f} / {percentile(durable, 99):.2f} ms; {len(answered)} changes"
    what = "reading at the intake → durable → PUBACK"
    yield at_most(f"{what}, p50", percentile(answered, 50), "ms", 3, note)
    yield at_most(f"{what}, p99", percentile(answered, 99), "ms", 20, f"one change every {IDLE_S * 1000:g} ms")


async def _changes(desk: Desk, session: TimedSession) -> tuple[list[float], list[float]]:
    durable, answered = [], []
    for number in range(1, CHANGES + WARM + 1):
        await asyncio.sleep(IDLE_S)
        began = time.perf_counter()
        await desk.intake.submit(image(WORK_CENTER, now(), total=number))
        durable.append((time.perf_counter() - began) * 1000)
        answered.append((await session.answered(f'"raw_to":{number}}}'.encode()) - began) * 1000)
    return durable[WARM:], answered[WARM:]


async def _confirmations(session: Session, forwarder: Forwarder, topic: str) -> None:
    await session.subscribe((topic,))
    while True:
        message = await session.incoming.get()
        await forwarder.acknowledged(message.payload)
        message.done()


async def plc_to_subscriber(bench: Bench) -> AsyncIterator[Measurement]:
    """From the instant of a count in the PLC to its arrival at an MQTT subscriber, every part a process of its own."""
    folder = bench.fresh("plc")
    async with (
        Broker(folder=folder / "broker", kind="mosquitto") as broker,
        mes_process(folder, broker.port) as mes,
        counter_server(folder, RATE) as endpoint,
        agent_process(settings(folder, counting(endpoint), broker=broker.port)),
    ):

        def counts() -> list[float]:
            return [
                (line["arrived"] - epoch(line["time"])) * 1000
                for line in mes.said
                if line["kind"] == "fact" and "output.recorded" in line["type"]
            ]

        await mes.until(lambda _: len(counts()) >= EVENTS + WARM, within_s=60)
        delays = counts()[WARM:]
    what = "PLC change → MQTT subscriber, OPC UA publishing 20 ms"
    yield at_most(f"{what}, p50", percentile(delays, 50), "ms", 20, f"{len(delays)} counts at {RATE:g} Hz")
    yield at_most(f"{what}, p99", percentile(delays, 99), "ms", 50, f"worst {max(delays):.1f} ms")


BENCHMARKS = (own_share, plc_to_subscriber)

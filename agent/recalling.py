"""Has a machine's history of each gap read, once the machine answers again, and hands it to the intake (domain.md R15).

Beside live reading and never in its way: over a connection of its own, bounded in time and tries. Which gaps there are
stands in the journal's snapshot, so that a restart of the agent, or a kill before the answer is durable, costs a repeat
and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from agent.batch import Stand
from agent.clock import Clock
from agent.core.backfill import asking
from agent.core.backfill.asking import Memories
from agent.core.backfill.recalled import Recalled
from agent.core.errors import DeviceError, JournalError
from agent.core.machine.unwatched import Unwatched
from agent.core.station_setup import Setup
from agent.intake import Intake
from agent.logs.events import Event
from agent.logs.outages import Outage
from agent.retry import Backoff
from drivers.cancellation import honour_cancellation, within

SETTLED_S: Final = 5.0
"""Plant seconds, beyond the shortest stop, after which both ends of a gap are known and its history is written."""
LONGEST_S: Final = 30.0
"""Real seconds that one try may take."""
MOST_TRIES: Final = 6
FIRST_RETRY_S: Final = 1.0
LONGEST_RETRY_S: Final = 60.0


Ask: TypeAlias = Callable[[Sequence[str], float, float], Awaitable[Memories]]
"""Asks the machine what these signals were between two instants, in seconds since 1970 UTC.

Raises DeviceError where nobody answers, or what answers refuses us.
"""


async def recall_machine(wc_id: str, intake: Intake, clock: Clock, ask: Ask) -> None:
    """Have every gap of a machine filled in, for ever.

    Args:
        wc_id: its work center.
        intake: that knows the gaps and takes the answers.
        clock: of the plant.
        ask: asks the machine.
    """
    outage = Outage(Event.HISTORY_MISSED, work_center=wc_id)
    while True:
        await intake.until(lambda stand: bool(stand.stations[wc_id].state.watch.unwatched))
        station = intake.present.stations[wc_id]
        stretch = station.state.watch.unwatched[0]
        settled = stretch.end + station.setup.machine.stop.stop_confirm_s + SETTLED_S
        await asyncio.sleep(max(clock.real(settled - clock.now().wall), 0.0))
        told = await _told(station.setup, stretch, intake, clock, ask, outage)
        await _hand_in(told, intake)


async def _told(setup: Setup, stretch: Unwatched, intake: Intake, clock: Clock, ask: Ask, outage: Outage) -> Recalled:
    """What the machine says of a gap, asked for a few times while it answers at all."""
    wc_id, backoff = setup.machine.work_center, Backoff(FIRST_RETRY_S, LONGEST_RETRY_S)
    while True:
        await intake.until(lambda stand: stand.stations[wc_id].state.watch.link_up)
        try:
            async with within(LONGEST_S):
                answer = await ask(asking.wanted(setup), asking.since(setup, stretch), stretch.end)
        except Exception as error:  # noqa: BLE001 - whatever a library trips over here must not end live reading
            honour_cancellation()
            why = _why(error)
            if backoff.failures + 1 == MOST_TRIES:
                outage.failed(f"the history of {wc_id} cannot be read, what nobody watched stays UNKNOWN: {why}")
                return asking.missed(setup, stretch, clock.now())
            await asyncio.sleep(backoff.failed())
            continue
        lacking = [f"'{one.key}' ({one.why})" for one in answer.signals if one.why]
        if lacking:
            outage.failed(f"the history of {wc_id} lacks {', '.join(lacking)}", reason="lacking")
        else:
            outage.over(f"the history of {wc_id} is whole")
        # A long answer takes some tenths of a second, for which no scan need wait.
        return await asyncio.to_thread(asking.handed_in, setup, stretch, answer.signals, answer.started, clock.now())


async def _hand_in(told: Recalled, intake: Intake) -> None:
    """Returns once the gap is durably no gap to be asked for any more."""
    backoff = Backoff(FIRST_RETRY_S, LONGEST_RETRY_S)

    def over(stand: Stand) -> bool:
        left = stand.stations[told.wc_id].state.watch.unwatched
        return all((one.start, one.end) != (told.start, told.end) for one in left)

    while not over(intake.present):
        try:
            await intake.take([told])
        except JournalError:
            # It cannot be read what was told of the stops; whoever keeps the journal says so.
            await asyncio.sleep(backoff.failed())
        else:
            await intake.until(over)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {LONGEST_S:g} s"
    return str(error) if isinstance(error, DeviceError) else repr(error)

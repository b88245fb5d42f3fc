"""`python -m tests.bench.servers.terminal_shift`: eight hours before a terminal; a line of JSON at the end of each.

Views come as the agent sends them, without waiting in between: counts rise, the machine stops and runs, events go by, a
handover and calls come and go. Every five minutes two pages are opened and left.
"""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

import psutil

from agent.core.machine.conditions import Condition
from agent.core.times import iso
from agent.core.views import AgentView
from agent.core.work_center_view import EventView
from agent.tui.app import DEFAULT_SETTINGS, Terminal
from agent.tui.deliveries import Deliveries, Seen
from agent.tui.sheets import SHEETS
from agent.tui.sheets.sheet import Page
from tests.tui.people import MANNED, SIGNED, TECHNICIAN
from tests.tui.views import ORDER, STOP, VIEW

HOURS: Final = 8
VIEW_S: Final = 15
VIEWS_AN_HOUR: Final = 3600 // VIEW_S
PAGES_EVERY: Final = 20
START: Final = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)


def views() -> Iterator[AgentView]:
    """What the agent shows, one view each `VIEW_S` seconds of the plant."""
    for number in range(HOURS * VIEWS_AN_HOUR):
        now = iso((START + timedelta(seconds=number * VIEW_S)).timestamp())
        stands = number % 100 > 90
        made = Decimal(number * 2)
        events = tuple(EventView(time=now, type="output.recorded", text=str(number - back)) for back in range(5))
        center = MANNED.model_copy(
            update={
                "condition": Condition.FAULTED if stands else Condition.RUNNING,
                "condition_since": now,
                "stop": STOP.model_copy(update={"stop_id": f"stop-{number // 100}"}) if stands else None,
                "order": ORDER.model_copy(update={"qty_good": made}),
                "qty_good": made,
                "events": events,
                "last_serial": f"SN{number}",
                "handover": SIGNED if number % 300 < 20 else None,
                "calls": (TECHNICIAN,) if number % 70 < 5 else (),
            }
        )
        yield VIEW.model_copy(update={"plant_time": now, "work_centers": (center,)})


async def work() -> None:
    """Tell it all, and say how large the terminal is."""
    terminal, process = Terminal(Deliveries(), None, "en", DEFAULT_SETTINGS), psutil.Process()
    pages = [page for page in SHEETS if page.value in {"orders", "lots", "handover", "call", "crew", "reasons"}]
    async with terminal.run_test(size=(80, 24)) as pilot:
        for number, view in enumerate(views(), 1):
            terminal.tell(Seen(view))
            if number % PAGES_EVERY == 0:
                for page in (Page.HELP, pages[number // PAGES_EVERY % len(pages)]):
                    terminal.action_open(page)
                    await pilot.pause()
                await terminal.run_action("leave")
            await pilot.pause()
            if number % VIEWS_AN_HOUR == 0:
                gc.collect()
                said = {"rss": process.memory_info().rss, "tasks": len(asyncio.all_tasks()), "files": process.num_fds()}
                print(json.dumps(said), flush=True)  # noqa: T201 - to the benchmark


if __name__ == "__main__":
    asyncio.run(work())

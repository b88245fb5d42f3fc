"""docs/logs.md has every event, as the code does."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

from agent.logs.events import OUTAGES, Event

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "logs.md"
RAISED = re.compile(r"raise_alarm\(\s*(?:\"(\w+)\"|Event\.(\w+))|Outage\(Event\.(\w+)|_later\(\"(\w+)\"")
BESIDE = ("agent/logs/", "agent/doctor/")
"""What is no log of the agent that runs."""
ROW = re.compile(r"^\| `([a-z_]+)` \| (\w+) \| ([\w ]+) \| (yes|no) \| (.+) \|$", re.MULTILINE)


def test_the_page_has_every_event_with_level_meaning_and_who_acts() -> None:
    expected = [
        (
            event.value,
            logging.getLevelName(event.level),
            event.who,
            "yes" if event in OUTAGES else "no",
            event.meaning,
        )
        for event in Event
    ]
    assert ROW.findall(PAGE.read_text(encoding="utf-8")) == expected


def sources() -> Iterator[tuple[str, str]]:
    """What may tell the log."""
    for room in ("agent", "drivers"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if not name.startswith(BESIDE):
                yield name, path.read_text(encoding="utf-8")


def test_whatever_lasts_and_is_told_is_an_outage() -> None:
    told = {name.lower() for _, text in sources() for found in RAISED.findall(text) for name in found if name}
    assert len(told) > 10
    assert told <= {event.value for event in OUTAGES}


def test_nobody_goes_past_the_vocabulary() -> None:
    assert [name for name, text in sources() if "getLogger(__name__)" in text] == []

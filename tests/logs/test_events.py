"""docs/logs.md has every event, as the code does."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from agent.logs.events import OUTAGES, Event

PAGE = Path(__file__).parent.parent.parent / "docs" / "logs.md"
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

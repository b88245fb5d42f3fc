"""Every screen in each language and in two sizes says what it said when somebody last looked at it."""

from __future__ import annotations

import asyncio

import pytest

from tests.tui.snapshots import kept, snapshots


@pytest.mark.timeout(400)
async def test_every_screen_says_what_it_said() -> None:
    asyncio.get_running_loop().set_debug(False)  # hundreds of screens: it doubles the time
    drawn, written = await snapshots(), kept()
    changed = sorted(name for name in drawn.keys() | written.keys() if drawn.get(name) != written.get(name))
    assert changed == [], "look at them, then: make screenshots"

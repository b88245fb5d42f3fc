"""Whole agents under streams of codes, without an MES all the while: each code is one fact, whatever happens beside."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.scans import Campaign, play

CODES = 300


@pytest.mark.timeout(180)
async def test_of_hundreds_of_codes_at_scanner_speed_each_is_one_fact_in_order_on_every_channel(tmp_path: Path) -> None:
    results = await play(Campaign(tmp_path, CODES, ("pty", "wedge")))
    assert len(results) == 2
    for one in results:
        assert one.texts == list(one.codes)
        assert one.misjudged == []
        assert len(one.delays_ms) == CODES

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulators.broker import Broker


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    async with Broker(folder=tmp_path / "broker", kind="mosquitto") as running:
        yield running

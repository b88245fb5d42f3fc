from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def socket() -> Iterator[Path]:
    """Where an agent may listen; the name of a Unix socket is at most 107 octets long."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "agent.sock"

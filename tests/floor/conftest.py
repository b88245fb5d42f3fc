from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.floor import busy as scene
from tests.floor.plant import Floor, Made, a_floor

BENCH = {"work_center": "BENCH-1", "manual": True}
"""An assembly bench without a machine."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """A bench without a machine; output is what people report."""
    folder: Path = tmp_path_factory.mktemp("bench")
    with a_floor(Made(machines=(BENCH,), speed=10.0), folder) as floor:
        yield floor


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """A bench at which two operations were done, with all that can happen there; see `busy.py`."""
    with a_floor(Made(machines=(scene.BENCH,), speed=10.0), tmp_path_factory.mktemp("busy")) as floor:
        scene.work(floor)
        yield floor

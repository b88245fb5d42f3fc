from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.floor.plant import Floor, Made, a_floor

BENCH = {"work_center": "BENCH-1", "manual": True}
"""An assembly bench without a machine."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """A bench without a machine; output is what people report."""
    folder: Path = tmp_path_factory.mktemp("bench")
    with a_floor(Made(machines=(BENCH,), speed=10.0), folder) as floor:
        yield floor

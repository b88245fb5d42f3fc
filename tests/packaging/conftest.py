"""The bundle that the tests look into: made once, and found again while nothing in the sources changes."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tests.packaging import bundle


@pytest.fixture(scope="session")
def archive() -> Path:
    return bundle.build()


@pytest.fixture(scope="session")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (found,) = folder.iterdir()
    return found

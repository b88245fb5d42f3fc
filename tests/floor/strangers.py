"""Runs `stranger.py`: an MES by somebody who was given docs/mes-contract.md and the schemas, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.floor.plant import ENTERPRISE, PATIENCE_S, SITE, Document, Floor

HERE = Path(__file__).parent
SCHEMAS = HERE.parents[1] / "docs" / "schemas"


@contextmanager
def strangers_report(floor: Floor) -> Iterator[Document]:
    """Its report, once it has confirmed all that the agent has; its store is empty at first."""
    report = floor.folder / "stranger.json"
    where = ("--host", floor.broker.host, "--port", str(floor.broker.port), "--enterprise", ENTERPRISE, "--site", SITE)
    files = ("--store", str(floor.folder / "stranger.sqlite"), "--report", str(report), "--schemas", str(SCHEMAS))
    with subprocess.Popen([sys.executable, str(HERE / "stranger.py"), *where, *files]) as process:
        try:
            yield _complete(report, len(floor.sequences()))
        finally:
            process.terminate()


def _complete(report: Path, facts: int) -> Document:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        said: Document = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {"sources": {}}
        if any(source["through"] >= facts for source in said["sources"].values()):
            return said
        time.sleep(0.2)
    raise AssertionError(f"the stranger's MES has not all {facts} facts within {PATIENCE_S} s: {said['sources']}")

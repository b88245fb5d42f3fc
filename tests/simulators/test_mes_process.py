from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from simulators.mes.store import Message, Store
from tests.simulators.mes_facts import EVT, payload
from tests.simulators.test_reconciling import a_day, digest


def report(*options: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-P", "-m", "agent", "simulate", "mes", "--report", *options)
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env=os.environ | {"COLUMNS": "120"}
    )


def a_store(folder: Path) -> Path:
    story = a_day()
    story.operation("started", "in_progress")
    story.consume("CABLE", "L-2", "3", "60", "3")
    story.tell(
        "discrepancy.raised", discrepancy_id="d1", code="consumption_over_norm", owner_role="supervisor",
        due="2026-03-04T13:00:00.000Z", start="2026-03-04T05:00:00.000Z", end="2026-03-04T05:00:00.000Z", at_most="3",
        evidence={},
    )  # fmt: skip
    with Store(folder / "mes.sqlite") as store:
        store.take([Message(EVT, payload(*digest(story).events), 1000.0)])
    return folder / "mes.sqlite"


def test_the_report_is_printed_for_people_and_for_machines(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    shown = report("--store", str(store)).stdout
    (over,) = [line.split() for line in shown.splitlines() if "L-2" in line]
    assert over[:6] == ["PO-1/20", "CABLE", "L-2", "3", "3", "EA"]
    assert "consumption_over_norm   supervisor   2026-03-04 13:00   open" in shown
    told = json.loads(report("--store", str(store), "--json").stdout)
    assert told["work_centers"]["FILL-1"]["floor"]["norms"][0]["over"] == "3"


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = report("--store", str(tmp_path / "none.sqlite"))
    assert missing.returncode == 1
    assert "expected the file of a simulated MES" in missing.stderr
    plan = tmp_path / "plan.json"
    plan.write_text('{"order": []}', encoding="utf-8")
    wrong = report("--store", str(a_store(tmp_path)), "--plan", str(plan))
    assert wrong.returncode == 1
    assert "unknown table order" in wrong.stderr

"""Facts as an agent publishes them, written out by hand so that the simulated MES is not tested against itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 4, 5, 0, 0, tzinfo=UTC)
EVT = "lineside/v1/acme/ala1/hall-1/FILL-1/evt/output"
BATCHES = "lineside/v1/acme/ala1/agents/agent-a/evt"


def source(epoch: str = "e1", agent: str = "agent-a") -> str:
    return f"urn:lineside:ala1:{agent}:{epoch}"


def iso(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def uuid7(number: int) -> str:
    return f"019cb747-d8bc-7000-8000-{number:012x}"


def fact(
    sequence: int,
    kind: str = "link.lost",
    *,
    at: float = 0.0,
    wc: str | None = "FILL-1",
    order: str | None = None,
    keys: dict[str, str] | None = None,
    data: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """One event; its id follows from the sequence number, `data` is what its type says besides keys."""
    no_keys = {"wc_id": wc, "order_id": order, "op_no": None, "item_id": None, "lot_id": None, "serial": None}
    return {
        "specversion": "1.0",
        "id": uuid7(sequence),
        "source": source(),
        "type": f"io.lineside.edge.{kind}.v1",
        "subject": f"{wc or '-'}/{order or '-'}/-",
        "time": iso(at),
        "observedtime": iso(at),
        "recordedtime": iso(at),
        "sequence": f"{sequence:020d}",
        "dedupkey": f"{kind}:{wc}:{sequence}",
        "partitionkey": wc or "agent-a",
        "datacontenttype": "application/json",
        "dataschema": f"urn:lineside:schema:{kind}:v1",
        "data": {
            "keys": no_keys | (keys or {}),
            "quality": {"origin": "plc", "execution_mode": "simulation", "time_quality": "good", "entry": "auto"},
            "versions": {"bom_version": None, "route_version": None, "norm_version": None, "reasons_rev": None},
            **(data or {}),
        },
    }


def payload(*events: dict[str, Any]) -> bytes:
    """A batch, or a single event if there is but one."""
    return json.dumps(events if len(events) != 1 else events[0], ensure_ascii=False).encode()

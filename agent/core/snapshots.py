"""A station's state as bytes, and as what former versions of the agent wrote (design.md section 4).

Version 0.1 wrote plain JSON and knew neither segments nor quantities of a shift; what it left open goes on.
"""

from __future__ import annotations

import zlib
from typing import Any

import orjson
from pydantic import TypeAdapter

from agent.core.state import StationState

_STATE = TypeAdapter(StationState)


def packed(state: StationState) -> bytes:
    """The whole state as JSON, deflated (RFC 1950)."""
    return zlib.compress(_STATE.dump_json(state), level=5)


def unpacked(snapshot: bytes) -> StationState:
    """The state that a snapshot holds.

    Raises:
        ValueError: not a snapshot of this version or a former one.
    """
    if snapshot.startswith(b"{"):
        return _STATE.validate_python(_of_0_1(orjson.loads(snapshot)), strict=False)
    try:
        return _STATE.validate_json(zlib.decompress(snapshot))
    except zlib.error as error:
        raise ValueError(f"not a snapshot of a station: {error}") from error


def _of_0_1(state: dict[str, Any]) -> dict[str, Any]:
    current = (state.get("operations") or {}).get("current") or {}
    order = {"order_id": current.get("order_id"), "op_no": current.get("op_no")}
    for place, name in (("stops", "open"), ("floor", "last_stop")):
        stop = (state.get(place) or {}).get(name)
        if stop is not None and "segments" not in stop:
            state[place][name] = _with_segment(stop, order if name == "open" else {"order_id": None, "op_no": None})
    lots = (state.get("floor") or {}).get("lots") or ()
    state["materials"] = {"loaded": [{"lot_id": lot, "item_id": None, "uom": None, "since": 0.0} for lot in lots]}
    output = state.get("output") or {}
    if "cum_good" in output:
        output["cums"] = {"good": output.pop("cum_good"), "scrap": output.pop("cum_scrap")}
    if current:
        # Transitions were counted over all operations, so the last one names what parts are credited to.
        current["book"] = state["operations"]["transitions"]
        state["operations"]["ledger"] = []
        change = {"at": current["started"], **order}
        state.setdefault("schedule", {"orders": [change]})
    return state


def _with_segment(stop: dict[str, Any], order: dict[str, str | None]) -> dict[str, Any]:
    reason = stop.pop("reason", None)
    segment = {
        "number": 1,
        "segment_class": stop["stop_class"],
        "start": stop["start"],
        "end": stop["end"],
        "shift": None,
        **order,
        "reason": reason,
    }
    return {**stop, "segments": [segment]}

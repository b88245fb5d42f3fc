"""What this MES cannot do without, type by type, as the contract promises it; of other types it just keeps facts."""

from __future__ import annotations

_STOP = {"stop_id", "stop_class", "start", "end", "bridged", "end_uncertain", "machine_reasons"}
_OPERATION = {"from_status", "to_status", "transition_no", "qty_good", "qty_scrap", "qty_planned"}
_MOVEMENT = {"movement_id", "state", "qty", "uom", "from_place", "to_place", "reason", "actor"}
_HOLD = {"hold_id", "target", "target_id", "actor"}

_PROMISED: dict[str, set[str]] = {
    "machine.condition_changed": {"from_condition", "to_condition", "mode", "inferred"},
    "machine.condition_corrected": {"start", "end", "conditions"},
    "stop.opened": _STOP,
    "stop.upgraded": _STOP,
    "stop.closed": _STOP,
    "stop.segmented": {"stop_id", "before", "segments"},
    "stop.merged": {"stop_id", "void_stop_id", "start", "end", "segments"},
    "stop.edited": {"stop_id", "start", "end", "segments"},
    "stop.corrected": {*_STOP, "reason", "segments"},
    "stop.voided": {"stop_id"},
    "stop.reason_set": {"stop_id", "reason"},
    "setup.ended": {"op_execution_id", "planned_s", "actual_s", "setup_pieces", "deviation"},
    "output.recorded": {"qty_good", "uom", "cum_good", "counter", "interval"},
    "scrap.recorded": {"qty_scrap", "qty_from_good", "uom", "cum_good", "cum_scrap", "counter", "interval"},
    "rework.recorded": {"qty_rework", "uom", "counter", "interval"},
    "quantity.adjusted": {"category", "delta", "uom", "source", "counter"},
    **{
        f"operation.{name}": _OPERATION
        for name in ("started", "paused", "resumed", "partially_completed", "completed", "stopped", "aborted")
    },
    "operation.attached": {"execution_id", "op_execution_id", "qty_good", "qty_scrap", "uom"},
    "deviation.recorded": {"deviation", "rule", "actor"},
    "lot.loaded": {"scan_text"},
    "lot.unloaded": {"qty_left", "cause"},
    "lot.moved": {"from_place", "to_place"},
    "lot.split": {"into"},
    "material.issued": _MOVEMENT,
    "material.returned": _MOVEMENT,
    "material.movement_settled": {"movement_id", "state", "reason"},
    "material.consumed": {"qty", "uom", "bom_line", "norm_qty", "cum_qty", "over_qty", "reason", "substitute_for"},
    "genealogy.linked": {"parent_serial", "child_lots"},
    "serial.assigned": {"issuer", "rule"},
    "rework.started": {"serial", "pass_no", "nc_id"},
    "quality.checked": {
        "check_id", "check_no", "kind", "characteristic", "value", "uom", "result", "limits", "sample_no", "place",
        "defect_code", "actor",
    },
    "quality.check_skipped": {"check_id", "kind", "characteristic", "mandatory", "reason", "actor"},
    "hold.placed": {*_HOLD, "reason"},
    "hold.released": {*_HOLD, "since"},
    "nc.raised": {"nc_id", "qty", "uom", "serial", "lot_id", "defect_code", "cause", "place", "actor"},
    "nc.dispositioned": {"nc_id", "disposition", "qty", "uom", "decided_by", "corrective_action"},
    "labor.signed_on": {"operator_id", "role", "activity", "auth"},
    "labor.signed_off": {"operator_id", "since", "duration_s", "cause"},
    "labor.recorded": {"operator_id", "crew_id", "activity", "op_execution_id", "start", "end", "duration_s"},
    "fact.corrected": {
        "action", "target_id", "target_type", "target_sequence", "target_dedupkey", "before", "after", "reason",
        "actor", "correction_no", "initiator",
    },
    "scan.accepted": {"text", "meaning"},
    "scan.refused": {"text", "refusal_code"},
    "discrepancy.raised": {"discrepancy_id", "code", "owner_role", "due", "start", "end", "at_most", "evidence"},
    "discrepancy.acknowledged": {"discrepancy_id", "code", "actor"},
    "discrepancy.expired": {"discrepancy_id", "code", "owner_role", "due"},
    "discrepancy.resolved": {"discrepancy_id", "code", "resolution", "actor"},
    "shift.summary": {"start", "end", "qty_good", "qty_scrap", "uom", "orders", "stops", "uncoded", "uncoded_s"},
    "shift.handover": {
        "handover_id", "replaces", "actor", "start", "qty_good", "qty_scrap", "uom", "orders", "uncoded", "uncoded_s",
        "open_stop_id", "lots", "open_discrepancies", "discrepancy_ids", "nc_ids", "notes",
    },
    "shift.handover_acknowledged": {"handover_id", "signed_by", "signed_at", "actor"},
    "shift.note_recorded": {"note_id", "text", "owner", "due", "actor"},
    "shift.note_closed": {"note_id", "text", "since", "actor"},
    "call.raised": {"call_id", "role", "actor"},
    "call.answered": {"call_id", "role", "since", "waited_s", "actor"},
    "reconciliation.digest": {"scope", "start", "end", "ranges", "facts", "by_type", "rows", "ids_chain", "complete"},
    "agent.started": {"version", "instance", "after", "down_since"},
    "fact.withheld": {"sequence", "withheld_id", "reason", "detail", "sha256"},
}  # fmt: skip
PROMISED: dict[str, frozenset[str]] = {name: frozenset(fields) for name, fields in _PROMISED.items()}
"""Type, as `family.name`, to the fields of its data that must be there, null or not."""
DECIMALS = frozenset(
    {
        "qty", "qty_good", "qty_scrap", "qty_from_good", "qty_rework", "qty_from_rework", "qty_setup", "qty_planned",
        "qty_left", "cum_good", "cum_scrap", "cum_qty", "over_qty", "norm_qty", "delta", "value", "duration_s",
        "actual_s", "setup_pieces", "at_most",
    }
)  # fmt: skip
"""Fields that are decimals written as texts."""
_UNKNOWN = frozenset({"qty_left", "norm_qty", "value", "at_most", "duration_s"})
_OF_LOTS = frozenset({"lot.loaded", "lot.moved"})
MEASURED = frozenset(name for name, fields in PROMISED.items() if "uom" in fields and name != "quality.checked")
"""Types that tell a quantity: without a unit of measure it is none (requirement 52)."""


def may_be_null(name: str, field: str) -> bool:
    """Whether nothing may be known of a decimal, as of how much is in a lot that is loaded."""
    return field in _UNKNOWN or (field == "qty" and name in _OF_LOTS)

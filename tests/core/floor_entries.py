"""What people may enter, plausible and implausible, out of what there is on the floor."""

from __future__ import annotations

import json

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from agent.core.entries import ACTIONS
from agent.core.observations import EntryRole
from tests.core import floor_plan as plan
from tests.core.build import clock
from tests.core.floor_oracle import Oracle
from tests.core.floor_world import World

WHO: tuple[tuple[str | None, EntryRole], ...] = (
    ("OP-1", "operator"),
    ("OP-2", "supervisor"),
    ("OP-3", "quality"),
    (None, "operator"),
)
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "start_operation": ("order_id", "op_no?"),
    "pause_operation": ("reason",),
    "resume_operation": ("order_id?",),
    "partial_operation": (),
    "complete_operation": (),
    "stop_operation": ("reason",),
    "abort_operation": ("reason",),
    "attach_run": ("execution_id", "order_id", "reason"),
    "start_setup": (),
    "end_setup": (),
    "set_reason": ("code", "stop_id?"),
    "split_stop": ("segment_id", "at"),
    "merge_segments": ("segment_id",),
    "merge_stops": ("stop_id", "other_stop_id"),
    "start_stop": ("code",),
    "end_stop": (),
    "edit_stop": ("stop_id", "start", "end", "comment"),
    "load_lot": ("lot_id", "qty?", "bom_line?", "swap?", "override?", "reason?", "place?"),
    "unload_lot": ("lot_id", "qty_left?"),
    "move_lot": ("lot_id", "to_place", "qty?"),
    "issue_material": ("lot_id", "qty"),
    "return_material": ("lot_id", "qty", "reason?"),
    "consume": ("lot_id", "bom_line", "qty", "reason?"),
    "report_scrap": ("qty?", "serial?", "defect_code"),
    "report_good": ("qty",),
    "adjust_quantity": ("category", "delta", "reason"),
    "dispose_setup": ("good", "scrap"),
    "record_check": ("check_id", "value?", "result?", "serial?", "qty?"),
    "skip_check": ("check_id", "reason"),
    "place_hold": ("target", "target_id", "reason"),
    "release_hold": ("hold_id?", "target?", "target_id?"),
    "sign_on": ("operator_id", "activity?"),
    "sign_off": ("operator_id",),
    "sign_off_crew": (),
    "release_quarantine": ("discrepancy_id", "decision", "qty?"),
    "link_component": ("parent_serial", "child_serial?", "lot_id?", "qty?"),
    "remove_component": ("parent_serial", "child_serial?", "lot_id?"),
    "raise_nc": ("serial?", "qty?", "lot_id?", "defect_code"),
    "dispose_nc": ("serial?", "nc_id?", "disposition", "qty?"),
    "pass_retest": ("serial?", "nc_id?", "qty?"),
    "acknowledge_discrepancy": ("discrepancy_id",),
    "resolve_discrepancy": ("discrepancy_id", "resolution", "comment"),
    "assign_serial": ("count?",),
    "start_lot": ("lot_id?",),
    "void_fact": ("target", "reason"),
    "replace_fact": ("target", "set", "reason"),
    "amend_fact": ("target", "set", "reason"),
    "undo_last": (),
    "split_lot": ("lot_id", "lot_1", "qty_1"),
    "add_note": ("text", "owner?", "due?"),
    "close_note": ("note_id", "comment?"),
    "sign_handover": ("comment?",),
    "acknowledge_handover": (),
    "call": ("role", "comment?"),
    "answer_call": ("role", "call_id?"),
    "expect_scan": ("action", "swap?", "bom_line?", "defect_code?", "check_id?", "result?", "reason?", "comment?"),
    "forget_scan": (),
}
"""By action; those with a question mark may be left out."""
SERIALS = ("1", "2", "3", "M001", "BENCH-1-000001")
SETS: tuple[dict[str, str], ...] = (
    {},
    {"qty_good": "2"},
    {"qty_scrap": "1"},
    {"qty_rework": "1"},
    {"qty": "0.5"},
    {"keys.order_id": "PO-1"},
    {"keys.order_id": "PO-2"},
    {"keys.order_id": "PO-5"},
    {"keys.lot_id": "CAP-2"},
    {"defect_code": "CRACK"},
    {"comment": "so"},
    {"activity": "indirect"},
    {"result": "fail"},
    {"text": "Valve 4 leaks"},
)
CORRECTED = {
    "output",
    "scrap",
    "rework",
    "material",
    "lot",
    "labor",
    "quality",
    "hold",
    "nc",
    "operation",
    "genealogy",
    "shift",
    "call",
}


def role_of(action: str) -> SearchStrategy[tuple[str | None, EntryRole]]:
    """Who enters it: most of the time somebody who may."""
    often = WHO[1] if ACTIONS[action].roles else WHO[3]
    return st.sampled_from((often, often, often, *WHO))


GROUPS: dict[str, tuple[str, ...]] = {
    "operations": tuple(name for name in ARGUMENTS if "operation" in name or "setup" in name or name == "attach_run"),
    "stops": tuple(name for name in ARGUMENTS if "stop" in name or "segment" in name or name == "set_reason"),
    "material": (
        "load_lot",
        "load_lot",
        "unload_lot",
        "move_lot",
        "issue_material",
        "return_material",
        "consume",
        "split_lot",
    ),
    "quantities": ("report_scrap", "report_good", "adjust_quantity", "dispose_setup", "undo_last"),
    "quality": ("record_check", "record_check", "skip_check", "place_hold", "release_hold"),
    "people": ("sign_on", "sign_on", "sign_off", "sign_off_crew"),
    "units": (
        "link_component",
        "link_component",
        "remove_component",
        "raise_nc",
        "dispose_nc",
        "pass_retest",
        "assign_serial",
        "start_lot",
    ),
    "board": (
        "add_note",
        "close_note",
        "sign_handover",
        "acknowledge_handover",
        "call",
        "answer_call",
        "undo_last",
        "void_fact",
        "replace_fact",
    ),
    "corrections": ("void_fact", "replace_fact", "amend_fact", "undo_last"),
    "contradictions": ("release_quarantine", "acknowledge_discrepancy", "resolve_discrepancy"),
}
"""What people have in mind."""


@st.composite
def arguments_of(draw: st.DrawFn, world: World, oracle: Oracle, group: str, wc_id: str) -> tuple[str, dict[str, str]]:
    """Action and arguments."""
    action = draw(st.sampled_from(GROUPS[group]))
    words = Words(world, oracle, wc_id)
    given: dict[str, str] = {}
    for name in ARGUMENTS[action]:
        bare = name.removesuffix("?")
        if bare == name or draw(st.booleans()):
            if bare == "target" and action.endswith("_fact"):
                given |= draw(words.targets())
            else:
                given[bare] = draw(words.of(bare))
    return action, given


class Words:
    """What may be said at a work center."""

    def __init__(self, world: World, oracle: Oracle, wc_id: str) -> None:
        self.world = world
        self.oracle = oracle
        self.wc_id = wc_id

    def targets(self) -> SearchStrategy[dict[str, str]]:
        """A fact of this work center, the last ones first."""
        rows = [row for row in self.world.rows if row.wc_id == self.wc_id and row.family in CORRECTED][-25:]
        if not rows:
            return st.just({"target_id": "019cb763-1a00-7000-8000-000000000000", "target_sequence": "1"})
        named = [{"target_id": str(self.fact_id(row.id)), "target_sequence": str(row.sequence)} for row in rows[::-1]]
        return st.sampled_from(named)

    @staticmethod
    def fact_id(octets: bytes) -> str:
        digits = octets.hex()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def of(self, name: str) -> SearchStrategy[str]:
        """Texts for an argument of this name."""
        found = self._happened(name)
        return st.sampled_from(found) if found else self._fixed(name)

    def _happened(self, name: str) -> list[str]:
        """Ids of what there is, the last first, and one of what there is not."""
        match name:
            case "discrepancy_id":
                return [*list(self.oracle.concerns)[::-1][:12], "dsc-none"]
            case "hold_id":
                return [*list(self.oracle.holds)[::-1][:6], "hold-none"]
            case (
                "stop_id"
                | "other_stop_id"
                | "segment_id"
                | "nc_id"
                | "execution_id"
                | "movement_id"
                | "note_id"
                | "call_id"
            ):
                return [*self._told(name.removeprefix("other_"))[:6], f"{name}-none"]
            case "serial" | "parent_serial":
                return [*self._serials()[:4], *SERIALS[:2]]
            case "lot_id" | "swap":
                loaded = self.world.tentative.stations[self.wc_id].state.materials.lots
                return [*loaded[-3:] * 2, *LOTS]
            case _:
                return []

    def _serials(self) -> list[str]:
        """The units heard of last at this work center."""
        keys = (data["keys"] for _, data in reversed(self.oracle.told[-300:]))
        return list(dict.fromkeys(one["serial"] for one in keys if one["serial"] and one["wc_id"] == self.wc_id))

    def _told(self, name: str) -> list[str]:
        found: dict[str, None] = {}
        for fact, data in reversed(self.oracle.told[-300:]):
            if name == "execution_id" and (fact.correlation_id or "").startswith("none-"):
                found[fact.correlation_id or ""] = None
            elif name == "segment_id":
                found |= dict.fromkeys(one["segment_id"] for one in data.get("segments", ()))
            elif isinstance(data.get(name), str):
                found[data[name]] = None
        return list(found)

    def _fixed(self, name: str) -> SearchStrategy[str]:
        if name in {"at", "start", "end"}:
            ago = st.sampled_from([0.0, 5.0, 60.0, 300.0, 2000.0])
            return ago.map(lambda seconds: clock(self.world.now - seconds))
        if name == "due":
            return st.sampled_from([-60.0, 3600.0]).map(lambda seconds: clock(self.world.now + seconds))
        if name == "order_id":
            return st.sampled_from([*plan.ORDERS[self.wc_id], *plan.STRANGE_ORDERS])
        return st.sampled_from(CHOICES[name])


LOTS = (*plan.LOTS, "NEW-1", "PART-1")
NUMBERS = ("0", "1", "2", "5", "x")
CHOICES: dict[str, tuple[str, ...]] = {
    "serial": SERIALS,
    "parent_serial": SERIALS,
    "child_serial": SERIALS,
    "lot_id": LOTS,
    "swap": LOTS,
    "qty": ("1", "1", "2", "2", "3", "0.5", "7", "0", "-1", "many"),
    "qty_left": NUMBERS,
    "qty_1": NUMBERS,
    "good": NUMBERS,
    "scrap": NUMBERS,
    "target_id": (*plan.LOTS, *SERIALS, "PO-1", "PO-4"),
    "set": tuple(map(json.dumps, SETS)),
    "op_no": ("10", "20"),
    "reason": ("TYPO", "RECOUNT", "TYPO", "X"),
    "code": ("JAM", "BROKEN", "NONE"),
    "comment": ("it was like that", ""),
    "bom_line": ("10", "20", "30", "99"),
    "override": ("NOT_IN_BOM", "LOT_ON_HOLD", "WRONG_ITEM"),
    "place": ("P1", "P2"),
    "to_place": ("P1", "P2"),
    "defect_code": ("DENT", "CRACK", "DENT", "NONE"),
    "category": ("good", "scrap", "rework"),
    "delta": ("1", "-1", "3", "-4", "0"),
    "check_id": ("WEIGHT", "LOOK", "LEAK", "LEAK", "EXTRA"),
    "value": ("1.5", "1.5", "3", "x"),
    "result": ("pass", "fail"),
    "target": ("lot", "serial", "order"),
    "operator_id": ("OP-1", "OP-2", "OP-3", "OP-8"),
    "activity": ("direct", "indirect"),
    "decision": ("post", "ignore", "edit"),
    "disposition": ("repair", "write_off", "retest", "use_as_is"),
    "resolution": ("accepted", "corrected", "ignore"),
    "count": ("1", "2"),
    "text": ("Valve 3 leaks", "Look at the glue", ""),
    "owner": ("quality", "OP-2"),
    "role": ("maintenance", "quality", "logistics"),
    "lot_1": ("PART-1", "PART-2"),
}

"""One crew hands over to the next on a whole plant; the agent is killed between both signatures."""

from __future__ import annotations

from tests.floor.plant import Floor

WC = "BENCH-1"


def test_a_handover_waits_for_the_next_crew_over_a_kill_and_the_mes_has_all_of_it(bench: Floor) -> None:
    bench.enter(WC, "report_good", qty="12")
    bench.enter(WC, "add_note", text="Клапан 3 течёт", owner="maintenance")
    bench.call(WC, "maintenance", "Valve 3")
    bench.enter(WC, "start_operation", order_id="PO-UNKNOWN")
    raised = bench.one("discrepancy.raised", wc_id=WC)
    bench.enter(WC, "sign_handover", comment="All quiet", actor="OP-1")
    bench.kill_agent()
    bench.start_agent()
    center = bench.center(WC)
    assert [one["text"] for one in center["notes"]] == ["Клапан 3 течёт"]
    assert [one["role"] for one in center["calls"]] == ["maintenance"]
    assert (center["handover"]["signed_by"], center["handover"]["acknowledged_by"]) == ("OP-1", None)
    assert (center["handover"]["qty_good"], center["handover"]["open_discrepancies"]) == ("12", 1)
    assert bench.try_to(WC, "acknowledge_handover", actor="OP-1")["code"] == "SAME_PERSON"
    bench.enter(WC, "acknowledge_handover", actor="OP-2")
    bench.enter(WC, "close_note", note_id=center["notes"][0]["note_id"], actor="OP-2")
    bench.enter(WC, "answer_call", call_id=center["calls"][0]["call_id"], actor="OP-2")
    bench.delivered()
    signed = bench.one("shift.handover", wc_id=WC)
    assert (signed["discrepancy_ids"], signed["comment"]) == ([raised["discrepancy_id"]], "All quiet")
    assert [one["text"] for one in signed["notes"]] == ["Клапан 3 течёт"]
    assert signed["calls"] == [bench.one("call.raised", wc_id=WC)["call_id"]]
    assert bench.one("shift.handover_acknowledged", wc_id=WC)["handover_id"] == signed["handover_id"]
    assert bench.one("shift.note_closed", wc_id=WC)["actor"] == "OP-2"
    assert bench.one("call.answered", wc_id=WC)["called_for"] == "Valve 3"

"""What happened last, as people are shown it."""

from agent.core.machine_settings import Role
from tests.core.build import EXECUTE, IDLE, a_plan, a_station, a_story, alive, an_order, entry, read, scan, watched


def test_the_last_events_tell_one_fact_of_a_kind_from_another() -> None:
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP)
    plan = a_plan(an_order("PO-1"), reasons=["JAM"])
    story = a_story(*watched(packml_state=EXECUTE, total=100, scrap=0), *alive(0.0, 20.0), station=station, plan=plan)
    story.hear(scan(20.0, "ORD:PO-1"), scan(21.0, "LOT:L1:X"), scan(22.0, "SN:1"), scan(24.0, "SN:1"), scan(25.0, "?"))
    assert [(event.type, event.text) for event in story.station.state.floor.events[:5]] == [
        ("scan.refused", "UNKNOWN_CODE ?"),
        ("scan.refused", "ALREADY_REPORTED SN:1"),
        ("genealogy.linked", "1"),
        ("lot.loaded", "L1"),
        ("operation.started", "PO-1"),
    ]
    story.hear(read(27.0, total=101), read(30.0, packml_state=IDLE), *alive(30.0, 40.0))
    story.hear(entry(40.0, "set_reason", code="JAM"), read(45.0, packml_state=EXECUTE))
    story.hear(read(47.0, total=102, scrap=1), *alive(47.0, 60.0))
    assert [(event.type, event.text) for event in story.station.state.floor.events[:4]] == [
        ("stop.closed", "JAM 15 s"),
        ("scrap.recorded", "1 EA"),
        ("stop.reason_set", "JAM"),
        ("stop.opened", "IDLE"),
    ]

"""Copies of what the MES owns: applied whole or refused whole."""

import json
from decimal import Decimal

import pytest

from agent.core.directories import NO_REASONS, Directories, Order, PublishedCalendar, in_force
from agent.core.directories.copies import Version
from agent.core.directories.orders import in_order
from agent.core.directories.taking import received
from agent.core.errors import InvalidMessageError
from agent.core.times import epoch
from tests.core.build import T0, WC, a_plan, an_order

ORDER = {
    "rev": "1",
    "order_id": "PO-1",
    "op_no": "10",
    "item_id": "BOTTLE",
    "qty_planned": "100",
    "uom": "EA",
    "release_status": "released",
}


EARLY = {
    "shift_id": "early",
    "business_date": "2026-03-04",
    "crew_id": None,
    "start": "2026-03-04T06:00:00+01:00",
    "end": "2026-03-04T14:00:00+01:00",
}
LATE = {**EARLY, "shift_id": "late", "start": "2026-03-04T13:00:00Z", "end": "2026-03-04T21:00:00Z"}
LUNCH = {"name": "lunch", "start": "2026-03-04T10:00:00+01:00", "end": "2026-03-04T10:30:00+01:00"}
CALENDAR = {
    "rev": "3",
    "valid_from": "2026-03-02T00:00:00+01:00",
    "valid_to": "2026-03-09T00:00:00+01:00",
    "shifts": [{**EARLY, "breaks": [LUNCH]}, LATE],
    "planned": [{**LUNCH, "kind": "maintenance"}],
}


def applied(directories: Directories, wc_id: str | None, name: str, body: bytes) -> tuple[Directories, str | None]:
    """The directories with a message that is in force at once, and the revision that it brought."""
    taken = received(directories, wc_id, name, body, T0)
    return taken.directories, None if taken.kept is None else taken.kept.rev


def payload(**fields: object) -> bytes:
    return json.dumps({**ORDER, **fields}).encode()


def test_an_order_is_taken_with_its_revision() -> None:
    directories, rev = applied(Directories(), WC, "orders/PO-1", payload())
    assert (directories, rev) == (Directories({(WC, "PO-1"): an_order()}), "1")


def test_a_new_revision_takes_the_place_of_the_former() -> None:
    directories, _ = applied(a_plan(an_order()), WC, "orders/PO-1", payload(rev="2", qty_planned="7.5"))
    assert directories.orders[WC, "PO-1"] == an_order(rev="2", qty_planned=Decimal("7.5"))


def test_fields_of_a_newer_mes_are_ignored() -> None:
    directories, _ = applied(Directories(), WC, "orders/PO-1", payload(colour="blue"))
    assert directories.orders[WC, "PO-1"] == an_order()


def test_an_empty_payload_withdraws_and_brings_no_revision() -> None:
    plan = Directories({(WC, "PO-1"): an_order(), (WC, "PO-2"): an_order("PO-2")})
    assert applied(plan, WC, "orders/PO-1", b"") == (Directories({(WC, "PO-2"): an_order("PO-2")}), None)
    reasons = a_plan(reasons=["A"])
    assert applied(reasons, None, "reasons", b"") == (Directories(reasons=NO_REASONS), None)


def test_withdrawing_what_is_not_there_changes_nothing() -> None:
    assert applied(Directories(), WC, "orders/PO-1", b"") == (Directories(), None)


def test_reasons_are_taken_for_the_whole_site() -> None:
    body = json.dumps({"rev": "7", "reasons": [{"code": "A", "text": {"en": "A"}}]}).encode()
    directories, rev = applied(Directories(), None, "reasons", body)
    assert (directories, rev) == (a_plan(reasons=["A"]), "7")
    assert (directories.reason_known("A"), directories.reason_known("a")) == (True, False)


def test_an_order_id_may_hold_a_slash() -> None:
    directories, _ = applied(Directories(), WC, "orders/PO/1", payload(order_id="PO/1"))
    assert list(directories.orders) == [(WC, "PO/1")]


@pytest.mark.parametrize(
    ("name", "wc_id", "body", "message"),
    [
        ("orders/PO-1", WC, b"{", "the message: Invalid JSON"),
        ("orders/PO-1", WC, b"\xff\xfe", "the message: Invalid JSON"),
        ("orders/PO-1", WC, b"[]", "the message: "),
        ("orders/PO-1", WC, payload(qty_planned="-1"), "qty_planned: "),
        ("orders/PO-1", WC, payload(qty_planned="NaN"), "qty_planned: "),
        ("orders/PO-1", WC, payload(release_status="open"), "release_status: "),
        ("orders/PO-1", WC, payload(due="2026-03-04T05:00:00"), "due: "),
        ("orders/PO-1", WC, payload(norm_cycle_s="0"), "norm_cycle_s: "),
        ("orders/PO-1", WC, payload(norm_cycle_s="1e-400"), "norm_cycle_s: "),
        ("orders/PO-1", WC, payload(norm_cycle_s="1e400"), "norm_cycle_s: "),
        ("orders/PO-1", WC, payload(order_id="x" * 65), "order_id: "),
        (
            "orders/PO-1",
            WC,
            payload(order_id="PO-2"),
            "order_id is 'PO-2' and op_no is '10'; expected those",
        ),
        ("orders/PO-1", None, payload(), "expected orders/{order_id}, "),
        ("orders/", WC, payload(), "expected orders/{order_id}, "),
        ("orders", WC, payload(), "expected orders/{order_id}, "),
        ("reasons", WC, b"", "calendar, alarms of either"),
        ("calender", None, b"{}", "calendar, alarms of either"),
        ("calendar/2026", WC, b"{}", "calendar, alarms of either"),
        ("calendar", WC, b"{}", "rev: Field required; the former revision stays"),
        ("reasons", None, b'{"rev": "1"}', "reasons: Field required; the former revision stays"),
    ],
)
def test_what_is_not_the_published_form_is_refused_whole_and_named(
    name: str, wc_id: str | None, body: bytes, message: str
) -> None:
    with pytest.raises(InvalidMessageError) as refusal:
        applied(a_plan(an_order()), wc_id, name, body)
    assert str(refusal.value).startswith(f"directory {name}: ")
    assert message in str(refusal.value)


def test_orders_are_shown_by_priority_then_id() -> None:
    urgent, early, late = an_order("PO-9", priority=-1), an_order("PO-1"), an_order("PO-2")
    directories = a_plan(late, urgent, early)
    assert directories.orders_of(WC) == (urgent, early, late)
    assert directories.orders_of("WC-2") == ()


def calendar(**fields: object) -> bytes:
    return json.dumps({**CALENDAR, **fields}).encode()


def test_the_dispatch_queue_is_by_crew_priority_and_due_date() -> None:  # requirement 71
    def order(order_id: str, **more: object) -> Order:
        return an_order(order_id, **more)

    queue = (
        order("PO-5", priority=1, due="2026-03-05T00:00:00Z"),
        order("PO-4", priority=1, due="2026-03-06T00:00:00Z"),
        order("PO-1", priority=1, op_no="9"),
        order("PO-3", priority=2, crew_id="B"),
        order("PO-2", priority=0, crew_id="A"),
    )
    plan = a_plan(*reversed(queue))
    assert plan.orders_of(WC, "B") == queue
    assert plan.orders_of(WC)[0].order_id == "PO-2"


def test_operations_of_an_order_follow_each_other_as_numbers() -> None:
    assert sorted(["100", "20", "A", "-", "5"], key=in_order) == ["5", "20", "100", "-", "A"]


def test_a_calendar_is_taken_for_the_site_and_for_a_work_center_whose_own_goes_first() -> None:  # R7
    directories, rev = applied(Directories(), None, "calendar", calendar())
    assert (directories.calendar_of(WC), rev) == (PublishedCalendar.model_validate(CALENDAR), "3")
    directories, rev = applied(directories, WC, "calendar", calendar(rev="4", shifts=[], planned=[]))
    own = PublishedCalendar.model_validate({**CALENDAR, "rev": "4", "shifts": [], "planned": []})
    assert (directories.calendar_of(WC), rev) == (own, "4")
    assert directories.calendar_of("WC-2") == PublishedCalendar.model_validate(CALENDAR)


def test_a_calendar_withdrawn_leaves_the_one_of_the_site_and_then_none() -> None:
    directories, _ = applied(Directories(), None, "calendar", calendar())
    both, _ = applied(directories, WC, "calendar", calendar(rev="4"))
    assert applied(both, WC, "calendar", b"") == (directories, None)
    assert applied(directories, None, "calendar", b"") == (Directories(), None)
    assert Directories().calendar_of(WC) is None


def test_a_calendar_says_which_shifts_are_closed_and_ignores_fields_of_a_newer_mes() -> None:  # R21
    body = calendar(shifts=[{**EARLY, "closed": True, "colour": "red"}, LATE], colour="blue")
    directories, _ = applied(Directories(), WC, "calendar", body)
    assert [shift.closed for shift in directories.calendars[WC].shifts] == [True, False]


def test_other_directories_are_left_alone_by_a_calendar() -> None:
    plan = a_plan(an_order(), reasons=["A"])
    directories, _ = applied(plan, WC, "calendar", calendar())
    assert (directories.orders, directories.reasons) == (plan.orders, plan.reasons)
    assert applied(directories, WC, "orders/PO-1", b"")[0].calendars == directories.calendars


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"valid_to": CALENDAR["valid_from"]}, "expected valid_to later than valid_from"),
        ({"valid_from": "2026-03-02T00:00:00"}, "valid_from: "),
        ({"shifts": [LATE, {**EARLY, "end": "2026-03-04T13:00:01Z"}]}, "shifts 'early' of 2026-03-04 and 'late' of"),
        ({"shifts": [EARLY, {**LATE, "shift_id": "early"}]}, "shift 'early' of 2026-03-04 stands twice"),
        ({"shifts": [{**EARLY, "end": EARLY["start"]}]}, "shift 'early' of 2026-03-04 has no length"),
        ({"shifts": [{**LATE, "breaks": [LUNCH]}]}, "break 'lunch' does not lie within shift 'late' of 2026-03-04"),
        ({"shifts": [{**EARLY, "breaks": [{**LUNCH, "end": LUNCH["start"]}]}]}, "'lunch' has no length"),
        ({"shifts": [{**EARLY, "breaks": [LUNCH] * 21}]}, "shifts.0.breaks: "),
        ({"shifts": [EARLY] * 501}, "shifts: "),
        ({"shifts": [{**EARLY, "business_date": "today"}]}, "shifts.0.business_date: "),
        ({"planned": [{**LUNCH, "kind": "party"}]}, "planned.0.kind: "),
        ({"planned": [{**LUNCH, "kind": "other"}] * 501}, "planned: "),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_whole(fields: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidMessageError) as refusal:
        applied(Directories(), WC, "calendar", calendar(**fields))
    assert message in str(refusal.value)
    assert str(refusal.value).endswith("; the former revision stays")


def test_of_several_versions_that_hold_the_one_that_began_last_is_in_force() -> None:  # requirement 61
    def since(start: str, end: str | None = None) -> Version:
        return Version.model_validate({"effective_from": f"{start}T00:00:00Z", "effective_to": end})

    first, second = since("2026-01-01"), since("2026-03-01", "2026-03-08T00:00:00Z")
    both = (second, first)
    assert in_force(both, epoch("2026-03-01T00:00:00Z") - 0.001) == first
    assert in_force(both, epoch("2026-03-01T00:00:00Z")) == second
    assert in_force(both, epoch("2026-03-08T00:00:00Z")) == first
    assert in_force(both, 0.0) is None

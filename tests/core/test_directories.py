"""Copies of what the MES owns: applied whole or refused whole."""

import json
from decimal import Decimal

import pytest

from agent.core.directories import NO_REASONS, Directories, applied
from agent.core.errors import InvalidMessageError
from tests.core.build import WC, a_plan, an_order

ORDER = {
    "rev": "1",
    "order_id": "PO-1",
    "op_no": "10",
    "item_id": "BOTTLE",
    "qty_planned": "100",
    "uom": "EA",
    "release_status": "released",
}


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
        ("orders/PO-1", WC, payload(order_id="PO-2"), "order_id is 'PO-2'; expected the id of the topic"),
        ("orders/PO-1", None, payload(), "expected orders/{order_id} of a work center"),
        ("orders/", WC, payload(), "expected orders/{order_id} of a work center"),
        ("orders", WC, payload(), "expected orders/{order_id} of a work center"),
        ("reasons", WC, b"", "or reasons of the site"),
        ("calendar", None, b"{}", "or reasons of the site"),
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

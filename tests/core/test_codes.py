"""Codes that are mistaken for others are refused whole, with both named (requirement 58)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.directories import Directories
from agent.core.directories.codes import alike, flaw, folded
from agent.core.directories.taking import received
from agent.core.errors import InvalidMessageError
from tests.core.build import T0, WC, an_order
from tests.core.messages import bom, code_list, item, lot, operators, order, reasons, resources, route

BLANK = "begins or ends with a blank"
UNSEEN = "contains a character that nobody sees"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("CAP-28", None),
        ("Ж 1", None),
        ("0010", None),
        (" CAP", BLANK),
        ("CAP ", BLANK),
        ("\u00a0CAP", BLANK),
        ("CAP  28", "two blanks in a row"),
        ("CAP \u00a028", "two blanks in a row"),
        ("CAP\t28", UNSEEN),
        ("CAP\u200b28", UNSEEN),
        ("\ufeffCAP", UNSEEN),
    ],
)
def test_what_is_wrong_with_the_writing_of_a_code_is_said(code: str, found: str | None) -> None:
    said = flaw(code)
    assert said is None if found is None else found in (said or "")


@pytest.mark.parametrize(
    ("code", "other"), [("CAP-28", "cap-28"), ("12", "0012"), ("A 1", "A1"), ("0", "00"), ("STRASSE", "straße")]
)
def test_codes_that_differ_only_by_case_blanks_or_leading_zeros_are_alike(code: str, other: str) -> None:
    assert alike(code, ["other", other]) == other
    assert alike(other, [code]) == code


@pytest.mark.parametrize(("code", "other"), [("A1", "A01"), ("10", "1"), ("CAP-28", "CAP28"), ("A", "A")])
def test_others_are_not(code: str, other: str) -> None:
    assert alike(code, [other]) is None


@given(st.text(), st.text())
def test_to_be_alike_is_mutual_and_a_code_is_never_like_itself(one: str, other: str) -> None:
    assert (alike(one, [other]) is None) == (alike(other, [one]) is None)
    assert alike(one, [one]) is None
    assert folded(folded(one)) == folded(one)


def refusal(name: str, payload: bytes, known: Directories | None = None, wc_id: str | None = None) -> str:
    directories = known or Directories()
    with pytest.raises(InvalidMessageError) as refused:
        received(directories, wc_id, name, payload, T0)
    assert str(refused.value).endswith("the former revision stays")
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("reasons", reasons("JAM", " NO_MATERIAL")),
        ("items/A B", item("A  B")),
        ("operators", operators("anna", "boris\t")),
        ("boms/X", bom("X", "CAP ")),
        ("defects", code_list("SCRATCH\u200b")),
    ],
)
def test_a_badly_written_code_is_refused_and_shown(name: str, payload: bytes) -> None:
    assert "expected the code as it stands in all systems" in refusal(name, payload)


@pytest.mark.parametrize(
    ("name", "payload", "both"),
    [
        ("reasons", reasons("JAM", "jam"), ("JAM", "jam")),
        ("defects", code_list("7", "007"), ("7", "007")),
        ("uoms", code_list("kg", "KG"), ("kg", "KG")),
        ("operators", operators("anna", "Anna"), ("anna", "Anna")),
        ("resources", resources("crew", "B", "b"), ("B", "b")),
        ("boms/X", bom("X", "CAP-28", "cap-28"), ("CAP-28", "cap-28")),
        ("routes/X", route("X", "10", "010"), ("10", "010")),
    ],
)
def test_two_such_codes_in_one_directory_are_refused_and_both_named(
    name: str, payload: bytes, both: tuple[str, str]
) -> None:
    said = refusal(name, payload)
    assert all(f"'{code}'" in said for code in both)
    assert "differ only by case, blanks or leading zeros" in said


def test_a_code_that_stands_twice_is_refused() -> None:
    assert "'JAM' stands twice" in refusal("reasons", reasons("JAM", "JAM"))


def test_a_tool_and_a_crew_may_share_a_name() -> None:
    both = json.loads(resources("crew", "B"))
    both["resources"] += json.loads(resources("tool", "b"))["resources"]
    assert received(Directories(), None, "resources", json.dumps(both).encode(), T0).kept is not None


def test_two_people_with_one_badge_are_refused() -> None:
    both = json.loads(operators("anna", "boris"))
    for one in both["operators"]:
        one["badge_hmac"] = "0" * 64
    assert "'anna' and 'boris' have one badge" in refusal("operators", json.dumps(both).encode())


@pytest.mark.parametrize(
    ("name", "payload", "known", "payload_known", "wc_id"),
    [
        ("items/cap-28", item("cap-28"), "items/CAP-28", item("CAP-28"), None),
        ("lots/007", lot("007"), "lots/7", lot("7"), None),
        ("boms/x", bom("x"), "boms/X", bom("X"), None),
        ("orders/po-1", order("po-1"), "orders/PO-1", order("PO-1"), WC),
        ("orders/PO-1/010", order("PO-1", op_no="010"), "orders/PO-1/10", order("PO-1"), WC),
    ],
)
def test_two_such_objects_of_one_kind_are_refused_and_both_named(
    name: str, payload: bytes, known: str, payload_known: bytes, wc_id: str | None
) -> None:
    directories = received(Directories(), wc_id, known, payload_known, T0).directories
    said = refusal(name, payload, directories, wc_id)
    assert f"'{name.rpartition('/')[2]}' and '{known.rpartition('/')[2]}', which is known" in said


def test_an_order_may_be_planned_for_two_work_centers_and_have_several_operations() -> None:
    directories = received(Directories(), WC, "orders/PO-1/10", order("PO-1"), T0).directories
    directories = received(directories, WC, "orders/PO-1/20", order("PO-1", op_no="20"), T0).directories
    directories = received(directories, "WC-2", "orders/PO-1/10", order("PO-1"), T0).directories
    assert len(directories.orders) == 3
    assert directories.orders[WC, "PO-1/10"] == an_order("PO-1")

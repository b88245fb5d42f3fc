"""Big lists come in numbered parts with a manifest and are taken whole."""

from __future__ import annotations

import json
from hashlib import sha256
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.directories.parts import MOST_OCTETS, MOST_PARTS, PART_OCTETS, PATIENCE_S, is_part
from tests.core.build import WC
from tests.core.messages import operators, reasons
from tests.core.test_effectivity import Office, said

WHOLE = operators(*(f"person-{number}" for number in range(20)), rev="7")


def parts(message: bytes, count: int, name: str = "operators") -> list[tuple[str, bytes]]:
    size = -(-len(message) // count)
    return [(f"{name}/parts/{number + 1}", message[number * size : (number + 1) * size]) for number in range(count)]


def manifest(message: bytes, count: int, rev: str = "7", name: str = "operators") -> tuple[str, bytes]:
    said_of_it = {"rev": rev, "parts": count, "sha256": sha256(message).hexdigest()}
    return f"{name}/manifest", json.dumps(said_of_it).encode()


def published(message: bytes, count: int, rev: str = "7") -> list[tuple[str, bytes]]:
    return [*parts(message, count), manifest(message, count, rev)]


@pytest.mark.parametrize("order", permutations(range(4)))
def test_it_is_taken_whole_when_the_last_of_its_parts_and_manifest_is_there(order: tuple[int, ...]) -> None:
    office, messages = Office(), published(WHOLE, 3)
    for place in order[:-1]:
        assert office.hear(0.0, *messages[place]) == []
        assert office.desk.directories.operators is None
    [fact] = office.hear(1.0, *messages[order[-1]])
    assert (fact.name, fact.outcome, fact.rev, fact.sha256) == (
        *("operators", "applied", "7"),
        sha256(WHOLE).hexdigest(),
    )
    assert office.desk.directories.operators is not None
    assert len(office.desk.directories.operators.operators) == 20
    [kept] = office.kept
    assert (kept.name, kept.payload) == ("operators", WHOLE)


@given(st.lists(st.sampled_from(published(WHOLE, 3)), max_size=40))
def test_retained_they_come_again_in_any_order_with_each_connection_and_are_told_once(
    again: list[tuple[str, bytes]],
) -> None:
    office = Office()
    for message in published(WHOLE, 3):
        office.hear(0.0, *message)
    for message in again:
        assert office.hear(1.0, *message) == []
    assert office.tick(2 * PATIENCE_S) == []


def test_a_manifest_that_comes_again_alone_is_no_list_that_lacks_its_parts() -> None:
    office = Office()
    for message in published(WHOLE, 3):
        office.hear(0.0, *message)
    assert office.hear(1.0, *manifest(WHOLE, 3)) == []
    assert office.tick(9 * PATIENCE_S) == []


def test_of_mixed_revisions_nothing_is_taken() -> None:
    office = Office()
    for message in published(WHOLE, 3):
        office.hear(0.0, *message)
    newer = operators(*(f"person-{number}" for number in range(21)), rev="8")
    new, old = published(newer, 3, "8"), parts(WHOLE, 3)
    for message in (new[0], old[1], new[2], new[3]):
        assert office.hear(1.0, *message) == []
    assert office.desk.directories.operators is not None
    assert office.desk.directories.operators.rev == "7"
    [refused] = office.tick(1.0 + PATIENCE_S)
    assert (refused.name, refused.outcome) == ("operators/manifest", "refused")
    assert "do not fit sha256" in refused.detail
    assert said(office.hear(100.0, *new[1])) == [("applied", "8", "7")]


def test_of_a_list_of_which_parts_are_missing_it_is_said_which_and_once() -> None:
    office, messages = Office(), published(WHOLE, 4)
    for place in (0, 2, 4):
        office.hear(0.0, *messages[place])
    assert office.tick(PATIENCE_S - 1.0) == []
    [refused] = office.tick(PATIENCE_S)
    assert refused.detail == "directory operators: parts 2, 4 of 4 are missing"
    assert office.tick(2 * PATIENCE_S) == []
    office.hear(3 * PATIENCE_S, *messages[1])
    assert said(office.hear(3 * PATIENCE_S, *messages[3])) == [("applied", "7", None)]


def test_a_manifest_of_another_revision_than_the_list_is_refused() -> None:
    office = Office()
    for message in published(WHOLE, 2, rev="8"):
        office.hear(0.0, *message)
    [refused] = office.facts
    assert (refused.name, refused.outcome) == ("operators", "refused")
    assert "rev is '7'; expected '8', as the manifest says" in refused.detail
    assert office.desk.directories.operators is None


def test_a_list_that_is_not_its_published_form_is_refused_whole_and_told_once() -> None:
    office = Office()
    for _ in range(2):
        for message in published(b'{"rev": "7"}', 2):
            office.hear(0.0, *message)
    assert [(fact.name, fact.outcome) for fact in office.facts] == [("operators", "refused")]


def test_an_empty_manifest_withdraws_the_list_and_its_parts() -> None:
    office = Office()
    for message in published(WHOLE, 2):
        office.hear(0.0, *message)
    assert said(office.hear(1.0, "operators/manifest", b"")) == [("withdrawn", None, "7")]
    assert office.desk.assemblies == {}
    assert office.hear(2.0, "operators/manifest", b"") == []


def test_lists_of_a_work_center_and_of_the_site_come_in_parts_of_their_own() -> None:
    office = Office()
    message = json.dumps({"rev": "7", "alarms": []}).encode()
    for name, payload in [*parts(message, 2, "alarms"), manifest(message, 2, name="alarms")]:
        office.hear(0.0, name, payload, WC)
    assert set(office.desk.directories.alarms) == {WC}


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("operators/parts/1", b"x" * (PART_OCTETS + 1)),
        (f"operators/parts/{MOST_PARTS + 1}", b"x"),
        ("operators/manifest", b"{"),
        ("operators/manifest", json.dumps({"rev": "7", "parts": MOST_PARTS + 1, "sha256": "0" * 64}).encode()),
        ("operators/manifest", json.dumps({"rev": "7", "parts": 1, "sha256": "0"}).encode()),
    ],
)
def test_what_cannot_be_a_part_or_a_manifest_is_refused(name: str, payload: bytes) -> None:
    [refused] = Office().hear(0.0, name, payload)
    assert (refused.name, refused.outcome) == (name, "refused")


@pytest.mark.parametrize("name", ["orders/PO-1/parts/1", "items/X/manifest", "reasons/parts/0", "reasons/parts/x"])
def test_objects_with_a_message_each_do_not_come_in_parts(name: str) -> None:
    assert not is_part(name)


def test_a_work_center_has_no_list_of_the_sites() -> None:
    [refused] = Office().hear(0.0, "reasons/parts/1", reasons("A"), WC)
    assert refused.outcome == "refused"


def test_lists_that_are_not_whole_take_a_bounded_amount_of_memory() -> None:
    office, full = Office(), b"x" * PART_OCTETS
    for number, name in enumerate(("operators", "reasons", "defects", "causes")):
        for part in range(1, MOST_PARTS):
            office.hear(float(number), f"{name}/parts/{part}", full)
        assert sum(one.octets for one in office.desk.assemblies.values()) <= MOST_OCTETS
    assert len(office.desk.assemblies[None, "causes"].parts) == MOST_PARTS - 1, "the newest is whole"

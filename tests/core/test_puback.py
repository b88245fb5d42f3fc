from __future__ import annotations

import pytest

from agent.core.contract.puback import POISON, SUSPICIOUS, Verdict, verdict, words


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (0x00, Verdict.TAKEN),
        (0x10, Verdict.UNHEARD),
        (0x80, Verdict.LATER),
        (0x83, Verdict.LATER),
        (0x87, Verdict.HELD),
        (0x90, Verdict.HELD),
        (0x91, Verdict.BROKEN),
        (0x95, Verdict.REFUSED),
        (0x97, Verdict.LATER),
        (0x99, Verdict.REFUSED),
    ],
)
def test_each_code_of_the_contract_has_its_meaning(code: int, meaning: Verdict) -> None:
    assert verdict(code) is meaning


def test_a_code_that_nobody_defined_never_parks_and_never_confirms_a_refusal() -> None:
    unknown = set(range(0x80, 0x100)) - {0x87, 0x90, 0x91, 0x95, 0x99}
    assert {verdict(code) for code in unknown} == {Verdict.LATER}


def test_a_reason_is_told_by_number_and_name() -> None:
    assert (words(0x87), words(0xA2)) == ("0x87, not authorized", "0xa2")


def test_no_reason_that_clears_our_facts_is_suspicious() -> None:
    assert POISON < SUSPICIOUS
    assert {0x87, 0x89, 0x8B, 0x8E, 0x93, 0x96, 0x97, 0x98, 0x9C, 0x9D, 0x9F}.isdisjoint(SUSPICIOUS)

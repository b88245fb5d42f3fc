from __future__ import annotations

import pytest

from agent.core.contract.strikes import STRIKES_TO_DOUBT, STRIKES_TO_PARK, Strikes


def struck(times: int, code: int | None, *, alone: bool, first: int = 7) -> Strikes:
    strikes = Strikes()
    for _ in range(times):
        strikes = strikes.again(first, code, alone=alone)
    return strikes


@pytest.mark.parametrize("code", [None, 0x80, 0x81, 0x82, 0x83, 0x8D])
def test_a_connection_lost_again_and_again_under_one_fact_is_doubted_and_then_out(code: int | None) -> None:
    assert not struck(STRIKES_TO_DOUBT - 1, code, alone=False).is_doubted
    assert struck(STRIKES_TO_DOUBT, code, alone=False).is_doubted
    assert not struck(STRIKES_TO_PARK - 1, code, alone=True).is_out
    assert struck(STRIKES_TO_PARK, code, alone=True).is_out


@pytest.mark.parametrize("code", [0x95, 0x99])
def test_a_reason_that_speaks_of_the_message_needs_no_second_time(code: int) -> None:
    in_company = struck(1, code, alone=False)
    assert (in_company.is_doubted, in_company.is_out) == (True, False)
    assert struck(1, code, alone=True).is_out


@pytest.mark.parametrize("code", [0x8B, 0x8E, 0x96, 0x97, 0x98])
def test_a_reason_that_clears_our_facts_never_counts(code: int) -> None:
    assert struck(100, code, alone=True) == Strikes()
    assert struck(5, None, alone=True).again(7, code, alone=True) == Strikes()


def test_another_fact_at_the_head_begins_anew() -> None:
    assert struck(5, None, alone=True).again(8, None, alone=True) == Strikes(8, 1)

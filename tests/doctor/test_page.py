"""The page: the worst first, nothing left out, and no check that fails costs the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.errors import JournalError
from agent.doctor import page
from agent.doctor.case import Case
from agent.doctor.checks import CHECKS
from agent.doctor.examination import Check, examine
from agent.doctor.finding import ACTED_ON, ORDER, Finding, Level, Who, is_well, well
from tests.doctor.cases import NOW, a_case, settings

WORDS = st.text("abcdefg hij-", min_size=1, max_size=60).filter(lambda text: text.strip() and not text[0].isspace())
FINDINGS = st.lists(
    st.builds(Finding, st.sampled_from(Level), WORDS, WORDS, WORDS, WORDS, st.sampled_from(Who)), max_size=8
)


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(FINDINGS)
def test_a_page_says_everything_and_is_well_only_where_nobody_must_act(findings: list[Finding]) -> None:
    shown = page.text(findings, "line-pc", NOW)
    for one in findings:
        assert squeezed(f"{one.subject}: {one.found}") in squeezed(shown)
        if one.level in ACTED_ON:
            assert squeezed(f"to do: {one.action}") in squeezed(shown)
            assert f"who:      {one.who}" in shown
    acted = [one for one in findings if one.level in ACTED_ON]
    assert ("All is well." in shown) == is_well(findings) == (not acted)
    assert shown.count("     who:") == len(acted)
    assert page.document(findings, "line-pc", NOW)["well"] is not bool(acted)


@given(FINDINGS)
def test_the_worst_comes_first(findings: list[Finding]) -> None:
    async def found(_case: Case) -> Sequence[Finding]:
        return findings

    case = a_case(Path("/nowhere"), None)
    levels = [one.level for one in asyncio.run(examine(case, [Check("x", found)], lambda _done, _waiting: None))]
    assert levels == sorted(levels, key=ORDER.index)
    assert len(levels) == len(findings)


@pytest.mark.parametrize(
    "error", [PermissionError(13, "no", "/etc/x"), OSError("gone"), JournalError("damaged"), KeyError("a defect")]
)
async def test_a_check_that_fails_says_so_and_costs_no_other(tmp_path: Path, error: Exception) -> None:
    async def fails(_case: Case) -> Sequence[Finding]:
        raise error

    async def works(_case: Case) -> Sequence[Finding]:
        return [well("other", "seen")]

    told: list[int] = []
    checks = [Check("one", fails), Check("other", works)]
    found = await examine(a_case(tmp_path, None), checks, lambda done, _waiting: told.append(done))
    assert [(one.subject, one.level) for one in found] == [("one", Level.UNSEEN), ("other", Level.WELL)]
    assert not is_well(found)
    assert told == [0, 1, 2]


async def test_a_check_that_hangs_is_given_up(tmp_path: Path) -> None:
    async def hangs(_case: Case) -> Sequence[Finding]:
        await asyncio.Event().wait()
        return []

    [found] = await examine(a_case(tmp_path, None), [Check("slow", hangs, lambda _case: 0.05)], lambda *_: None)
    assert (found.level, found.found) == (Level.UNSEEN, "no answer within 0.05 s")


def test_every_check_ends_in_time_for_the_page_and_that_of_machines_by_their_time_outs(tmp_path: Path) -> None:
    without, slow = a_case(tmp_path, None), a_case(tmp_path, settings(tmp_path))
    assert slow.settings is not None
    assert slow.settings.machine[0].modbus is not None
    timeout_s = slow.settings.machine[0].modbus.timeout_s
    assert max(check.limit(without) for check in CHECKS) <= 6.5
    assert 10 * timeout_s < max(check.limit(slow) for check in CHECKS) < 30 * timeout_s

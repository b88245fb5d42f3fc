"""A change that was interrupted while the agent was waited for: what was recorded since is never set aside unasked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from agent.core.errors import ConfigurationError
from agent.installing import asked, fitting
from agent.installing.layout import InstallationError
from tests.installing.parts import KNOWN, Pc, upgraded

WEEKS = 1000
"""Facts of many weeks."""
ALL = 5 + 2 + 2 + WEEKS
"""Those of the former version, what the newer one records at each of two starts, and what it has recorded since."""


class CutError(BaseException):
    """The power is gone."""


class Dark:
    """Time in which the power goes."""

    def now(self) -> float:
        raise CutError

    def sleep(self, _seconds: float) -> None:
        raise CutError


def cut(pc: Pc, work: Callable[[], object]) -> None:
    with suppress(CutError):
        work()
    assert pc.layout.record.exists()
    pc.manager.boot()


@pytest.fixture
def leftover(tmp_path: Path) -> Pc:
    """0.2.0, which migrates the journal, has run for weeks; the record of the change to it is still there."""
    pc = upgraded(tmp_path / "pc", KNOWN + 1)
    place = replace(pc.place(), pace=Dark())
    cut(pc, lambda: asked.install(place, pc.layout.version("0.2.0")))
    pc.record(WEEKS)
    assert (pc.manager.runs, pc.facts) == ("0.2.0", ALL)
    return pc


def fails(pc: Pc, version: str) -> None:
    (pc.layout.version(version).folder / "sick").write_text("the writer does not turn")


@pytest.mark.parametrize("spoil", ["configuration", "room"])
def test_a_refused_upgrade_leaves_a_healthy_version_and_its_journal(leftover: Pc, spoil: str) -> None:
    newer = leftover.version("0.3.0", KNOWN + 1)
    if spoil == "room":
        leftover.free = 100_000
    else:
        (newer.folder / "dislikes-configuration").touch()
    with pytest.raises(ConfigurationError, match="Nothing was changed"):
        asked.install(leftover.place(), newer)
    assert (leftover.current, leftover.manager.runs, leftover.facts) == ("0.2.0", "0.2.0", ALL)
    assert not leftover.layout.record.exists()


def test_an_upgrade_keeps_the_version_that_was_healthy_and_its_journal(leftover: Pc) -> None:
    asked.install(leftover.place(), leftover.version("0.3.0", KNOWN + 1))
    assert (leftover.current, leftover.previous, leftover.manager.runs) == ("0.3.0", "0.2.0", "0.3.0")
    assert [path.name for path in (leftover.layout.data / "upgrade").iterdir()] == ["left-by-0.2.0"]


def test_the_way_back_asks_before_facts_are_set_aside(leftover: Pc) -> None:
    with pytest.raises(ConfigurationError, match="--older-journal"):
        asked.go_back(leftover.place(), older_journal=False)
    assert (leftover.manager.runs, leftover.facts) == ("0.2.0", ALL)
    assert asked.go_back(leftover.place(), older_journal=True).name == "0.1.0"
    assert (leftover.manager.runs, leftover.facts) == ("0.1.0", 5)


def test_the_same_again_says_that_it_is_over(leftover: Pc) -> None:
    assert asked.install(leftover.place(), leftover.layout.version("0.2.0"))
    assert any("which was interrupted, is over" in line for line in leftover.said)
    assert not asked.install(leftover.place(), leftover.layout.version("0.2.0"))
    assert (leftover.manager.runs, leftover.facts) == ("0.2.0", ALL)


def test_a_version_that_is_unwell_by_now_stays_unless_the_older_journal_is_asked_for(leftover: Pc) -> None:
    fails(leftover, "0.2.0")
    with pytest.raises(InstallationError, match=r"0\.1\.0 was not put back.*--older-journal"):
        asked.install(leftover.place(), leftover.layout.version("0.2.0"))
    with pytest.raises(ConfigurationError, match="--older-journal"):
        asked.go_back(leftover.place(), older_journal=False)
    assert (leftover.manager.runs, leftover.facts) == ("0.2.0", ALL)
    asked.go_back(leftover.place(), older_journal=True)
    assert (leftover.manager.runs, leftover.facts) == ("0.1.0", 5)


def test_a_third_version_goes_back_to_the_one_whose_journal_it_found(leftover: Pc) -> None:
    leftover.version("0.3.0", KNOWN + 2)
    fails(leftover, "0.2.0")
    fails(leftover, "0.3.0")
    with pytest.raises(InstallationError, match=r"0\.2\.0 was put back, and is not healthy either"):
        asked.install(leftover.place(), leftover.layout.version("0.3.0"))
    assert (leftover.manager.runs, leftover.facts) == ("0.2.0", ALL + 2)


def test_a_return_that_became_healthy_is_not_turned_round(leftover: Pc) -> None:
    asked.install(leftover.place(), leftover.layout.version("0.2.0"))
    place = replace(leftover.place(), pace=Dark())
    cut(leftover, lambda: asked.go_back(place, older_journal=True))
    assert asked.go_back(leftover.place(), older_journal=False).name == "0.1.0"
    assert (leftover.current, leftover.previous, leftover.manager.runs) == ("0.1.0", "0.2.0", "0.1.0")


def test_a_roll_back_whose_version_has_been_healthy_since_moves_no_journal(
    leftover: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked.install(leftover.place(), leftover.layout.version("0.2.0"))
    fails(leftover, "0.1.0")

    def goes_dark(*_: object) -> None:
        raise CutError

    with monkeypatch.context() as patched:
        patched.setattr(fitting, "take_again", goes_dark)
        cut(leftover, lambda: asked.go_back(leftover.place(), older_journal=True))
    leftover.record(WEEKS)
    facts = leftover.facts
    assert leftover.manager.runs == "0.2.0"
    asked.install(leftover.place(), leftover.version("0.3.0", KNOWN + 1))
    assert (leftover.previous, leftover.manager.runs, leftover.facts) == ("0.2.0", "0.3.0", facts + 2)


def test_the_way_back_ends_an_interrupted_roll_back_and_goes_no_further(
    leftover: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked.install(leftover.place(), leftover.layout.version("0.2.0"))
    leftover.version("0.3.0", KNOWN + 1)
    fails(leftover, "0.3.0")

    def goes_dark(*_: object) -> None:
        raise CutError

    with monkeypatch.context() as patched:
        patched.setattr(fitting, "give", goes_dark)
        cut(leftover, lambda: asked.install(leftover.place(), leftover.layout.version("0.3.0")))
    assert asked.go_back(leftover.place(), older_journal=False).name == "0.2.0"
    assert (leftover.previous, leftover.manager.runs) == ("0.1.0", "0.2.0")

"""Whether the clock is synchronised: the kernel's answer, and the one that a service beside the agent leaves."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from agent import kernel_clock


def refused() -> bool:
    raise PermissionError(1, "Operation not permitted")


def boottime() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def test_what_the_kernel_says_is_left_for_who_may_not_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = tmp_path / "synchronised"
    kernel_clock.main(answer)
    said = kernel_clock.asked()
    monkeypatch.setattr(kernel_clock, "asked", refused)
    assert kernel_clock.known(answer) is said


@pytest.mark.parametrize(("said", "known"), [("yes", True), ("no", False)])
def test_who_may_not_ask_goes_by_the_answer(
    said: str, *, known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_clock, "asked", refused)
    answer = tmp_path / "synchronised"
    answer.write_text(f"{boottime():.0f} {said}\n")
    assert kernel_clock.known(answer) is known


@pytest.mark.parametrize("text", ["", "x yes", "0 yes", "yes"])
def test_without_a_fresh_answer_nobody_knows(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_clock, "asked", refused)
    monkeypatch.setattr(kernel_clock, "STALE_S", 0.0 if text == "0 yes" else kernel_clock.STALE_S)
    answer = tmp_path / "synchronised"
    assert kernel_clock.known(answer) is None
    answer.write_text(text)
    assert kernel_clock.known(answer) is None

"""Scripts of faults: what they say, and what is said of those that are none."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from simulators.faults.kinds import KINDS, Fault, Kind, Way
from simulators.faults.script import Chance, Script, Step, read_script

WHOLE = """
seed = 7
[[fault]]
at_s = 1
kind = "latency"
seconds = 2.5
way = "both"
share = 0.5
delay_s = 0.3
jitter_s = 0.1
[[fault]]
at_s = 4.0
kind = "cut"
seconds = 0.5
[random]
faults = 3
pause_s = [1.0, 2.0]
seconds = [0.1, 0.2]
kinds = ["drip", "stall"]
"""


def script(text: str, folder: Path) -> Script:
    path = folder / "faults.toml"
    path.write_text(text, encoding="utf-8")
    return read_script(path)


def test_a_script_is_what_it_says(tmp_path: Path) -> None:
    assert script(WHOLE, tmp_path) == Script(
        7,
        (
            Step(1.0, Fault(Kind.LATENCY, 2.5, Way.BOTH, 0.5, 0.3, 0.1)),
            Step(4.0, Fault(Kind.CUT, 0.5)),
        ),
        Chance(3, (1.0, 2.0), (0.1, 0.2), (Kind.DRIP, Kind.STALL)),
    )


def test_the_same_seed_plays_the_same_faults_one_after_the_other() -> None:
    possible = KINDS["modbus"]
    steps = list(Script(7, chance=Chance(200)).played(possible))
    assert steps == list(Script(7, chance=Chance(200)).played(possible))
    assert steps != list(Script(8, chance=Chance(200)).played(possible))
    assert {step.fault.kind for step in steps} == set(possible)
    assert all(two.at_s >= one.at_s + one.fault.seconds + 1.0 for one, two in pairwise(steps))


def test_what_is_drawn_comes_after_what_is_written(tmp_path: Path) -> None:
    steps = list(script(WHOLE, tmp_path).played(KINDS["bytes"]))
    assert [step.at_s for step in steps[:2]] == [1.0, 4.0]
    assert steps[2].at_s >= 5.5
    assert {step.fault.kind for step in steps[2:]} <= {Kind.DRIP, Kind.STALL}


def test_a_line_that_cannot_suffer_a_fault_says_so_before_anything_begins(tmp_path: Path) -> None:
    late = script('[[fault]]\nat_s = 0\nkind = "late"\nseconds = 1', tmp_path)
    with pytest.raises(ValueError, match=r"this line cannot suffer 'late'; expected one of latency, .*garbage$"):
        late.played(KINDS["opcua"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = ", "Invalid value"),
        ("speed = 1", "the script: there is no key 'speed'; expected some of fault, random, seed"),
        ("seed = 'x'", "seed is 'x'; expected a whole number"),
        ("[[fault]]\nkind = 'cut'\nseconds = 1", "fault 1 has no 'at_s'"),
        ("[[fault]]\nat_s = 1\nkind = 'storm'\nseconds = 1", "fault 1: there is no kind 'storm'; expected one of lat"),
        ("[[fault]]\nat_s = -1\nkind = 'cut'\nseconds = 1", "fault 1: at_s is -1; expected a number from 0 to 3600"),
        ("[[fault]]\nat_s = 1\nkind = 'cut'\nseconds = true", "fault 1: seconds is True; expected a number"),
        ("[[fault]]\nat_s = 1\nkind = 'cut'\nseconds = 1\nway = 'up'", "'up' is not a valid Way"),
        ("[[fault]]\nat_s = 1\nkind = 'cut'\nseconds = 1\nshare = 2", "share is 2; expected above 0"),
        (
            "[[fault]]\nat_s = 1\nkind = 'cut'\nseconds = 2\n[[fault]]\nat_s = 2\nkind = 'cut'\nseconds = 2",
            "a fault begins at 2 s, before the one from 1 s is over; expected one at a time",
        ),
        ("[random]\npause_s = [1, 2]", "random has no 'faults'"),
        ("[random]\nfaults = 1\npause_s = 3", "random: pause_s is 3; expected the shortest and the longest"),
        ("[random]\nfaults = 1\nseconds = [3, 1]", "random: seconds ends at 1, before it begins at 3"),
    ],
)
def test_what_is_no_script_is_refused_in_a_sentence(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"script of faults .*faults\.toml: ") as caught:
        script(text, tmp_path)
    assert said in str(caught.value)

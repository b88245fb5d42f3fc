"""Who works at the terminal loses nothing and enters nothing twice, whatever is killed; the long form is a soak."""

from __future__ import annotations

import random
from pathlib import Path

from tests.soak.terminal_kills import Victim, a_place, nothing_is_missing, work


def test_whatever_is_killed_in_the_midst_what_the_screen_confirmed_is_there_once(tmp_path: Path) -> None:
    with a_place(tmp_path) as place:
        victims: dict[str, Victim] = {"lot": "terminal", "scrap": "agent", "handover": "broker"}
        work(place, 1, victims, random.Random(7), print)
        nothing_is_missing(place.floor)

"""`python -m tests.soak.terminal_kills --shifts S [--seed S]`: SIGKILL in the middle of everything an operator does.

An operator works through shifts at a real terminal before a real agent and a real broker, and in each flow, after a key
that is drawn by lot, the agent, the terminal or the broker is killed. What the screen confirmed is never lost, and
nothing is recorded twice: the MES has one fact of each in the end.

An agent that is away is told, keys are taken meanwhile, and its return brings the answer. A terminal that is started
anew shows what was done; what was not, the operator does again. A broker that is away hinders nobody.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from tests.bench import machine
from tests.floor.plant import Floor, Made, a_floor
from tests.soak.terminal_flows import WC, Flow, furnish, shift
from tests.soak.terminal_pane import Pane

Victim: TypeAlias = Literal["agent", "terminal", "broker"]
VICTIMS: Final[tuple[Victim, ...]] = ("agent", "terminal", "broker")
LATEST_S: Final = 0.15
"""From a key to the kill at most: about as long as an answer takes."""
AWAY: Final = "AGENT NOT REACHABLE"
READY: Final = "ONLINE|SENDING"


@dataclass(frozen=True, slots=True)
class Place:
    """A terminal and the plant behind it."""

    floor: Floor
    pane: Pane


@contextmanager
def a_place(folder: Path) -> Iterator[Place]:
    """A bench without a machine and a terminal before it, ready for work."""
    made = Made(machines=({"work_center": WC, "manual": True},), speed=1.0)
    with a_floor(made, folder) as floor:
        furnish(floor)
        with Pane(folder, floor.config) as pane:
            pane.sees(READY)
            yield Place(floor, pane)


def play(place: Place, flow: Flow, victim: Victim | None, dice: random.Random) -> None:
    """Do what the flow says while the victim is killed in the midst of it.

    Raises:
        AssertionError: something confirmed was lost, something was recorded twice, or the terminal did not go on.
    """
    floor, pane = place.floor, place.pane
    flow.before(floor)
    floor.delivered()
    before, at = flow.facts(floor), dice.randrange(len(flow.steps))
    for number, step in enumerate(flow.steps):
        pane.sees(step.sees)
        step.does(pane)
        if victim is not None and number == at:
            for further in flow.steps[number + 1 : number + 2]:
                # A page that the terminal has not been shown yet cannot be gone on with while the agent is away.
                pane.sees(further.sees)
            time.sleep(dice.uniform(0.0, LATEST_S))
            _KILLS[victim](place)
            if victim == "terminal":
                break
    _AFTERWARDS[victim](place, flow, before)
    flow.after(floor)
    # What waits is counted a moment after it was committed.
    floor.wait(lambda: flow.facts(floor) > before, f"the MES has {flow.name} after the {victim} ended")
    floor.delivered()
    assert flow.facts(floor) - before == 1, f"{flow.name}: {flow.facts(floor) - before} facts after the {victim} ended"


def _without_a_kill(place: Place, flow: Flow, _before: int) -> None:
    place.pane.sees(flow.answer)


def _without_the_agent(place: Place, flow: Flow, _before: int) -> None:
    """It says so, and all keys were taken; once it is back it answers."""
    place.pane.sees(AWAY)
    place.floor.start_agent()
    place.pane.sees_no_more(AWAY)
    place.pane.sees(flow.answer)


def _without_the_broker(place: Place, flow: Flow, _before: int) -> None:
    """It is answered as always."""
    place.pane.sees(flow.answer)
    place.pane.sees("OFFLINE since")
    place.floor.start_broker()
    # What the MES withdraws while the agent is away is kept by no broker.
    place.floor.until(lambda view: view["uplink"]["state"] == "online", "the agent is online again")


def _with_another_terminal(place: Place, flow: Flow, before: int) -> None:
    """What was confirmed is there; what is not, is done again."""
    pane = place.pane
    was_confirmed = re.search(flow.answer, pane.last_words) is not None
    pane.start_again()
    pane.sees(READY)
    done = flow.recorded(place.floor) - before
    told = f"{flow.name}: {done} facts, confirmed: {was_confirmed}; it showed\n{pane.last_words}"
    assert done == 1 or (done == 0 and not was_confirmed), told
    if done == 0:
        for step in flow.steps:
            pane.sees(step.sees)
            step.does(pane)
        pane.sees(flow.answer)


_KILLS: Final[Mapping[Victim, Callable[[Place], None]]] = {
    "agent": lambda place: place.floor.kill_agent(),
    "terminal": lambda place: place.pane.kill(),
    "broker": lambda place: place.floor.kill_broker(),
}
_AFTERWARDS: Final[Mapping[Victim | None, Callable[[Place, Flow, int], None]]] = {
    None: _without_a_kill,
    "agent": _without_the_agent,
    "terminal": _with_another_terminal,
    "broker": _without_the_broker,
}


def work(
    place: Place, number: int, victims: Mapping[str, Victim], dice: random.Random, say: Callable[[str], object]
) -> None:
    """One shift.

    Args:
        place: where.
        number: which one, from 1.
        victims: who is killed, by the name of the flow.
        dice: chooses the moments.
        say: tells people how far it is.
    """
    for flow in shift(number):
        victim = victims.get(flow.name)
        began = time.monotonic()
        play(place, flow, victim, dice)
        say(f"shift {number}, {flow.name}: {victim or 'nobody'} killed, {time.monotonic() - began:.1f} s")


def nothing_is_missing(floor: Floor) -> None:
    """The MES has every fact of the agent once.

    Raises:
        AssertionError: it has not.
    """
    floor.delivered()
    sequences = floor.sequences()
    assert sequences == list(range(1, len(sequences) + 1))


def main() -> None:
    """Work through the shifts that the command line asks for; each victim is killed in each flow in turn."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.terminal_kills", description=__doc__)
    parser.add_argument("--shifts", type=int, default=30, help="each with a kill in each of its eight flows")
    parser.add_argument("--seed", type=int, default=1, help="chooses the moments")
    asked = parser.parse_args()
    dice, say = random.Random(asked.seed), print
    with tempfile.TemporaryDirectory(prefix="lineside-kills-") as name, a_place(Path(name)) as place:
        for number in range(1, asked.shifts + 1):
            flows = [flow.name for flow in shift(number)]
            victims = {flow: VICTIMS[(number + turn) % len(VICTIMS)] for turn, flow in enumerate(flows)}
            work(place, number, victims, dice, say)
        nothing_is_missing(place.floor)
    say(f"{asked.shifts} shifts, {asked.shifts * len(flows)} kills, nothing lost, nothing twice; {machine.load()} load")


if __name__ == "__main__":
    main()

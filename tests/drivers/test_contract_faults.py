"""Every driver under every fault of its line and of its server: it comes back, and never says what is not so.

What is promised: right values of every signal within three seconds of the server's return; never a value of another
signal, never an old value for a new one, and nothing left behind. That the checks see a driver that breaks one of
these is shown in `test_fault_checks.py`; `make soak-drivers` plays hundreds of faults by lot.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulators.faults.kinds import Fault, Kind, Way
from tests.drivers.faults.held import Held, nothing_more
from tests.drivers.faults.plant import TIMEOUT_S, FaultyPlant
from tests.drivers.faults.plants import PLANTS
from tests.drivers.faults.trial import Trial

LASTS_S = 0.3
DELAY_S = {Kind.LATENCY: 0.25, Kind.DRIP: 0.002, Kind.LATE: TIMEOUT_S + 0.1, Kind.DUPLICATES: 0.1}
"""Late is later than the time-out: the answer comes when something else has been asked for."""

CASES = [
    pytest.param(kind, fault, id=f"{kind.replace(' ', '-')}-{fault}")
    for kind, plant in PLANTS.items()
    for fault in (*plant.line_faults, *plant.own_faults)
    # Started again with its namespaces reordered it has been killed as well.
    if not (fault == "kill" and "reorder" in plant.own_faults)
]


def of_line(kind: Kind) -> Fault:
    """Short, and hitting everything."""
    return Fault(kind, LASTS_S, Way.ANSWERS, 1.0, DELAY_S.get(kind, 0.1))


@pytest.fixture(scope="module")
def plants() -> Iterator[dict[str, FaultyPlant]]:
    """Those that were started so far, by kind."""
    running: dict[str, FaultyPlant] = {}
    yield running
    for plant in running.values():
        plant.stop()


@pytest.fixture
def plant(kind: str, plants: dict[str, FaultyPlant]) -> FaultyPlant:
    if kind not in plants:
        plants[kind] = PLANTS[kind]()
        plants[kind].start()
    return plants[kind]


@pytest.mark.parametrize(("kind", "fault"), CASES)
async def test_a_driver_comes_back_from_a_fault_and_says_nothing_that_is_not_so(
    plant: FaultyPlant, fault: Kind | str
) -> None:
    before, trial = Held.now(), Trial(plant)
    async with trial.watched():
        assert await trial.settled()
        settled = Held.now()
        outcome = await trial.suffer(of_line(fault) if isinstance(fault, Kind) else fault, LASTS_S)
        assert outcome.problems == []
        assert await trial.settled()
        assert await nothing_more(settled) == []
    assert trial.truth.violations == []
    assert await nothing_more(before) == []

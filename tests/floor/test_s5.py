"""Scenario S5: the broker is away for two days of production, and the agent is killed three times meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from simulators.day import Day
from simulators.script import Episode, Kind
from tests.floor.plant import Floor, Made, a_day
from tests.floor.scenes import a_script, an_order

WC = "PRESS-1"
HOUR = 3600.0
DAYS = 48 * HOUR
SCRIPT = a_script(
    WC,
    Episode(Kind.BREAKDOWN, 2 * HOUR, 1800.0, every_s=7 * HOUR),
    Episode(Kind.SETUP, 5 * HOUR, 1800.0, every_s=11 * HOUR),
    cycle_s=30.0,
    length_s=DAYS,
)


def prepare(floor: Floor) -> None:
    """All before the machine runs."""
    floor.publish("orders/PO-5", an_order("PO-5", qty_planned="6000"), wc=WC)
    floor.enter(WC, "start_operation", order_id="PO-5")
    floor.delivered()


@pytest.fixture
def press(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    made = Made(polled=(SCRIPT,), speed=5760.0, of_machine={"output": {"flush_s": 600.0}})
    with a_day(made, tmp_path_factory.mktemp("s5"), prepare) as floor:
        yield floor


@pytest.mark.requirement(91)
@pytest.mark.requirement(92)
@pytest.mark.requirement(93)
@pytest.mark.requirement(102)
def test_after_two_days_without_a_broker_and_three_kills_the_mes_has_every_fact_once(press: Floor) -> None:
    press.stop_broker()
    seen: list[tuple[int, float]] = []
    for hour in (12, 24, 36):
        press.until_plant(hour * HOUR)
        press.kill_agent()
        press.start_agent()
        view = press.until(lambda view: view["uplink"]["state"] == "offline", "the terminal says offline")
        seen.append((view["uplink"]["waiting"], view["uplink"]["oldest_age_s"]))
    assert [one[0] for one in seen] == sorted(one[0] for one in seen)
    assert seen[0][0] > 10
    # The age of what waits grows with the plant's time, which goes on by hours while the agent starts.
    assert all(later[1] > earlier[1] for earlier, later in pairwise(seen))
    assert seen[-1][1] > 24 * HOUR
    press.until_plant(DAYS + 2 * HOUR)
    press.start_broker()
    press.delivered()
    sequences = press.sequences()
    assert sequences == list(range(1, len(sequences) + 1))
    keys = [event["dedupkey"] for event in press.events()]
    assert len(keys) == len(set(keys))
    good = sum(int(fact["qty_good"]) for fact in press.mes("output.recorded"))
    good -= sum(int(fact["qty_from_good"]) for fact in press.mes("scrap.recorded"))
    assert good == Day(SCRIPT).made(DAYS + HOUR)
    assert len(press.mes("agent.started")) == 4
    # That it is over is told once the connection holds.
    press.wait(lambda: "connected to the broker" in press.agent.said(), "the log says that the broker is back")
    said = press.agent.said()
    assert "facts wait in the journal" in said

"""An outage is a line when it begins and one when it ends, however many tries it takes."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.logs.events import Event
from agent.logs.outages import AGAIN_S, Outage, duration
from agent.logs.telling import SAID, Said


class Steps:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Kept(logging.Handler):
    """Keeps what was told."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def test_a_thousand_tries_are_one_line_and_its_end_says_how_long_and_how_many(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    now = Steps()
    outage = Outage(Event.MACHINE_LOST, now, work_center="WC-1")
    for _ in range(1000):
        outage.failed("the machine of WC-1: no answer")
        now.now += 0.5
    outage.over("the machine of WC-1 answers")
    outage.over("the machine of WC-1 answers")
    began, over = caplog.records
    assert (began.levelname, began.getMessage()) == ("WARNING", "the machine of WC-1: no answer")
    assert over.levelname == "INFO"
    assert over.getMessage() == "the machine of WC-1 answers; that took 8 min 20 s, 1000 failed tries"
    assert getattr(over, SAID) == Said(
        Event.MACHINE_LOST, {"state": "over", "seconds": 500.0, "tries": 1000, "work_center": "WC-1"}
    )
    assert began.funcName == "test_a_thousand_tries_are_one_line_and_its_end_says_how_long_and_how_many"


def test_another_reason_is_told_but_not_too_often(caplog: pytest.LogCaptureFixture) -> None:
    now = Steps()
    outage = Outage(Event.BROKER_LOST, now)
    for _ in range(int(AGAIN_S)):
        outage.failed("refused")
        outage.failed("silent")
        now.now += 1.0
    outage.failed("no route")
    outage.failed("silent")
    assert [record.getMessage() for record in caplog.records] == ["refused", "no route"]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.floats(0, 100)), max_size=80))
def test_lines_come_in_pairs_and_no_oftener_than_every_few_minutes_between(
    steps: list[tuple[bool, int, float]],
) -> None:
    now = Steps()
    outage = Outage(Event.BROKER_LOST, now)
    handler = Kept()
    logger = logging.getLogger("lineside")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        for fails, reason, pause in steps:
            now.now += pause
            if fails:
                outage.failed(f"reason {reason}")
            else:
                outage.over("well")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    states = "".join(str(getattr(record, SAID).fields["state"])[0] for record in handler.records)
    assert outage.lasts == (states.count("b") > states.count("o"))
    assert states.replace("c", "") == ("bo" * len(states))[: len(states.replace("c", ""))]
    assert states.count("c") <= now.now / AGAIN_S


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (59.94, "59 s"), (61, "1 min 1 s"), (3700, "1 h 1 min"), (200_000, "2 d 7 h")],
)
def test_a_duration_is_told_in_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text

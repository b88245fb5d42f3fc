from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from agent.core.facts import StopClass
from agent.core.machine.conditions import Condition
from agent.core.recordings.retuning import Account, Change, Doubt, Span, Total, changes, settings_changed
from agent.core.settings import Settings
from tests.core.build import EXECUTE, IDLE, T0, a_station, a_story, alive, read, watched


def span(start: float, end: float | None, stop_class: StopClass = "minor", stop_id: str = "") -> Span:
    return Span(stop_id or f"{start}-{end}-{stop_class}", start, end, stop_class, Condition.IDLE)


def an_account(*spans: Span) -> Account:
    return Account({one.stop_id: one for one in spans})


def test_stops_that_are_the_same_are_no_change_whatever_they_are_called() -> None:
    assert changes(an_account(span(0, 9, stop_id="a")), an_account(span(0, 9, stop_id="b"))) == ()


def test_a_stop_that_only_one_side_knows_appears_or_vanishes() -> None:
    before, after = an_account(span(0, 9)), an_account(span(9, 12))
    assert changes(before, after) == (
        Change("vanishes", (span(0, 9),), ()),
        Change("appears", (), (span(9, 12),)),
    )


def test_other_edges_or_another_class_are_a_change() -> None:
    before = an_account(span(0, 9), span(20, 30), span(40, None))
    after = an_account(span(1, 9), span(20, 30, "down"), span(40, 60))
    assert [change.kind for change in changes(before, after)] == ["changes"] * 3


def test_stops_merge_split_and_regroup() -> None:
    one, two, whole = span(0, 10), span(15, 30), span(0, 30)
    assert changes(an_account(one, two), an_account(whole)) == (Change("merges", (one, two), (whole,)),)
    assert changes(an_account(whole), an_account(one, two)) == (Change("splits", (whole,), (one, two)),)
    shifted = span(5, 16), span(20, 40)
    assert changes(an_account(one, two), an_account(*shifted)) == (Change("regroups", (one, two), shifted),)


def test_an_open_stop_reaches_to_the_end() -> None:
    before, after = an_account(span(0, None)), an_account(span(0, 10), span(50, 60))
    assert [change.kind for change in changes(before, after)] == ["splits"]


def test_stops_without_length_at_one_instant_are_one_happening() -> None:
    assert [change.kind for change in changes(an_account(span(5, 5)), an_account(span(5, 9)))] == ["changes"]


def test_an_account_tells_stops_by_class_and_what_was_counted_even_if_it_is_no_fact_yet() -> None:
    station = a_station(output={"flush_s": 3600})
    story = a_story(*watched(packml_state=EXECUTE, total=100), *alive(0, 9), station=station)
    story.hear(read(10, packml_state=IDLE), *alive(10, 200), read(201, packml_state=EXECUTE), read(202, total=103))
    story.hear(read(203, total=104), read(204, total=106), *alive(204, 220))
    account = Account()
    account.take(story.facts)
    account.end(story.station, T0 + 220)
    assert account.totals(T0 + 220) == {"down": Total(1, 191.0)}
    assert account.good == {"EA": Decimal(6)}
    assert account.doubts == []


def test_an_account_that_sets_out_anew_goes_on_with_what_is_open_there() -> None:
    """What the state has open is the stop that was open before, perhaps under another name; what it has not ended."""
    story = a_story(
        *watched(packml_state=EXECUTE, total=100), *alive(0, 9), read(10, packml_state=IDLE), *alive(10, 20)
    )
    stop = story.station.state.stops.open
    assert stop is not None
    known = Span(stop.stop_id, stop.start, None, "minor", Condition.IDLE)
    account = an_account(replace(known, stop_id="another"))
    account.begin(story.station, T0 + 15)
    assert account.spans == {known.stop_id: known}
    account.begin(a_station(), T0 + 30)
    assert account.spans == {known.stop_id: replace(known, end=T0 + 30)}


def test_discrepancies_are_counted_by_code() -> None:
    account = Account(doubts=[Doubt("counter_reset", 0, 1), Doubt("counter_reset", 5, 6), Doubt("order_unknown", 7, 7)])
    assert account.codes() == {"counter_reset": 2, "order_unknown": 1}


@pytest.mark.parametrize(
    ("tables", "differing"),
    [
        ({}, {}),
        ({"stop": {"minor_stop_max_s": 300}}, {"stop.minor_stop_max_s": (120.0, 300.0)}),
        ({"condition": {"states": {"5": "STARVED"}}}, {"condition.states.5": (None, "STARVED")}),
        ({"modbus": {"host": "elsewhere", "poll_ms": 7}}, {}),
    ],
)
def test_only_what_decides_facts_counts_as_another_setting(
    tables: dict[str, object], differing: dict[str, object]
) -> None:
    assert settings_changed(some_settings(), some_settings(**tables), "PRESS-1") == differing


def some_settings(**tables: object) -> Settings:
    machine = {
        "work_center": "PRESS-1",
        "modbus": {"host": "plc"},
        "signal": [{"key": "run", "role": "run", "table": "coil", "address": 0, "type": "bit"}],
    }
    return Settings.model_validate(
        {
            "agent": {"enterprise": "acme", "site": "ala1", "area": "hall-1", "id": "edge-1"},
            "mes": {"host": "mes"},
            "machine": [{**machine, **tables}],
        }
    )

"""How what a machine said last is shown: never newer than it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.core.machine_settings import MachineSettings
from agent.core.observations import Controller, Instant, Link, Quality, Signal
from agent.core.readings import LONGEST_TEXT, MachineReadings, address_words
from agent.core.sources.address import AddressSettings
from agent.readings import Readings

MACHINE = MachineSettings.model_validate(
    {
        "work_center": "WC-1",
        "opcua": {"endpoint": "opc.tcp://plc"},
        "signal": [{"key": "run", "role": "run", "node": "i=1"}, {"key": "total", "role": "total", "node": "i=2"}],
        "telemetry": [{"key": "heat", "node": "i=3"}],
    }
)


def at(seconds: float) -> Instant:
    return Instant(1_800_000_000.0 + seconds, seconds)


def said(
    key: str, value: object, seconds: float, source: float | None = None, quality: Quality = Quality.GOOD
) -> Signal:
    time = None if source is None else at(source).wall
    return Signal("WC-1", key, value, quality, time, at(seconds), "" if quality is Quality.GOOD else "BadX")  # type: ignore[arg-type]  # of its kinds


def up(seconds: float) -> Link:
    return Link("WC-1", "plc", up=True, observed=at(seconds))


def down(seconds: float, reason: str = "the cable") -> Link:
    return Link("WC-1", "plc", up=False, observed=at(seconds), reason=reason)


def readings() -> Readings:
    one = Readings()
    one.begin(MACHINE)
    return one


def shown(one: Readings, seconds: float) -> MachineReadings:
    [machine] = one.view(at(seconds), 1.0).machines
    return machine


def test_before_the_first_word_nothing_is_known() -> None:
    machine = shown(readings(), 5)
    assert (machine.connection, machine.since, machine.heard_s) == ("not_yet", None, None)
    assert [(row.key, row.role, row.quality, row.value) for row in machine.readings] == [
        ("run", "run", "unknown", None),
        ("total", "total", "unknown", None),
        ("heat", None, "unknown", None),
    ]


def test_one_that_was_never_reached_says_why_and_since_when() -> None:
    one = readings()
    one.note([down(1, "refused")])
    one.note([down(9, "silent")])
    machine = shown(one, 10)
    assert (machine.connection, machine.since, machine.reason) == ("not_yet", "2027-01-15T08:00:01.000Z", "silent")
    assert machine.readings[0].status == "silent"


def test_a_value_is_as_old_as_its_source_says_and_told_since() -> None:
    one = readings()
    one.note([said("total", 7, seconds=10, source=4), up(10)])
    one.note([up(12)])
    machine = shown(one, 12.5)
    total = machine.readings[1]
    assert (machine.connection, machine.heard_s) == ("up", 0.5)
    assert (total.value, total.quality, total.age_s, total.told_s) == (7, "good", 8.5, 2.5)
    assert (total.last_value, total.last_at) == (7, "2027-01-15T08:00:04.000Z")


def test_of_a_lost_machine_nothing_is_known_but_what_it_was() -> None:
    one = readings()
    one.note([said("total", 7, seconds=10, source=4), up(10)])
    one.note([down(20)])
    machine = shown(one, 30)
    total = machine.readings[1]
    assert (machine.connection, machine.since, machine.reason) == ("down", "2027-01-15T08:00:20.000Z", "the cable")
    assert (total.value, total.quality, total.status, total.age_s, total.last_value) == (
        None,
        "unknown",
        "the cable",
        26,
        7,
    )


def test_told_anew_after_a_reconnection_it_is_no_younger_and_what_was_not_told_anew_is_unknown() -> None:
    one = readings()
    one.note([said("run", True, seconds=10, source=4), said("total", 7, seconds=10, source=4), up(10)])
    one.note([down(20)])
    one.note([said("run", True, seconds=40, source=4)])
    machine = shown(one, 41)
    run, total, _ = machine.readings
    assert (machine.connection, machine.since) == ("up", "2027-01-15T08:00:40.000Z")
    assert (run.value, run.age_s, run.told_s) == (True, 37, 1)
    assert (total.value, total.quality, total.last_value) == (None, "unknown", 7)


def test_a_bad_value_is_none_and_what_was_known_stays_beside_it() -> None:
    one = readings()
    one.note([said("total", 7, seconds=10), up(10)])
    one.note([said("total", None, seconds=11, quality=Quality.BAD)])
    total = shown(one, 12).readings[1]
    assert (total.value, total.quality, total.status, total.last_value) == (None, "bad", "BadX", 7)
    assert (total.age_s, total.last_at) == (None, "2027-01-15T08:00:10.000Z")


def test_a_connection_without_a_sign_of_life_is_not_believed() -> None:
    one = readings()
    one.note([said("total", 7, seconds=10), up(10)])
    assert shown(one, 19).readings[1].quality == "good"
    total = shown(one, 25).readings[1]
    assert (total.value, total.quality, total.status) == (None, "unknown", "no sign of life for 15 s")


def test_what_a_machine_without_a_sign_of_life_has_said_of_it_is_still_said() -> None:
    one = readings()
    one.note([said("total", None, 5, quality=Quality.BAD), up(5)])
    total = shown(one, 20).readings[1]
    assert (total.value, total.quality, total.status) == (None, "unknown", "BadX; no sign of life for 15 s")
    one.note([down(21)])
    assert shown(one, 22).readings[1].status == "the cable"


def test_how_far_the_machines_clock_is_off_stands_beside_the_ages() -> None:
    one = readings()
    one.note([said("total", 7, seconds=10, source=4), up(10)])
    assert shown(one, 11).clock_ahead_s is None
    one.note([Controller("WC-1", at(11), ahead_s=-3600.5)])
    assert shown(one, 11).clock_ahead_s == -3600.5


def test_a_source_whose_clock_is_ahead_gives_no_age() -> None:
    one = readings()
    one.note([said("total", 7, seconds=10, source=3_600), up(10)])
    assert shown(one, 11).readings[1].age_s is None


def test_read_by_other_settings_what_was_said_is_forgotten_and_of_strangers_nothing_is_kept() -> None:
    one = readings()
    one.note([said("total", 7, seconds=10), Signal("WC-2", "x", 1, Quality.GOOD, None, at(10))])
    one.begin(MACHINE)
    assert shown(one, 11).readings[1].last_value is None
    assert one.view(at(11), 1.0, ("WC-2",)).machines == ()


def test_a_long_text_is_cut() -> None:
    one = readings()
    one.note([said("total", "x" * 5_000, seconds=10), up(10)])
    assert shown(one, 10).readings[1].value == f"{'x' * LONGEST_TEXT}…"


@given(
    st.lists(
        st.tuples(st.sampled_from(["said", "up", "down"]), st.floats(0, 100), st.none() | st.floats(-1e9, 1e3)),
        max_size=12,
    ),
    st.floats(0, 1e6),
)
def test_no_age_is_less_than_what_the_source_says(told: list[tuple[str, float, float | None]], later: float) -> None:
    one, now, source = readings(), 0.0, None
    for what, step, at_source in told:
        now += step
        if what == "said":
            one.note([said("total", 1, now, at_source)])
            source = at_source
        else:
            one.note([up(now) if what == "up" else down(now)])
    total = shown(one, now + later).readings[1]
    if total.age_s is not None:
        assert source is not None
        assert total.age_s >= now + later - source - 0.01
    if shown(one, now + later).connection != "up":
        assert total.value is None


def test_addresses_are_written_as_people_do() -> None:
    of_node = AddressSettings(key="k", node="nsu=urn:x;s=A", index=3, field="Drive.Speed")
    assert address_words(of_node) == "nsu=urn:x;s=A[3] Drive.Speed"
    of_pair = AddressSettings(key="k", table="input", address=4, type="uint32", word_order="little")
    assert address_words(of_pair) == "input 4 uint32 little"
    of_bit = AddressSettings(key="k", table="holding", address=4, type="bit", bit=2)
    assert address_words(of_bit) == "holding 4.2 bit"
    assert address_words(AddressSettings(key="k", at="DB1.DBD4")) == "DB1.DBD4"

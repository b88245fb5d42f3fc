"""MTConnect: what an agent's XML means, and that nothing it observed is lost or told twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Link, Quality, Signal
from drivers import mtconnect_xml
from drivers.mtconnect_items import NO_ITEM, Items
from drivers.mtconnect_xml import parsed
from drivers.plugin import check_machine
from drivers.plugin_kind import SettingError
from drivers.registry import open_machine
from tests.drivers.other_plants import MTConnectPlant, Observed, machine_of
from tests.drivers.plants import ServerProcess, collect, now, told

URL = "http://127.0.0.1:5000"
AT = "2026-03-01T06:00:00.1234567Z"
AT_S = 1_772_344_800.123456


def streams(body: str, head: str = '<Header instanceId="7" nextSequence="12" lastSequence="11"/>') -> bytes:
    return f'<MTConnectStreams xmlns="urn:x"><x/>{head}<S><C>{body}</C></S></MTConnectStreams>'.encode()


def value_of(xml: str, at: str = "i") -> tuple[object, Quality, str]:
    items = Items(machine_of("mtconnect", {"url": URL}, state=at))
    [signal] = items.image(parsed(streams(xml)).observations, now())
    assert signal.source_time == pytest.approx(AT_S, abs=1e-6)
    return signal.value, signal.quality, signal.status


def item(category: str, inner: str, tag: str = "X", more: str = "") -> str:
    return f'<{category}><{tag} dataItemId="i" timestamp="{AT}" sequence="3" {more}>{inner}</{tag}></{category}>'


@pytest.mark.parametrize(
    ("xml", "at", "expected"),
    [
        (item("Samples", "12.5"), "i", (12.5, Quality.GOOD, "")),
        (item("Samples", " 7 "), "i", (7, Quality.GOOD, "")),
        (item("Samples", "1.0 2.0 3.0"), "i", (None, Quality.BAD, "not a number")),
        (item("Samples", "NaN"), "i", (None, Quality.BAD, "not a number")),
        (item("Samples", "UNAVAILABLE"), "i", (None, Quality.BAD, "UNAVAILABLE")),
        (item("Events", "41"), "i", (41, Quality.GOOD, "")),
        (item("Events", "0041"), "i", ("0041", Quality.GOOD, "")),
        (item("Events", "1.10"), "i", ("1.10", Quality.GOOD, "")),
        (item("Events", "READY"), "i", ("READY", Quality.GOOD, "")),
        (item("Events", "READY"), "i=ACTIVE", (False, Quality.GOOD, "")),
        (item("Events", "ACTIVE"), "i=ACTIVE", (True, Quality.GOOD, "")),
        (item("Events", "UNAVAILABLE"), "i=ACTIVE", (None, Quality.BAD, "UNAVAILABLE")),
        (
            item("Events", '<Entry key="a">1</Entry>'),
            "i",
            (None, Quality.BAD, "X is a set of entries, no single value"),
        ),
        (item("Condition", "hot", "Fault", 'nativeCode="E7"'), "i", ("E7", Quality.GOOD, "")),
        (item("Condition", "hot", "Fault"), "i", ("hot", Quality.GOOD, "")),
        (item("Condition", "hot", "Warning", 'nativeCode="E7"'), "i", ("", Quality.GOOD, "")),
        (item("Condition", "", "Normal"), "i", ("", Quality.GOOD, "")),
        (item("Condition", "", "Unavailable"), "i", (None, Quality.BAD, "UNAVAILABLE")),
    ],
)
def test_what_an_observation_says(xml: str, at: str, expected: tuple[object, Quality, str]) -> None:
    assert value_of(xml, at) == expected


def test_the_first_fault_that_stands_is_the_alarm_until_it_is_gone() -> None:
    items = Items(machine_of("mtconnect", {"url": URL}, state="i"))
    seen: list[object] = []
    for level, code in (
        ("Fault", "A"),
        ("Fault", "B"),
        ("Warning", "C"),
        ("Normal", "A"),
        ("Fault", "A"),
        ("Normal", ""),
    ):
        xml = item("Condition", "", level, f'nativeCode="{code}"' if code else "")
        seen += [one.value for one in items.news(parsed(streams(xml)).observations, now())]
    assert seen == ["A", "A", "A", "B", "B", ""]


@pytest.mark.parametrize(
    ("then", "alarm"), [(("Warning", "warm"), ""), (("Fault", "hotter"), "hotter"), (("Normal", ""), "")]
)
def test_a_condition_without_a_code_takes_the_place_of_the_one_before_it(then: tuple[str, str], alarm: str) -> None:
    items = Items(machine_of("mtconnect", {"url": URL}, state="i"))
    for level, text in (("Fault", "hot"), then):
        [signal] = items.news(parsed(streams(item("Condition", text, level))).observations, now())
    assert signal.value == alarm


def test_faults_without_end_are_kept_up_to_a_number() -> None:
    items = Items(machine_of("mtconnect", {"url": URL}, state="i"))
    for number in range(2_000):
        xml = item("Condition", "", "Fault", f'nativeCode="E{number}"')
        items.news(parsed(streams(xml)).observations, now())
    values = []
    for number in range(1_001):
        xml = item("Condition", "", "Normal", f'nativeCode="E{number}"')
        values += [one.value for one in items.news(parsed(streams(xml)).observations, now())]
    assert values[:2] == ["E1", "E2"]
    assert values[-2:] == ["", ""]


def test_what_is_told_is_in_the_order_of_its_times_and_what_is_missing_is_bad() -> None:
    one = '<Events><X dataItemId="a" timestamp="2026-03-01T06:00:0{}Z" sequence="{}">{}</X></Events>'
    items = Items(machine_of("mtconnect", {"url": URL}, state="a", count="b"))
    xml = one.format(2, 1, "late") + one.format(1, 2, "early")
    signals = items.image(parsed(streams(xml)).observations, now())
    assert [(signal.key, signal.value, signal.status) for signal in signals] == [
        ("count", None, NO_ITEM),
        ("state", "early", ""),
        ("state", "late", ""),
    ]


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><MTConnectStreams>&b;</MTConnectStreams>'


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (BOMB, "document type"),
        (b"<html><body>PLC web page</body></html>", "XML of another kind: 'html'"),
        (b"<MTConnectStreams>" + b"<a>" * 40, "deeper than 32"),
        (b"{}", "no XML"),
        (b"", "no XML"),
    ],
)
def test_what_is_no_answer_of_an_agent_is_refused(octets: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parsed(octets)


def test_a_longer_answer_than_any_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mtconnect_xml, "LONGEST", 10)
    with pytest.raises(ValueError, match="more than 10 octets"):
        parsed(streams(""))


@given(st.binary(max_size=60), st.integers(0, 200), st.integers(0, 200))
def test_no_answer_whatever_it_is_brings_another_error_than_that_it_is_none(
    noise: bytes, first: int, last: int
) -> None:
    whole = streams(item("Samples", "12.5") + item("Condition", "hot", "Fault"))
    try:
        document = parsed(whole[:first] + noise + whole[last:])
    except ValueError:
        return
    Items(machine_of("mtconnect", {"url": URL}, state="i")).image(document.observations, now())


@pytest.mark.parametrize(
    ("options", "at", "said"),
    [
        ({}, "i", "is missing"),
        ({"url": "plc:5000"}, "i", "expected http://HOST:PORT"),
        ({"url": "http://me:secret@plc:5000"}, "i", "expected http://HOST:PORT"),
        ({"url": "http://plc:0"}, "i", "expected http://HOST:PORT"),
        ({"url": URL, "devise": "x"}, "i", "there is no such option"),
        ({"url": URL}, "two words", "expected the id of a data item"),
    ],
)
def test_what_cannot_be_used_is_refused(options: dict[str, str], at: str, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        check_machine(machine_of("mtconnect", options, state=at))


@pytest.fixture(scope="module")
def started() -> Iterator[MTConnectPlant]:
    plant = MTConnectPlant()
    yield plant
    plant.server.kill()


@pytest.fixture
def plant(started: MTConnectPlant) -> MTConnectPlant:
    started.server.kill()
    started.start()
    return started


async def seen_after(plant: MTConnectPlant, change: Callable[[], None], last: int) -> list[object]:
    """What is told of the count once everything else was, up to this value."""
    async with open_machine(plant.machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, lambda new: any(isinstance(one, Link) for one in new))
        change()
        seen = await collect(batches, lambda new: ("count", last, "good") in told(new))
    return [one.value for one in seen if isinstance(one, Signal) and one.key == "count"]


async def test_every_observation_between_two_questions_is_told(plant: MTConnectPlant) -> None:
    def count() -> None:
        plant.observe(*(("pc", "Events", "PartCount", str(100_000 + number), {}) for number in range(1, 6)))

    assert await seen_after(plant, count, 100_005) == [100_001, 100_002, 100_003, 100_004, 100_005]


async def test_where_the_agent_no_longer_has_the_next_observation_everything_is_read_anew(
    plant: MTConnectPlant,
) -> None:
    def count() -> None:
        # More than its buffer of eight holds.
        plant.observe(*(("pc", "Events", "PartCount", str(number), {}) for number in range(1, 41)))

    assert await seen_after(plant, count, 40) == [40]


async def test_an_agent_that_started_anew_is_read_anew(plant: MTConnectPlant) -> None:
    def restart() -> None:
        plant.server.tell(restart=True, observe=[("pc", "Events", "PartCount", "3", {})])

    assert await seen_after(plant, restart, 3) == [3]


async def test_an_answer_that_comes_twice_is_not_taken_for_that_to_the_next_request(plant: MTConnectPlant) -> None:
    def count() -> None:
        parts: list[Observed] = [("pc", "Events", "PartCount", str(100_000 + number), {}) for number in range(1, 4)]
        plant.server.tell(twice=True, observe=parts)

    def lost(seen: list[object]) -> bool:
        values = [int(one.value or 0) for one in seen if isinstance(one, Signal) and one.key == "count"]
        assert values == sorted(values)
        return False

    async with open_machine(plant.machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, lambda new: any(isinstance(one, Link) for one in new))
        count()
        with pytest.raises(DeviceError, match=r"told observation \d+ where those from \d+ on were asked for"):
            await collect(batches, lost)


async def test_a_device_that_the_agent_does_not_have_is_told_with_the_agents_word(plant: MTConnectPlant) -> None:
    assert plant.machine.driver is not None
    other = plant.machine.driver.model_copy(update={"options": {**plant.machine.driver.options, "device": "lathe"}})
    with pytest.raises(DeviceError, match=r"refuses 'current': NO_DEVICE\. See its url and its device"):
        await entered(plant.machine.model_copy(update={"driver": other}))


async def test_what_is_no_agent_is_told_so() -> None:
    server = ServerProcess("meter")
    server.start()
    try:
        machine = machine_of("mtconnect", {"url": f"http://127.0.0.1:{server.port}"}, state="i")
        with pytest.raises(DeviceError, match=r"no MTConnect agent answers at .*: \w+\."):
            await entered(machine)
    finally:
        server.kill()


async def entered(machine: MachineSettings) -> None:
    async with open_machine(machine, now):
        pass

"""The agent in numbers, as Prometheus reads them."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from aiohttp import ClientSession

from agent import health_api
from agent.core.errors import ConfigurationError
from agent.core.machine.conditions import Condition
from agent.core.observations import Link
from agent.core.settings import Settings
from agent.health_api import LOOPBACK
from agent.metrics import METRICS
from tests.agent.parts import Running, an_intake, document, now, scan, watched
from tests.agent.prometheus import Series, parsed
from tests.agent.test_local_api import an_api, calling, served

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"


async def metrics(folder: Path, running: Running) -> Series:
    path = folder / "agent.sock"
    async with served(folder, running, path), calling(path, running) as client, client.http.get("/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return parsed(await response.text())


async def test_the_numbers_say_how_the_agent_stands(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await watched(running)
        for text_of_code in ("LOT:P-1:BOARD", "LOT:P-2:BOARD", "nonsense"):
            await running.intake.submit(scan(text_of_code))
        running.alarms.raise_alarm("parked", "facts are parked")
        found = await metrics(tmp_path, running)
        committed = running.journal.marks.last_position
    center = ("work_center", "PRESS-1")

    def of(name: str, *labels: tuple[str, str]) -> float:
        return found[name, frozenset(labels)]

    assert of("lineside_facts_committed_total") == of("lineside_facts_waiting") == committed > 0
    assert of("lineside_facts_confirmed_through", ("epoch", "e1")) == 0
    assert of("lineside_scans_total", center, ("outcome", "accepted")) == 2
    assert of("lineside_scans_total", center, ("outcome", "refused")) == 1
    assert of("lineside_link_up", center) == 1
    conditions = {name: of("lineside_condition", center, ("condition", name)) for name in Condition}
    assert conditions == {name: float(name is Condition.RUNNING) for name in Condition}
    assert of("lineside_uplink_state", ("state", "offline")) == 1
    assert of("lineside_uplink_state", ("state", "online")) == 0
    assert of("lineside_alarm", ("code", "parked")) == 1
    assert of("process_resident_memory_bytes") > 1_000_000
    assert of("process_open_fds") > 3
    assert of("lineside_tasks") >= 1
    assert of("lineside_commit_seconds_count") > 0
    assert of("lineside_delivery_seconds_count") == 0


async def test_every_number_has_a_name_and_the_labels_that_are_promised(tmp_path: Path) -> None:
    labels = {metric.name: frozenset(metric.labels) for metric in METRICS}
    async with an_intake(tmp_path) as running:
        await watched(running)
        running.alarms.raise_alarm("broker_refuses", "the broker refuses our facts")
        api = an_api(tmp_path, running)
        await api.health.overview.way.storage.look_once()
        samples = list(api.health.gauges.samples(await api.health.overview.look()))
    unknown = {"lineside_autonomy_seconds", "lineside_reader_up", "lineside_clock_synchronised"}
    assert {sample.name for sample in samples} == labels.keys() - unknown
    for sample in samples:
        assert sample.labels.keys() - {"le"} <= labels[sample.name]


async def test_a_reader_is_up_from_its_first_sign_on(tmp_path: Path) -> None:
    scanner = {"name": "DOOR", "work_center": "PRESS-1", "device": "/dev/door"}
    configured = Settings.model_validate({**document(tmp_path), "scanner": [scanner]})
    async with an_intake(tmp_path) as running:
        health = an_api(tmp_path, running, configured=configured).health

        async def is_up() -> float:
            samples = health.gauges.samples(await health.overview.look())
            return next(one.value for one in samples if one.name == "lineside_reader_up")

        assert await is_up() == 0
        for up in (True, False):
            await running.intake.take([Link("PRESS-1", "scanner", up=up, observed=now(), reader="DOOR")])
            assert await is_up() == up


async def test_losses_and_silence_of_machines_are_counted(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await watched(running)
        for up in (False, True, False):
            reader = Link("PRESS-1", "scanner", up=up, observed=now(), reader="DOOR")
            await running.intake.take([Link("PRESS-1", "plc", up=up, observed=now()), reader])
        found = await metrics(tmp_path, running)
    of_press = frozenset({("work_center", "PRESS-1")})
    assert found["lineside_losses_total", of_press] == 2
    assert running.intake.contacts.losses["PRESS-1", "DOOR"] == 2
    assert found["lineside_machine_silent_seconds", of_press] >= 0


async def test_what_the_mes_confirmed_was_delivered_in_some_time(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await watched(running)
        await running.intake.submit(scan("LOT:P-1:BOARD"))
        marks = running.journal.marks
        await running.journal.confirm(marks.epoch, marks.last_sequence, now().wall)
        found = await metrics(tmp_path, running)
    assert found["lineside_delivery_seconds_count", frozenset()] > 0
    assert found["lineside_facts_waiting", frozenset()] == 0


async def test_the_journals_size_is_told_once_it_was_measured(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        assert not any(name == "lineside_journal_bytes" for name, _ in await metrics(tmp_path, running))
        path = tmp_path / "agent.sock"
        api = an_api(tmp_path, running)
        await api.health.overview.way.storage.look_once()
        view = await api.health.overview.look()
        told = {sample.name: sample.value for sample in api.health.gauges.samples(view)}
        assert told["lineside_journal_bytes"] > 0
        assert told["lineside_journal_free_bytes"] > 0
        assert not path.exists()


def test_the_page_lists_each_name_with_kind_labels_and_meaning() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (\w+) \| (.*) \| (.*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [
        (metric.name, metric.kind, ", ".join(f"`{label}`" for label in metric.labels), metric.help)
        for metric in METRICS
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


async def test_health_and_metrics_and_nothing_else_are_served_at_a_port_of_loopback(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        with health_api.listening(free_port()) as listener:
            assert listener is not None
            address, port = listener.getsockname()
            assert address == "127.0.0.1"
            async with health_api.serving(an_api(tmp_path, running).health, listener), ClientSession() as http:
                for path, status in (("/healthz", 200), ("/metrics", 200), ("/v1/status", 404), ("/v1/entries", 404)):
                    async with http.get(f"http://127.0.0.1:{port}{path}") as response:
                        assert response.status == status


async def test_no_port_is_open_unless_it_is_configured(tmp_path: Path) -> None:
    assert Settings.model_validate(document(tmp_path)).agent.health_port is None
    with health_api.listening(None) as listener:
        assert listener is None


def test_a_port_that_is_taken_is_a_sentence() -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        said = rf"agent\.health_port: port {port} of 127\.0\.0\.1 cannot be taken: .*; expected a free one"
        with pytest.raises(ConfigurationError, match=said), health_api.listening(port):
            pass

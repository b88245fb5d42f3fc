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
from agent.core.settings import Settings
from agent.health_api import LOOPBACK
from agent.metrics import METRICS, Sample, text
from tests.agent.parts import Running, an_intake, document, scan, watched
from tests.agent.test_local_api import an_api, calling, served

DOCS = Path(__file__).parents[2] / "docs" / "local-api.md"
LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*)\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\.)*)"')
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(page: str) -> Series:
    """Every number of a page that keeps to the format: each metric told once, with its kind before its numbers."""
    found: Series = {}
    kinds: dict[str, str] = {}
    told = ""
    assert page.endswith("\n")
    for line in page.splitlines():
        if line.startswith("# HELP "):
            told = line.split(" ", 3)[2]
            assert told not in kinds
        elif line.startswith("# TYPE "):
            _, _, name, kinds[told] = line.split(" ")
            assert name == told
        else:
            match = LINE.fullmatch(line)
            assert match is not None, line
            name, labels, value = match.groups()
            assert name == told
            key = (name, frozenset(LABEL.findall(labels or "")))
            assert key not in found
            found[key] = float(value)
    assert set(kinds.values()) <= {"counter", "gauge"}
    return found


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


async def test_the_journals_size_is_told_once_it_was_measured(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        assert not any(name == "lineside_journal_bytes" for name, _ in await metrics(tmp_path, running))
        path = tmp_path / "agent.sock"
        api = an_api(tmp_path, running)
        await api.health.gauges.storage.look_once()
        view = await api.health.overview.look()
        told = {sample.name: sample.value for sample in api.health.gauges.samples(view)}
        assert told["lineside_journal_bytes"] > 0
        assert told["lineside_journal_free_bytes"] > 0
        assert not path.exists()


def test_labels_hold_whatever_a_work_center_is_called() -> None:
    odd = 'a"b\\c\nd'
    page = text([Sample("lineside_link_up", 1, {"work_center": odd}), Sample("lineside_autonomy_seconds", 0.25)])
    escaped = odd.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    assert parsed(page) == {
        ("lineside_link_up", frozenset({("work_center", escaped)})): 1.0,
        ("lineside_autonomy_seconds", frozenset()): 0.25,
    }


def test_the_page_lists_each_name_and_kind() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (counter|gauge) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(metric.name, metric.kind) for metric in METRICS]


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

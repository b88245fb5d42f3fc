"""The dashboard and the alerts ask for nothing that is not told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.core.machine.conditions import Condition
from agent.logs.events import Event
from agent.metrics import METRICS

GRAFANA = Path(__file__).parents[2] / "docs" / "grafana"
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}
LABELS = {
    f"{metric.name}{suffix}": {*metric.labels, *(("le",) if suffix == "_bucket" else ())}
    for metric in METRICS
    for suffix in SUFFIXES.get(metric.kind, ("",))
} | {"up": set()}
OF_PROMETHEUS = {"instance", "job"}
"""Labels that Prometheus puts to every number."""
VALUES = {
    "state": {"online", "sending", "not_confirming", "offline"},
    "code": {event.value for event in Event},
    "condition": {condition.value for condition in Condition},
}
FUNCTIONS = {"count", "sum", "min", "max", "rate", "increase", "histogram_quantile", "vector", "by", "or"}
TOKEN = re.compile(
    r'(?P<text>"[^"]*")|(?P<range>\[(?:\d+[smhd]|\$__rate_interval)\])|(?P<name>[a-zA-Z_][\w]*)|'
    r"(?P<number>\d+(?:\.\d+)?)|(?P<sign>==|!=|=~|[-+*/<>=(){},])|(?P<blank>\s+)"
)


def tokens(expression: str) -> list[tuple[str, str]]:
    found = []
    end = 0
    while end < len(expression):
        match = TOKEN.match(expression, end)
        assert match is not None, f"{expression!r} at {end}"
        assert match.lastgroup is not None
        if match.lastgroup != "blank":
            found.append((match.lastgroup, match[0]))
        end = match.end()
    return found


def check(expression: str) -> None:
    """Every series and label of an expression is told, and its brackets are closed."""
    asked: set[str] = set()
    told: set[str] = set()
    braces = by = False
    depth = 0
    label = ""
    for kind, text in tokens(expression):
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(text, 0)
        assert depth >= 0, expression
        if text in "{}":
            braces = text == "{"
        elif by and text == ")":
            by = False
        elif kind == "name" and (braces or by):
            asked.add(text)
            label = text
        elif kind == "text" and label in VALUES:
            assert set(text.strip('"').split("|")) <= VALUES[label], expression
        elif text == "by":
            by = True
        elif kind == "name" and text not in FUNCTIONS:
            assert text in LABELS, f"{expression!r}: nobody tells {text}"
            told |= LABELS[text]
    assert depth == 0, expression
    assert asked <= told | OF_PROMETHEUS, f"{expression!r}: {asked - told}"


def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GRAFANA / "lineside.json").read_text(encoding="utf-8"))
    return loaded


def rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load((GRAFANA / "alerts.yaml").read_text(encoding="utf-8"))["groups"]:
        yield from group["rules"]


PANELS = [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel['id']} {panel['title']}")
def test_a_panel_asks_for_what_is_told_and_reads_the_prometheus_that_is_chosen(panel: dict[str, Any]) -> None:
    assert panel["targets"]
    for target in panel["targets"]:
        check(target["expr"])
        assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
        series = [name for kind, name in tokens(target["expr"]) if kind == "name" and name in LABELS]
        assert named <= LABELS[series[0]] | OF_PROMETHEUS


def test_the_dashboard_can_be_imported() -> None:
    found = dashboard()
    assert [variable["name"] for variable in found["templating"]["list"]] == ["datasource", "agent"]
    check(found["templating"]["list"][1]["definition"].removeprefix("label_values").replace(", instance)", ")"))
    ids = [panel["id"] for panel in found["panels"]]
    assert len(set(ids)) == len(ids)
    places = {
        (column, line)
        for panel in found["panels"]
        for column in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for line in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    }
    assert len(places) == sum(panel["gridPos"]["w"] * panel["gridPos"]["h"] for panel in found["panels"])
    assert max(column for column, _ in places) == 23


@pytest.mark.parametrize("code", ["certificate_ends", "clock_not_synchronized", *(e for e in Event if "refuses" in e)])
def test_what_somebody_else_must_mend_has_an_alert(code: str) -> None:
    named = [re.split(r"\|", text) for rule in rules() for text in re.findall(r'code=~?"([^"]*)"', rule["expr"])]
    assert sum(code in one for one in named) == 1


@pytest.mark.parametrize("series", ["lineside_link_up", "lineside_reader_up"])
def test_what_is_lost_for_long_has_an_alert(series: str) -> None:
    assert f"{series} == 0" in [rule["expr"] for rule in rules()]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_is_told_and_says_who_acts(rule: dict[str, Any]) -> None:
    check(rule["expr"])
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["labels"]["who"] in {event.who for event in Event}
    named = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    series = [name for kind, name in tokens(rule["expr"]) if kind == "name" and name in LABELS]
    assert named <= LABELS[series[0]] | OF_PROMETHEUS
    assert rule["annotations"]["description"]


@pytest.mark.parametrize(
    "expression",
    [
        "lineside_facts_wating",
        'lineside_alarm{kode="storage"}',
        'lineside_alarm{code="storrage"}',
        "sum by (work_center) (lineside_facts_waiting)",
        "rate(lineside_facts_committed_total[5m]",
        "lineside_commit_seconds",
    ],
)
def test_a_slip_is_found(expression: str) -> None:
    with pytest.raises(AssertionError):
        check(expression)

"""Prometheus' text format (version 0.0.4), as far as this agent has use for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Literal, TypeAlias

from agent.journal.timing import Durations

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Metric:
    """What one name means."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One number."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""
    """Of the numbers that make a histogram."""


def histogram(name: str, durations: Durations) -> Iterator[Sample]:
    """The numbers of one histogram."""
    count = 0
    for bound, count in durations.cumulative():
        yield Sample(name, count, {"le": "+Inf" if bound == inf else repr(bound)}, "_bucket")
    yield Sample(name, durations.total_s, suffix="_sum")
    yield Sample(name, count, suffix="_count")


def text(metrics: Iterable[Metric], samples: Iterable[Sample]) -> str:
    """What Prometheus reads: each metric that has a number, told once."""
    by_name: dict[str, list[Sample]] = {metric.name: [] for metric in metrics}
    kinds = {metric.name: metric for metric in metrics}
    for sample in samples:
        by_name[sample.name].append(sample)
    lines: list[str] = []
    for name, found in by_name.items():
        if found:
            lines += [f"# HELP {name} {kinds[name].help}", f"# TYPE {name} {kinds[name].kind}"]
            lines += map(_line, found)
    return "".join(f"{line}\n" for line in lines)


def _line(sample: Sample) -> str:
    labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels.items())
    name = sample.name + sample.suffix
    return f"{name}{{{labels}}} {_number(sample.value)}" if labels else f"{name} {_number(sample.value)}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return repr(float(value)) if value != int(value) else str(int(value))

"""A strict reader of Prometheus' text format 0.0.4 that shares nothing with what writes it.

See https://prometheus.io/docs/instrumenting/exposition_formats/: each metric told once, its HELP and TYPE before its
numbers and all of them together, no number twice, counters that are called so, histograms that add up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import inf

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,(?!$)|$)')
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\+Inf|-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)")
ESCAPED = re.compile(r"\\(.)")
Labels = frozenset[tuple[str, str]]
Series = dict[tuple[str, Labels], float]


def parsed(page: str) -> Series:
    """Every number of a page."""
    assert page.endswith("\n")
    found: Series = {}
    kinds: dict[str, str] = {}
    told = ""
    for line in page.split("\n")[:-1]:
        if line.startswith("# HELP "):
            told = line.split(" ", 3)[2]
            assert told not in kinds, f"{told} is told twice"
            assert "\\" not in line
        elif line.startswith("# TYPE "):
            _, _, name, kinds[told] = line.split(" ")
            assert name == told
        else:
            name, labels, value = _sample(line)
            assert name.removeprefix(told) in _suffixes(kinds[told]), f"{name} stands under {told}"
            assert (name, labels) not in found, f"{line} is there twice"
            found[name, labels] = value
    for name, kind in kinds.items():
        assert kind in ("counter", "gauge", "histogram")
        assert (kind == "counter") == name.endswith("_total")
        if kind == "histogram":
            _add_up(found, name)
    return found


def _suffixes(kind: str) -> tuple[str, ...]:
    return ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)


def _sample(line: str) -> tuple[str, Labels, float]:
    match = SAMPLE.fullmatch(line)
    assert match is not None, line
    name, labels, value = match.groups()
    assert not labels or LABEL.sub("", labels) == "", line
    said = [(key, _plain(text)) for key, text in LABEL.findall(labels or "")]
    assert len(dict(said)) == len(said), line
    return name, frozenset(said), float(value)


def _plain(text: str) -> str:
    return ESCAPED.sub(lambda match: "\n" if match[1] == "n" else match[1], text)


def _add_up(found: Mapping[tuple[str, Labels], float], name: str) -> None:
    counts: dict[Labels, dict[float, float]] = {}
    for (series, labels), value in found.items():
        if series == f"{name}_bucket":
            bound = float(dict(labels)["le"].replace("+Inf", "inf"))
            counts.setdefault(frozenset(pair for pair in labels if pair[0] != "le"), {})[bound] = value
    assert counts
    for labels, by_bound in counts.items():
        values = [by_bound[bound] for bound in sorted(by_bound)]
        assert values == sorted(values)
        assert by_bound[inf] == found[f"{name}_count", labels]
        assert (found[f"{name}_sum", labels] > 0) <= (values[-1] > 0)

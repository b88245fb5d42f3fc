"""Loaded into pytest in the copy that holds a mutant: which tests run, in what order, and how long each may take.

The environment names one file, `LINESIDE_MUTANT`, with a JSON object of seconds by test function in the order to run
them. Without such a file all run, and what each executes and how long it takes is written down instead.
"""

from __future__ import annotations

import json
import os
import resource
import signal
from collections import defaultdict
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

ORDER, SECONDS = "LINESIDE_MUTANT", "LINESIDE_SECONDS"
MEMORY = 4 << 30
TO_START_S = 60.0

# Always the same examples; a failure is enough, nobody reads the smallest one.
settings.register_profile(
    "mutants",
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutants")


def test_of(nodeid: str) -> str:
    """The test function of an item; the parameters of one function belong together."""
    return nodeid.partition("[")[0]


def limit(seconds: float) -> float:
    """How long a test may take with a mutant in it: ten times as long as without, and five seconds."""
    return 10 * seconds + 5


class Judge:
    """Runs the tests named, each under an alarm that ends the process: an endless loop is a mutant killed."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        _alarm(TO_START_S)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        place = {test: number for number, test in enumerate(self._seconds)}
        items[:] = [item for item in items if test_of(item.nodeid) in place]
        items.sort(key=lambda item: place[test_of(item.nodeid)])

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        _alarm(limit(self._seconds[test_of(item.nodeid)]))


class Witness:
    """Writes down what each test executes, by way of coverage's contexts, and how long it takes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seconds: defaultdict[str, float] = defaultdict(float)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        from coverage import Coverage  # noqa: PLC0415 - where nothing is measured it need not be there

        measuring = Coverage.current()
        assert measuring is not None
        measuring.switch_context(test_of(item.nodeid))
        try:
            return (yield)
        finally:
            measuring.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[test_of(report.nodeid)] += report.duration

    def pytest_sessionfinish(self) -> None:
        self._path.write_text(json.dumps(self._seconds), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Judge a mutant or watch the tests, as the environment says; what is tested must be what stands in this copy."""
    core = find_spec("agent.core")
    if core is None or core.origin is None or not Path(core.origin).is_relative_to(Path.cwd()):
        raise pytest.UsageError(f"no core in this copy, but {core}")
    if path := os.environ.get(ORDER):
        config.pluginmanager.register(Judge(json.loads(Path(path).read_text(encoding="utf-8"))))
    else:
        config.pluginmanager.register(Witness(Path(os.environ[SECONDS])))


def _alarm(seconds: float) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)

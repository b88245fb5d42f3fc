"""What holds for all tests."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# Python's development mode is for the tests: the processes that they start are as on a line PC.
os.environ.pop("PYTHONDEVMODE", None)

# How fast the machine is says nothing about what is right, and the same sources pass or fail each time: other histories
# than these are looked for by `make soak-properties`.
settings.register_profile(
    "lineside",
    deadline=None,
    derandomize="EXPLORE" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("lineside")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logged goes from process to process as UTF-8, even where it is about what is none."""
    report = yield
    report.sections = [(name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections]
    return report

"""What may interrupt a change of version, and when: an agent that was stopped for it must run again."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ignored(*numbers: signal.Signals) -> Iterator[None]:
    """Let signals pass by while open: a connection that is lost, above all."""
    with _handled(signal.SIG_IGN, *numbers):
        yield


@contextmanager
def interrupting(*numbers: signal.Signals) -> Iterator[None]:
    """Let signals be as Ctrl+C while open."""
    with _handled(signal.default_int_handler, *numbers):
        yield


@contextmanager
def _handled(how: signal.Handlers | object, *numbers: signal.Signals) -> Iterator[None]:
    former = {number: signal.signal(number, how) for number in numbers}  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)

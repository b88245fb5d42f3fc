"""The agent as users run it, except that it kills itself at the N-th pass of a named point.

Run by path, `python points.py POINT:N -- run -c lineside.toml`; the points are those of `POINTS`. Nothing in the agent
knows of this: the function at the point is wrapped before the agent begins.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from agent import broker, receipts
from agent.journal import migrations, retention, store
from simulators.demo.records import KILLED_AT

Owner: TypeAlias = ModuleType | type


@dataclass(slots=True)
class Tripwire:
    """Counts the passes of one point and ends the process at the last of them."""

    point: str
    left: int
    is_inside: bool = field(default=False)
    """Whether the work that the point belongs to is under way, where the point lies in what others use too."""

    def passed(self) -> None:
        """Pass the point once; does not return from the last pass."""
        self.left -= 1
        if self.left == 0:
            os.write(2, f"{KILLED_AT}{self.point}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Owner, name: str, counts: Callable[..., bool] = lambda *_: True) -> Callable[[Tripwire], None]:
    """The point lies where a function is entered with arguments that count."""

    def lay(wire: Tripwire) -> None:
        original = getattr(owner, name)

        def wrapped(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - whatever the original takes and gives
            if counts(*arguments):
                wire.passed()
            return original(*arguments, **more)

        setattr(owner, name, wrapped)

    return lay


def after(owner: Owner, name: str, counts: Callable[..., bool] = lambda *_: True) -> Callable[[Tripwire], None]:
    """The point lies where a function has returned, its arguments counting."""

    def lay(wire: Tripwire) -> None:
        original = getattr(owner, name)

        def wrapped(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - as above
            result = original(*arguments, **more)
            if counts(*arguments):
                wire.passed()
            return result

        setattr(owner, name, wrapped)

    return lay


def after_awaiting(owner: Owner, name: str) -> Callable[[Tripwire], None]:
    """The point lies where a coroutine function has returned."""

    def lay(wire: Tripwire) -> None:
        original = getattr(owner, name)

        async def wrapped(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - as above
            result = await original(*arguments, **more)
            wire.passed()
            return result

        setattr(owner, name, wrapped)

    return lay


def before_commit(owner: Owner, name: str, counts: Callable[..., bool] = lambda *_: True) -> Callable[[Tripwire], None]:
    """The point lies in the transaction that a function makes: everything is written, nothing is committed."""

    def lay(wire: Tripwire) -> None:
        _within(owner, name, wire, counts)
        original = store.transaction

        @contextmanager
        def wrapped(connection: Any) -> Iterator[None]:  # noqa: ANN401 - SQLite's connection is the journal's own
            with original(connection):
                yield
                if wire.is_inside:
                    wire.passed()

        setattr(store, "transaction", wrapped)  # noqa: B010 - as the other points are laid

    return lay


def inside(owner: Owner, name: str, inner_owner: Owner, inner: str) -> Callable[[Tripwire], None]:
    """The point lies where one function enters another."""

    def lay(wire: Tripwire) -> None:
        _within(owner, name, wire, lambda *_: True)
        before(inner_owner, inner, lambda *_: wire.is_inside)(wire)

    return lay


def _within(owner: Owner, name: str, wire: Tripwire, counts: Callable[..., bool]) -> None:
    """Let the wire know while a function that runs in one thread is under way."""
    original = getattr(owner, name)

    def wrapped(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - as above
        wire.is_inside = counts(*arguments)
        try:
            return original(*arguments, **more)
        finally:
            wire.is_inside = False

    setattr(owner, name, wrapped)


def _has_facts(_connection: object, commit: store.Commit, *_: object) -> bool:
    return bool(commit.facts)


def _is_fact(_session: object, message: broker.Outgoing) -> bool:
    return not message.retain


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the agent, and how often it may be passed before the end."""

    lay: Callable[[Tripwire], None]
    most: int


POINTS: Mapping[str, Point] = {
    "commit.before": Point(before(store, "append", _has_facts), 12),
    "commit.inside": Point(before_commit(store, "append", _has_facts), 12),
    "commit.after": Point(after(store, "append", _has_facts), 12),
    "publish.before": Point(before(broker.Session, "publish", _is_fact), 10),
    "publish.after": Point(after(broker.Session, "publish", _is_fact), 10),
    "puback.before": Point(before(broker.Session, "_on_publish"), 20),
    "puback.after": Point(after(broker.Session, "_on_publish"), 20),
    "ack.before": Point(before(receipts.Receipts, "take"), 8),
    "ack.inside": Point(after(retention, "note_confirmation"), 8),
    "ack.after": Point(after_awaiting(receipts.Receipts, "take"), 8),
    "retention.before": Point(before(retention, "retire"), 4),
    "retention.inside": Point(before_commit(retention, "retire"), 4),
    "retention.after": Point(after(retention, "retire"), 4),
    "migration.copy": Point(inside(migrations, "_copy", os, "fsync"), 1),
    "migration.inside": Point(inside(migrations, "_in_one_transaction", migrations, "checksum"), 200),
    "migration.after": Point(after(migrations, "_in_one_transaction"), 1),
}
"""Every point, in the order of a fact's life."""


def program(point: str, passes: int) -> tuple[str, ...]:
    """What Python runs so that the agent kills itself at this pass of a point."""
    return ("-P", str(Path(__file__).resolve()), f"{point}:{passes}", "--")


def _main() -> None:
    point, _, passes = sys.argv[1].partition(":")
    POINTS[point].lay(Tripwire(point, int(passes)))
    sys.argv = ["lineside", *sys.argv[3:]]
    from agent.commands.main import main  # noqa: PLC0415 - the wire is laid before anything of the agent runs

    main()


if __name__ == "__main__":
    _main()

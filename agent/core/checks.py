"""The checks that are due at a work center, and those that were made (requirements 33 to 35)."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.counting import Boundary
from agent.core.directories.items import Characteristic
from agent.core.turn import Turn


@dataclass(frozen=True, slots=True)
class DueCheck:
    """A characteristic of which samples are to be checked now."""

    check: Characteristic
    limits_version: str
    samples: int
    """So many are due."""
    lots: tuple[str, ...] = ()
    """The lots that an incoming check is due of."""


def due(_turn: Turn) -> tuple[DueCheck, ...]:
    """The checks that are due."""
    return ()


def must_be_done(_turn: Turn) -> None:
    """Refuse to complete an operation while mandatory checks are due. Call it before anything changes.

    Raises:
        EntryRefusedError: CHECKS_DUE, naming them.
    """


def boundary(_turn: Turn, _at: float, _what: Boundary) -> None:
    """The shift changes. Call it before it does."""


def operation_changed(_turn: Turn) -> None:
    """Another operation is in progress, or none: its samples go on where they were left, or begin."""


def claim(wc_id: str, order_id: str, op_no: str) -> str:
    """The claim that holds the samples of an operation; needed by whatever starts, resumes or leaves it."""
    return f"samples:{wc_id}:{order_id}:{op_no}"

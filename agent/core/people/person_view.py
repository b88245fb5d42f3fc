"""Somebody who works here, as people and other programs are shown it."""

from __future__ import annotations

from typing import Literal

from agent.core.facts import (
    Block,
    Timestamp,
)


class PersonView(Block):
    """Somebody who is signed on."""

    operator_id: str
    name: str
    """By the directory of operators; the id where it does not know the person."""
    activity: Literal["direct", "indirect"]
    since: Timestamp
    roles: tuple[str, ...] = ()
    """By the directory of operators."""
    language: str | None = None
    """The one that the person reads; null where nobody said it."""


class PinAskedView(Block):
    """Somebody whose PIN is asked for."""

    operator_id: str
    name: str

"""What people and other programs are shown of facts that were taken out of the way of those behind them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from agent.core.facts import Block, Timestamp


class ParkedView(Block):
    """One parked fact."""

    position: int
    """Names it in this journal."""
    epoch: str
    sequence: int
    reason: str
    """rejected: by the MES; too_large, format, disconnects: by the broker."""
    detail: str
    since: Timestamp
    withheld: bool
    """`fact.withheld` went out in its place; else the MES itself refused it."""
    retry_at: Timestamp | None
    """When it is sent again; null: when somebody asks for it."""
    event: dict[str, JsonValue] | None
    """The CloudEvent; null where it cannot be read any more."""


class ParkedList(Block):
    """Some of them, by position."""

    parked: tuple[ParkedView, ...]


class RetryBody(Block):
    """What a client posts to `/v1/parked/retry`."""

    positions: Annotated[tuple[int, ...] | None, Field(max_length=10_000)]
    """Which ones; null for all."""


class RetryReply(Block):
    """What came of it."""

    asked: int
    """So many are sent again as soon as there is a connection."""

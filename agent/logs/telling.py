"""How something is told: an event, a sentence for people, and fields for programs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from agent.logs.events import Event

LOGGER: Final = logging.getLogger("lineside")
SAID: Final = "lineside_said"
"""Under which a record of `logging` has what it is about."""
Field: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a line is about."""

    event: Event
    fields: Mapping[str, Field]
    """By name in lower case; in the journal `LINESIDE_…` in upper case. None is left out."""


def tell(
    event: Event, text: str, *args: object, level: int | None = None, stacklevel: int = 1, **fields: Field
) -> None:
    """Tell the log; no secret is ever told.

    Args:
        event: out of the vocabulary.
        text: a sentence, with `%s` for each of `args`; it stands alone, as not everybody sees the fields.
        args: what stands in it.
        level: where it is not the event's own.
        stacklevel: 1 where the caller is what is told of, 2 where it tells for its own caller.
        fields: such as `work_center`, `reader`, `tries`, `seconds`.
    """
    extra = {SAID: Said(event, fields)}
    LOGGER.log(event.level if level is None else level, text, *args, extra=extra, stacklevel=stacklevel + 1)

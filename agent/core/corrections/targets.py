"""Facts as people and the MES name them: by id and by place, so that finding one costs the same whatever waits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

LATELY = 1000
"""Facts among which one that is named by its id alone is looked for."""
_SEQUENCE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Target:
    """A fact as somebody names it."""

    fact_id: UUID
    sequence: int | None
    """Within its epoch; None where it is one of the last few facts."""
    epoch: str | None = None
    """One of this journal; None is the present one."""


def target_in(arguments: Mapping[str, str]) -> Target | None:
    """The fact that an entry names; None where it names none."""
    sequence = arguments.get("target_sequence", "")
    try:
        fact_id = UUID(arguments.get("target_id", ""))
    except ValueError:
        return None
    if not _SEQUENCE.fullmatch(sequence):
        return None
    return Target(fact_id, int(sequence), arguments.get("epoch") or None)

"""What goes out in the place of a fact that cannot: `fact.withheld`, under the same sequence."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID, uuid5

from agent.core.contract.envelope import Row
from agent.core.facts import FactQuality, FactWithheld, Keys, WithheldReason
from agent.journal.marks import Epoch

_NAMESPACE = UUID("6f0d3c9e-5b0e-5d8b-9a53-2d6f1c1b7a10")
"""Stand-ins have name-based ids (RFC 9562, version 5), the same each time that one is made."""


_DETAILS: dict[str, str] = {
    "damaged": "what stands in the journal is not what was written",
    "retired": "the journal keeps it no longer",
}


@dataclass(frozen=True, slots=True)
class Parked:
    """A fact that was taken out of the way of those behind it."""

    position: int
    reason: str
    detail: str
    since: str
    withheld: bool
    """A stand-in goes out in its place; else the MES itself refused the fact and counts it as through."""
    retry_at: float | None
    """Plant time at which it is sent again; None where somebody has to ask for it."""

    @classmethod
    def of(cls, values: tuple[Any, ...]) -> Parked:
        """As the journal keeps it."""
        position, reason, detail, since, withheld, retry_at = values
        return cls(position, reason, detail, since, bool(withheld), retry_at)


def stand_in(epoch: Epoch, position: int, original: Row | None, why: Parked | WithheldReason, recorded: str) -> Row:
    """The row that is sent at this position.

    Args:
        epoch: the position's.
        position: where the fact stands or stood.
        original: the fact, None where it cannot be read.
        why: it is not sent.
        recorded: RFC 3339; the recorded time of the fact before, for one that cannot be read.
    """
    sequence = epoch.sequence(position)
    if isinstance(why, Parked):
        reason, detail = _reason(why.reason), why.detail
    else:
        reason, detail = why, _DETAILS[why]
    data = FactWithheld(
        keys=Keys(),
        quality=FactQuality(origin="rule", execution_mode=_execution_mode(original)),
        sequence=sequence,
        withheld_id=None if original is None else str(UUID(bytes=original.id)),
        withheld_type=None if original is None else original.type,
        withheld_key=None if original is None else original.wc_id,
        reason=reason,
        detail=detail,
        sha256=None if original is None else sha256(original.data).hexdigest(),
    )
    name = f"{epoch.name}:{sequence}"
    return Row(
        position=position,
        epoch=epoch.name,
        sequence=sequence,
        id=uuid5(_NAMESPACE, name).bytes,
        type=FactWithheld.TYPE,
        subject="-/-/-",
        time=recorded if original is None else original.time,
        observedtime=recorded if original is None else original.observedtime,
        recordedtime=recorded if original is None else original.recordedtime,
        dedupkey=f"withheld:{name}",
        correlationid=None,
        causationid=None,
        data=data.model_dump_json().encode(),
    )


def _execution_mode(original: Row | None) -> Literal["production", "simulation"]:
    is_simulation = original is not None and b'"execution_mode":"simulation"' in original.data
    return "simulation" if is_simulation else "production"


def _reason(reason: str) -> WithheldReason:
    match reason:
        case "too_large" | "format" | "disconnects":
            return reason
    return "damaged"

"""Units and lots that are made at a work center, as far as they are at hand; the rest are records of their own."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.facts import NcDisposition
from agent.core.values import replace

MOST_OPEN = 9
"""Nonconformances that are shown: a snapshot is small however many are open."""


@dataclass(frozen=True, slots=True)
class OpenNc:
    """A nonconformance that is not settled, as it is shown."""

    nc_id: str
    serial: str | None
    lot_id: str | None
    qty: str
    """What is not settled of it."""
    defect_code: str
    disposition: NcDisposition | None
    """Null while nobody has decided."""
    at: float


@dataclass(frozen=True, slots=True)
class LotOut:
    """The lot that is being made."""

    lot_id: str
    told: int
    """Parts of the operation that what went into its lots has been told of."""


@dataclass(frozen=True, slots=True)
class Units:
    """What is being made."""

    lot_out: LotOut | None = None
    serials_issued: int = 0
    """By the template; never falls."""
    lots_issued: int = 0
    next_serial: int | None = None
    """The next one of the range that the MES issued for the operation in progress; None where none was used."""
    ahead: tuple[str, ...] = ()
    """Units of the operation in progress that were scanned before their part was counted, and so have a serial."""
    open: tuple[OpenNc, ...] = ()
    """The newest first."""
    open_count: int = 0
    """All of them, shown or not."""

    def opened(self, nc: OpenNc) -> Units:
        """With one more."""
        return replace(self, open=(nc, *self.open)[:MOST_OPEN], open_count=self.open_count + 1)

    def changed(self, nc: OpenNc) -> Units:
        """With another word on one of them."""
        return replace(self, open=tuple(nc if one.nc_id == nc.nc_id else one for one in self.open))

    def settled(self, nc_id: str) -> Units:
        """With one less."""
        left = tuple(one for one in self.open if one.nc_id != nc_id)
        return replace(self, open=left, open_count=max(self.open_count - 1, len(left)))


NO_UNITS = Units()

"""Facts about lots and components."""

from __future__ import annotations

from agent.core.facts.blocks import FactData


class LotLoaded(FactData):
    """A component lot was loaded at the work center; `keys` name lot and item."""

    TYPE = "lot.loaded"
    scan_text: str

"""Facts about codes that were read."""

from __future__ import annotations

from typing import Literal

from agent.core.facts.blocks import FactData


class ScanAccepted(FactData):
    """A code was read and meant something."""

    TYPE = "scan.accepted"
    text: str
    reader: str
    meaning: Literal["order", "lot", "serial", "reason", "badge"]


class ScanRefused(FactData):
    """A code was read and refused."""

    TYPE = "scan.refused"
    text: str
    reader: str
    refusal_code: str

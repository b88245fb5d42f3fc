"""Facts about codes that were read."""

from __future__ import annotations

from typing import Literal, TypeAlias

from agent.core.facts.blocks import Block, FactData

ScanMeaning: TypeAlias = Literal[
    "badge", "order", "operation", "lot", "serial", "item", "lpn", "reason", "location", "tool", "command"
]
"""What a code names. item: an article without lot or serial. lpn: a license plate, the number of a logistic unit."""


class ScanElement(Block):
    """One element of a code that has several."""

    key: str
    """GS1 application identifier such as `10`, or MH10.8.2 data identifier such as `1T`."""
    value: str
    """As it stands in the code."""


class ScanData(FactData):
    """What both say of a code."""

    text: str
    """As it was read, control characters included; `(badge)` in place of a badge's. Empty where what was read is no
    whole code, as it may be a part of anything."""
    reader: str
    """Name of the reader, or `terminal`."""
    symbology: str | None = None
    """AIM symbology identifier (ISO/IEC 15424) without its bracket, such as `d2`; null where the reader sent none."""
    elements: tuple[ScanElement, ...] = ()
    """Of a GS1 or ISO/IEC 15434 code, in their order."""


class ScanAccepted(ScanData):
    """A code was read and meant something."""

    TYPE = "scan.accepted"
    meaning: ScanMeaning


class ScanRefused(ScanData):
    """A code was read and refused."""

    TYPE = "scan.refused"
    refusal_code: str

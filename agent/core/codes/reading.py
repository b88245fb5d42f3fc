"""What a code says by itself: its carrier, its elements, what it names, or why it says nothing that can be believed.

Always text, never numbers: leading zeros and case are kept, and GS (0x1D) is a character like any other (domain.md F4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from agent.core.facts import ScanMeaning

Carrier: TypeAlias = Literal["plain", "command", "gs1", "digital_link", "hri", "iso15434"]
"""How the content is put into the code: by the site's own patterns, as a command card, as GS1 element string, GS1
Digital Link URI or GS1 text for human readers, or as ISO/IEC 15434 format 06 with MH10.8.2 data identifiers."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a code that has several."""

    key: str
    """GS1 application identifier such as `10`, or MH10.8.2 data identifier such as `1T`."""
    value: str
    """As it stands in the code."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a code names. What it does not say is None."""

    kind: ScanMeaning
    identity: str
    """Of the thing itself: lot, serial, order, operator's digest, place, or the verb of a command card."""
    item: str | None = None
    """Item as this site names it."""
    gtin: str | None = None
    """Item as GS1 names it, 14 digits."""
    order: str | None = None
    operation: str | None = None
    lot: str | None = None
    """Of a unit, where its code says it too."""
    qty: Decimal | None = None
    uom: str | None = None
    """Unit of the quantity where the code's own standard fixes it, such as KGM; None means pieces."""
    expires: date | None = None
    """The last day on which it may be used."""
    argument: str = ""
    """What stands behind the verb of a command card."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value in which a separator seems to have been lost (domain.md F3): it may be `short` and another element."""

    element: Element
    short: str
    """What the value would be without what seems to be another element."""
    rest: str
    """What seems to be another element, with its identifier."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a code cannot be believed, or means nothing here."""

    code: str
    """Of the refusal, such as `CHECK_DIGIT`."""
    words: str
    """For the operator: what was found and what to do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one code says."""

    text: str
    """As it was read."""
    symbology: str | None
    """AIM symbology identifier without its bracket, such as `d2`; None where the reader sent none."""
    carrier: Carrier
    elements: tuple[Element, ...] = ()
    code: Code | None = None
    """What it names; None where `flaw` says why not."""
    flaw: Flaw | None = None
    doubts: tuple[Doubt, ...] = ()
    """To be settled by what is known of the item and its lots."""

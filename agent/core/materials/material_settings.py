"""How strictly the loading and using of material is checked (domain.md F6)."""

from __future__ import annotations

from typing import Literal, TypeAlias

from agent.core.settings_base import Section

Strictness: TypeAlias = Literal["block", "warn", "off"]
"""block: refused, unless somebody with the role overrides it. warn: taken, and said. off: not looked at."""


class MaterialSettings(Section):
    """What happens when a lot does not fit, a key for each code: block, warn or off.

    A check that has nothing to check by is passed over: without directories of the MES every lot is loaded.
    """

    unknown_lot: Strictness = "warn"
    """The MES's lots are known, and this is none of them."""
    wrong_item: Strictness = "block"
    """The label names another item than the MES does for this lot."""
    wrong_op: Strictness = "warn"
    """The bill of materials has the item, but for another operation."""
    not_in_bom: Strictness = "block"
    """The bill of materials in force has neither the item nor a substitute of that kind."""
    substitute_needs_reason: Strictness = "block"
    """It stands in for a component, and nobody said why."""
    substitute_not_approved: Strictness = "block"
    """It stands in for a component without being approved for it."""
    lot_on_hold: Strictness = "block"
    """The lot is on hold: restricted by the MES or held here."""
    lot_expired: Strictness = "block"
    """Its date has passed."""
    expiry_differs: Strictness = "warn"
    """Its label names another last day than the MES does."""
    lot_empty: Strictness = "warn"
    """By the accounts nothing is left of it."""
    wrong_wc: Strictness = "warn"
    """By the MES it lies at another work center."""
    fifo_warning: Strictness = "warn"
    """An older lot of the item that may be used is not yet used up."""
    not_validated_offline: Strictness = "off"
    """No copy of the MES's lots is here to check it by."""
    no_order: Strictness = "off"
    """No order is in progress."""
    no_operator: Strictness = "off"
    """Nobody has signed on."""
    override_role: Literal["operator", "supervisor"] = "supervisor"
    """Who may load a lot that is blocked, with a reason."""
    over_needs_reason: bool = True
    """An entry that uses more than the norm and its tolerance is refused without a reason."""
    setup_parts_use_material: bool = True
    """Parts made in a setup use material as all others do."""

    def of(self, code: str) -> Strictness:
        """What happens on this code of domain.md F6."""
        found: Strictness = getattr(self, code.lower())
        return found

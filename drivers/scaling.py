"""What a number becomes by its configured scale and offset; the one place where that is reckoned, for every driver."""

from __future__ import annotations

import math

from agent.core.observations import SignalValue
from agent.core.sources.address import AddressSettings


def scaled(value: SignalValue, address: AddressSettings) -> SignalValue:
    """The value by its scale and offset; what is no number stays as it is.

    Returns:
        None where the result is no number that anybody can reckon with.
    """
    if not address.is_scaled or isinstance(value, bool) or not isinstance(value, int | float):
        return value
    # Twelve digits: 0.1 times 235 is 23.5, and not 23.500000000000004.
    number = float(f"{value * address.scale + address.offset:.12g}")
    return number if math.isfinite(number) else None

"""How often the garbage collector looks, and at what.

A station makes a few dozen small values with every observation, nearly all of which are gone by the next one without
help. With Python's own thresholds a quarter of the time goes into looking at what was loaded at the start.
"""

from __future__ import annotations

import gc
from typing import Final

THRESHOLDS: Final = (20_000, 20, 20)
"""Values made since the last look, and looks at the younger values before one at the older: about one look in a hundred
observations, at a few hundred kilobytes."""


def settle() -> None:
    """What has been loaded stays until the end: it is looked at no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)

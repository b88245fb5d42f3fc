"""How cards of each verb look: a colour, and a pictogram in a box of 24 by 24, for people who do not read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORK, SETUP, STOP, SCRAP, YES, PLAIN = "#0b57a4", "#5e35b1", "#c62828", "#a84300", "#1b7f3b", "#4a5560"
COLOURS: Final[Mapping[str, str]] = {
    "START": WORK,
    "PAUSE": WORK,
    "RESUME": WORK,
    "FINISH": WORK,
    "SETUP": SETUP,
    "SETUPEND": SETUP,
    "STOP": STOP,
    "STOPEND": STOP,
    "SCRAP": SCRAP,
    "QTY": "#00695c",
    "OK": YES,
}
"""By verb that of its band; any other is plain. White on each has a contrast of 5 to 1 at least."""
_OCTAGON = "M8 3h8l5 5v8l-5 5h-8l-5-5v-8z"
PICTOGRAMS: Final[Mapping[str, str]] = {
    "START": "M7 4v16l13-8z",
    "PAUSE": "M6 4h4v16h-4zM14 4h4v16h-4z",
    "RESUME": "M4 4h4v16h-4zM11 4v16l10-8z",
    "FINISH": "M5 3h2.5v18h-2.5zM8.5 4h12l-3 4 3 4h-12z",
    "SETUP": "M3 6h18v2h-18zM7 3h4v8h-4zM3 16h18v2h-18zM13 13h4v8h-4z",
    "SETUPEND": "M3 5h18v2h-18zM7 2h4v8h-4zM4 16l2.2-2.2 3.3 3.3 7.3-5.9 2 2.2-9.3 8.1z",
    "STOP": f"{_OCTAGON}M10.7 6.5h2.6v7h-2.6zM10.7 15h2.6v2.6h-2.6z",
    "STOPEND": f"{_OCTAGON}M9.5 7.5v9l7-4.5z",
    "SCRAP": "M4 6h5v-3h6v3h5v2h-16zM6 10h12l-1 11h-10z",
    "QTY": "M8 3h2.4v18h-2.4zM14 3h2.4v18h-2.4zM3.5 7.5h17v2.4h-17zM3.5 14h17v2.4h-17z",
    "OK": "M3 12.5l3-3 4 4 8.5-9 3 3-11.5 12z",
    "CANCEL": "M4.5 7l2.5-2.5 5 5 5-5 2.5 2.5-5 5 5 5-2.5 2.5-5-5-5 5-2.5-2.5 5-5z",
    "UNDO": "M9 3v4.5h5.5a6.5 6.5 0 0 1 0 13h-7.5v-3h7.5a3.5 3.5 0 0 0 0-7h-5.5v4.5l-7-6z",
    "LOGOUT": "M3 3h9v2.5h-6.5v13h6.5v2.5h-9zM9.5 10.5h6v-4l6 5.5-6 5.5v-4h-6z",
    "LOCK": "M6.5 10v-3a5.5 5.5 0 0 1 11 0v3h2.5v11h-16v-11zM9.5 10h5v-3a2.5 2.5 0 0 0-5 0z",
    "HELP": "M7 9a5 5 0 1 1 7.5 4.3v2.7h-4v-4.5a2.5 2.5 0 1 0-.5-2.5zM10.3 18h4.4v4h-4.4z",
}

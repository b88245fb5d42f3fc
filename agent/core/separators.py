"""Readers that are known to send separators: nothing that they read has lost one (domain.md F3).

Whether a reader sends GS is a setting of the reader, so one code with a separator in it tells of all others. Sending
AIM identifiers is another such setting: a reader that sends them no more was reset, and has to show anew what it sends.
"""

from __future__ import annotations

from typing import Final

from agent.core.codes.gs1_identifiers import SEPARATOR
from agent.core.codes.reading import Reading
from agent.core.observations import TERMINAL, Scan
from agent.core.turn import Turn
from agent.core.values import replace

MOST_READERS: Final = 8
"""That are remembered at a work center, those heard of last."""


def note(turn: Turn, scan: Scan, reading: Reading) -> None:
    """Remember a reader that sent a separator. Terminals have one name in common, and each its own scanner."""
    if scan.reader == TERMINAL or not _shows(scan, reading):
        return
    known, name = turn.floor.separating, _named(scan, reading)
    if name not in known:
        turn.floor = replace(turn.floor, separating=(*known, name)[-MOST_READERS:])


def are_sent(turn: Turn, scan: Scan, reading: Reading) -> bool:
    """Whether the reader of a code is known to send separators."""
    return _shows(scan, reading) or _named(scan, reading) in turn.floor.separating


def _shows(scan: Scan, reading: Reading) -> bool:
    """Whether a code shows that FNC1 is sent. In ISO/IEC 15434 GS is a character of the data, whatever is set."""
    return not scan.manual and SEPARATOR in scan.text and reading.carrier == "gs1" and reading.elements != ()


def _named(scan: Scan, reading: Reading) -> str:
    return scan.reader if reading.symbology is None else f"]{scan.reader}"

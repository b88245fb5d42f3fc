"""What this PC says of itself: its name, its time zone, the readers that are plugged in."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

_ZONES: Final = "/zoneinfo/"
_MAKERS: Final = re.compile(
    r"scan|barcode|bar_code|honeywell|zebra|symbol_tech|datalogic|newland|cognex|metrologic|opticon|keyence|"
    r"sick_|leuze|denso|unitech|mindeo|netum|inateck|tera_",
    re.IGNORECASE,
)
"""What the device names of scanners have in them."""


@dataclass(frozen=True, slots=True)
class FoundReader:
    """A device that may be a barcode reader."""

    place: Path
    is_likely: bool
    """Whether it is called like one."""


def own_name() -> str:
    """The host name as far as it can name an agent."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", socket.gethostname().partition(".")[0])[:64].strip("-")
    return name if name and name != "localhost" else "line-1"


def time_zone(etc: Path = Path("/etc")) -> str:
    """The system's time zone by its IANA name; UTC where the system does not tell it."""
    for name in (os.environ.get("TZ", "").removeprefix(":"), _of_link(etc / "localtime"), _of_file(etc / "timezone")):
        try:
            if name and ZoneInfo(name):
                return name
        except (KeyError, ValueError, OSError):
            continue
    return "UTC"


def readers(devices: Path = Path("/dev")) -> Sequence[FoundReader]:
    """Serial devices, and of the devices that type like a keyboard those that are called like a scanner."""
    serial = [FoundReader(place, _is_scanner(place)) for place in _entries(devices / "serial/by-id")]
    keyboards = [
        FoundReader(place, is_likely=True)
        for place in _entries(devices / "input/by-id")
        if place.name.endswith("-event-kbd") and _is_scanner(place)
    ]
    return [*sorted(serial, key=lambda found: not found.is_likely), *keyboards]


def _is_scanner(place: Path) -> bool:
    return _MAKERS.search(place.name) is not None


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _of_link(link: Path) -> str:
    return str(link.resolve()).partition(_ZONES)[2] if link.is_symlink() else ""


def _of_file(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""

"""What the site's codes look like, and the readers that read them: configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from agent.core.codes import gs1_identifiers
from agent.core.codes.beginnings import beginning
from agent.core.observations import TERMINAL
from agent.core.settings_base import Host, Id, Port, Section

PATTERNS: Final[Mapping[str, frozenset[str]]] = {
    "badge": frozenset({"badge"}),
    "order": frozenset({"order"}),
    "operation": frozenset({"order", "operation"}),
    "lot": frozenset({"lot"}),
    "serial": frozenset({"serial"}),
    "reason": frozenset({"reason"}),
    "location": frozenset({"location"}),
    "tool": frozenset({"tool"}),
}
"""By kind of a plain code the groups that its pattern must have, in the order in which the patterns are tried."""
SAID_BY_STANDARD: Final = frozenset(
    {"00", "01", "02", "03", "10", "15", "17", "21", "30", "37", "7003", "8006", "8010", "8011", "8026"}
    | {"P", "1P", "T", "1T", "S", "Q", "3Q", "14D", "J", "1J", "2J", "3J", "4J", "5J", "6J"}
)
"""Identifiers whose meaning no site decides."""
SILENCE_MS = 150
SILENCE_OF_NETWORK_MS = 2_000


KEYBOARDS: Final = (Path("/dev/input"), Path("/dev/lineside"))
"""Where devices that type like a keyboard are: by the kernel's names, and by those of the udev rule that is shipped."""


def is_keyboard(place: Path) -> bool:
    """Whether a device of this name types like a keyboard; any other is a serial line."""
    return any(place.is_relative_to(folder) for folder in KEYBOARDS)


class ScannerSettings(Section):
    """A barcode reader: on a serial line (`device`), a keyboard of its own (`input`), or on the network (`host`)."""

    name: Id
    """Name of the reader, for people."""
    work_center: Id
    """Work center that its codes belong to."""
    device: Path | None = None
    """Serial device; a `/dev/serial/by-id/` path survives replugging."""
    baud: int = Field(default=9600, ge=300, le=921_600)
    """Bits a second of a serial line."""
    input: Path | None = None
    """Linux input device of a reader that types like a keyboard, `/dev/lineside/reader-…` by the rule for udev that is
    shipped, or `/dev/input/by-id/usb-…-event-kbd`. It is taken for the agent alone, so that nothing it reads reaches a
    console."""
    host: Host | None = None
    """Address of a network reader. The agent dials out to it and never listens."""
    port: Port = 9004
    """TCP port of a network reader."""
    trusted: bool = False
    """Whether badges and command cards are taken from a network reader; from readers at this PC they always are."""
    prefix: str = ""
    """What the reader sends before each code; taken off. A code without it is refused as incomplete. With SOH or STX in
    it, which stand in no code, it begins a code wherever it comes."""
    suffix: str = "\r"
    """What the reader sends after each code; taken off. CR, LF and CR LF all end a code, and with a suffix nothing else
    does. Empty: it sends nothing, and silence ends a code, too."""
    silence_ms: int | None = Field(default=None, ge=20, le=10_000)
    """Real milliseconds of silence after which a code has ended: complete where there is no suffix, else cut off and
    refused. Without it 150, and 2000 for a network reader."""

    @property
    def place(self) -> str:
        """Where the reader is found, for people."""
        return f"{self.host}:{self.port}" if self.host is not None else str(self.device or self.input)

    @property
    def is_trusted(self) -> bool:
        """Whether badges and command cards are taken from it."""
        return self.host is None or self.trusted

    @property
    def silence_s(self) -> float:
        """Real seconds of silence after which a code has ended."""
        usual = SILENCE_MS if self.host is None else SILENCE_OF_NETWORK_MS
        return (self.silence_ms or usual) / 1000

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if sum(way is not None for way in (self.device, self.input, self.host)) != 1:
            raise ValueError(f"scanner '{self.name}' needs exactly one of device, input and host")
        if self.name == TERMINAL:
            raise ValueError(f"a scanner is named '{TERMINAL}', as terminals are; expected another name")
        ends = {"\r", "\n", self.suffix} - {""}
        if self.prefix and (self.prefix in self.suffix or any(end in self.prefix for end in ends)):
            raise ValueError(f"scanner '{self.name}': its prefix holds what ends a code; leave the prefix out")
        return self


class CodeSettings(Section):
    """Codes of this site. Patterns are regular expressions that match the whole text, with named groups."""

    badge: str = r"BDG:(?P<badge>.+)"
    """Signs somebody on, or off again. The group's text is known by its digest alone and kept nowhere."""
    order: str = r"ORD:(?P<order>.+)"
    """Starts or shows an order."""
    operation: str = r"OP:(?P<order>[^:]+):(?P<operation>.+)"
    """Starts or shows one operation of an order."""
    lot: str = r"LOT:(?P<lot>[^:]+):(?P<item>.+)"
    """Loads a component lot; group `item`, where there is one, names its item."""
    serial: str = r"SN:(?P<serial>.+)"
    """Identifies one unit; group `item`, where there is one, names its item."""
    reason: str = r"RSN:(?P<reason>.+)"
    """Gives the current stop its reason."""
    location: str = r"LOC:(?P<location>.+)"
    """A place: the lot scanned before it is moved there."""
    tool: str = r"TOOL:(?P<tool>.+)"
    """A tool or other resource that is used from now on."""
    command_prefix: str = Field(default="%EA%", min_length=2, max_length=16)
    """What the text of every command card begins with, and of nothing else."""
    elements: dict[str, Literal["order", "operation", "lot", "serial", "location", "tool"]] = Field(
        default_factory=lambda: dict[str, Literal["order", "operation", "lot", "serial", "location", "tool"]](
            {"400": "order"}
        )
    )
    """What GS1 application identifiers, or data identifiers of ISO/IEC 15434, mean at this site where the standard does
    not say it: such as `91 = "operation"`."""
    aim_required: bool = False
    """Refuse a GS1 code that comes without its AIM identifier. Without one `10ABC123` may be anything."""
    lost_separator: Literal["refuse", "off"] = "refuse"
    """What becomes of a lot or serial in which a separator seems to be lost, where neither a pattern nor the MES's lots
    tell, and its reader has sent no separator yet."""
    lot_patterns: dict[Id, str] = Field(default_factory=dict)
    """By item a regular expression that its lots match as a whole, where the MES sends none."""
    rescan_ms: int = Field(default=1500, ge=0)
    """The same code again within this plant time is the reader's echo, not a second scan."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for kind, needed in PATTERNS.items():
            groups = _groups(kind, getattr(self, kind))
            for group in sorted(needed - groups):
                raise ValueError(f"'{kind}' needs a group (?P<{group}>…)")
            self._must_leave_cards(kind, getattr(self, kind))
        for item, pattern in self.lot_patterns.items():
            _groups(f"lot_patterns.{item}", pattern)
        for key in self.elements:
            if key in SAID_BY_STANDARD or not _is_identifier(key):
                raise ValueError(
                    f"'elements.{key}' is no GS1 application identifier and no data identifier whose meaning is the "
                    "site's; expected one such as 400, 90 to 99, or K"
                )
        return self

    def _must_leave_cards(self, kind: str, pattern: str) -> None:
        """Refuse a pattern for codes that begin as command cards do, as far as that can be told of it."""
        cards = (self.command_prefix, *(self.command_prefix + tail for tail in _TAILS))
        if beginning(pattern).startswith(self.command_prefix) or any(re.fullmatch(pattern, card) for card in cards):
            raise ValueError(
                f"'{kind}' takes codes that begin with '{self.command_prefix}', as command cards do; "
                "expected a stricter pattern, or another command_prefix"
            )


_TAILS = ("OK", "QTY:12", "STOP:A-1", *(sign * length for sign in "A1-" for length in range(1, 33)))
"""What codes may go on with after the prefix."""


def _is_identifier(key: str) -> bool:
    known = gs1_identifiers.leading(key)
    return (known is not None and known.ai == key) or re.fullmatch(r"[0-9]{0,3}[A-Z]", key) is not None


def _groups(name: str, pattern: str) -> frozenset[str]:
    try:
        return frozenset(re.compile(pattern).groupindex)
    except re.error as error:
        raise ValueError(f"'{name}' is no regular expression: {error}") from None

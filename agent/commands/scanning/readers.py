"""Barcode readers, read without an agent."""

from __future__ import annotations

import asyncio
import re
from typing import NoReturn

from agent.clock import Clock
from agent.commands.scanning.explained import Hand, Heard, Say
from agent.core.codes.code_settings import ScannerSettings
from agent.core.errors import DeviceError
from agent.core.observations import Link, Scan
from drivers.registry import open_scanner

RETRY_S = 0.5
"""Real seconds between two attempts to open a reader."""
_PART = re.compile(rb"[^\r\n]+[\r\n]*")


async def listen(scanner: ScannerSettings, hand: Hand, say: Say) -> NoReturn:
    """Hand on what one reader reads, for ever; it is opened again whenever it is lost."""
    lost = ""
    while True:
        bytes_of = _Bytes()
        try:
            async with open_scanner(scanner, Clock().now, bytes_of.feed) as driver:
                lost = ""
                async for batch in driver:
                    if any(isinstance(one, Link) for one in batch):
                        say(f"{scanner.name}: open at {scanner.place}. Scan something.")
                    scans = [one for one in batch if isinstance(one, Scan)]
                    for scan, raw in zip(scans, bytes_of.take(len(scans)), strict=True):
                        hand(
                            Heard(scanner.name, scan.text, raw, scan.flaw, warnings=_framing_words(scanner, scan, raw))
                        )
        except DeviceError as error:
            if str(error) != lost:
                lost = str(error)
                say(lost)
        await asyncio.sleep(RETRY_S)


class _Bytes:
    """Which bytes a code was made of: those up to its CR or LF, or to the silence."""

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, data: bytes) -> None:
        """Keep what the reader sent."""
        self._kept += data

    def take(self, codes: int) -> list[bytes | None]:
        """The bytes of so many codes, each with its end; None for each where they cannot be told apart."""
        parts = list(_PART.finditer(self._kept))
        if len(parts) < codes:
            self._kept = b""
            return [None] * codes
        taken = parts[:codes]
        if taken:
            self._kept = self._kept[taken[-1].end() :]
        return [part.group() for part in taken]


def _framing_words(scanner: ScannerSettings, scan: Scan, raw: bytes | None) -> tuple[str, ...]:
    """What to mend about where codes begin and end."""
    if raw is None or scan.flaw is not None:
        return ()
    words = []
    if not scanner.suffix and not raw.endswith((b"\r", b"\n")):
        words.append("ended by silence: set the reader up to send CR, else codes in quick succession are taken for one")
    if scanner.prefix and not raw.startswith(scanner.prefix.encode()):
        words.append(f"came without the prefix {scanner.prefix!r} that the configuration says")
    return tuple(words)

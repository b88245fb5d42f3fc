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


async def listen(scanner: ScannerSettings, hand: Hand, say: Say) -> NoReturn:
    """Hand on what one reader reads, for ever; it is opened again whenever it is lost."""
    lost = ""
    while True:
        sent = _Sent(scanner)
        try:
            async with open_scanner(scanner, Clock().now, sent.feed) as driver:
                lost = ""
                async for batch in driver:
                    if any(isinstance(one, Link) for one in batch):
                        say(f"{scanner.name}: open at {scanner.place}. Scan something.")
                    for scan in (one for one in batch if isinstance(one, Scan)):
                        raw = sent.of(scan)
                        hand(
                            Heard(scanner.name, scan.text, raw, scan.flaw, warnings=_framing_words(scanner, scan, raw))
                        )
        except DeviceError as error:
            if str(error) != lost:
                lost = str(error)
                say(lost)
        await asyncio.sleep(RETRY_S)


class _Sent:
    """What a reader sent and no code was made of yet."""

    def __init__(self, scanner: ScannerSettings) -> None:
        self._prefix = re.escape(scanner.prefix.encode())
        self._end = b"|".join([rb"[\r\n]", *filter(None, [re.escape(scanner.suffix.encode())])])
        self._kept = b""

    def feed(self, data: bytes) -> None:
        """Keep what came."""
        self._kept += data

    def of(self, scan: Scan) -> bytes | None:
        """The bytes of a scan. Of a whole code its text with prefix and ends, and nothing of what came around it.

        Returns:
            None where they are not found.
        """
        texts = (scan.text.encode(), scan.text.encode("latin-1", errors="replace"))
        text = b"|".join(map(re.escape, texts))
        if scan.flaw is not None:
            text = rb"(?:(?!%s)(?s:.))+" % self._end
        found = re.search(rb"(?:%s)?(?:%s)(?:%s)*" % (self._prefix, text, self._end), self._kept)
        self._kept = b"" if found is None else self._kept[found.end() :]
        return None if found is None else found.group()


def _framing_words(scanner: ScannerSettings, scan: Scan, raw: bytes | None) -> tuple[str, ...]:
    """What to mend about where codes end."""
    if raw is None or scan.flaw is not None or scanner.suffix or raw.endswith((b"\r", b"\n")):
        return ()
    return ("ended by silence: set the reader up to send CR, else codes in quick succession are taken for one",)

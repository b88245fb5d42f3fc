"""Where one barcode ends and the next begins in a reader's stream of bytes. Pure.

A code is never joined with its neighbour, never cut and never trimmed: everything but the configured prefix, the
configured suffix, CR and LF belongs to it, GS (0x1D), NUL and leading zeros included (domain.md F4). How the bytes were
chopped up on their way changes nothing.
"""

from __future__ import annotations

import re

LONGEST = 4096
"""Bytes of the longest code. No symbology holds as many; more without an end is noise, such as a wrong baud rate."""

_LINE_ENDS = "\r\n"


class Framer:
    """Turns bytes into codes.

    A code ends with the suffix, with CR or LF, or with silence. Nothing between two ends is no code, so CR LF is one
    end. Where CR or LF stand inside a longer suffix, only the whole suffix is an end.

    What is longer than `LONGEST` is thrown away up to its end and counted in `dropped`: half a code would be a wrong
    code.
    """

    def __init__(self, prefix: str, suffix: str, silence_s: float) -> None:
        self.dropped = 0
        """Codes thrown away because they were too long."""
        self.due: float | None = None
        """When the code that has begun is complete, should nothing follow."""
        self._prefix = prefix
        self._silence_s = silence_s
        self._end = _end_of_code(suffix)
        self._end_length = max(1, len(suffix.encode()))
        self._begun = b""
        self._too_long = False

    def feed(self, data: bytes, at: float) -> list[str]:
        """The codes completed by these bytes; without bytes, the one completed by silence until now.

        Bytes never end what stands before them by their time alone: `at` says when they were read, which may be long
        after they came. So call it without bytes only when none are waiting.

        Args:
            data: what the reader sent, in any portions.
            at: seconds of a clock that is never set.
        """
        if data:
            *complete, self._begun = self._end.split(self._begun + data)
        elif self.due is not None and at >= self.due:
            complete, self._begun = [self._begun], b""
        else:
            return []
        codes = [self._finish(raw) for raw in complete]
        if len(self._begun) > LONGEST + self._end_length:
            # The first part of an end may be among the last bytes.
            self._begun, self._too_long = self._begun[-self._end_length :], True
        self.due = at + self._silence_s if self._begun else None
        return [code for code in codes if code]

    def _finish(self, raw: bytes) -> str:
        if self._too_long or len(raw) > LONGEST:
            self._too_long = False
            self.dropped += 1
            return ""
        return _text(raw).removeprefix(self._prefix)


def _end_of_code(suffix: str) -> re.Pattern[bytes]:
    if set(suffix) <= set(_LINE_ENDS):
        ends = [b"[\r\n]"]
    elif set(suffix[:-1]) & set(_LINE_ENDS):
        ends = [re.escape(suffix.encode())]
    else:
        ends = [re.escape(suffix.encode()), b"[\r\n]"]
    return re.compile(b"|".join(ends))


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        # Readers that do not send UTF-8 send single bytes; Latin-1 keeps each of them.
        return raw.decode("latin-1")

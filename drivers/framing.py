"""Where one barcode ends and the next begins in a reader's stream of bytes. Pure.

A code is believed only where its beginning and its end were both seen, and no silence stood between them. Everything
else that a reader sends is told as a flaw at its place among the codes: nothing is joined, cut, guessed or left unsaid.
What belongs to a code is kept as it is, GS (0x1D), NUL, blanks and leading zeros included (domain.md F4). How the bytes
were chopped up on their way changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.core.observations import ScanFlaw

LONGEST = 4096
"""Bytes of the longest code. No symbology holds as many; more without an end is noise, such as a wrong baud rate."""
SETTLING_S = 0.15
"""Seconds of quiet after opening, after which what comes is the beginning of a code."""

_LINE_ENDS = "\r\n"
_BEGINNINGS = frozenset("\x01\x02")
"""SOH and STX stand in no code: a prefix with one of them begins a code wherever it comes."""


@dataclass(frozen=True, slots=True)
class Framed:
    """What a reader sent between two ends."""

    text: str
    """The code; empty where there is a flaw."""
    flaw: ScanFlaw | None = None


class Framer:
    """Turns bytes into codes and flaws, in their order.

    With a suffix a code ends at it, or at CR or LF; where CR or LF stand inside a longer suffix, only the whole suffix
    is an end. Silence within a code cuts it off: it is refused at once, and so is what follows up to the next end,
    which may be its rest, however late it comes. Without a suffix silence ends a code, too.

    A code's beginning is seen after an end, or after quiet since the line was opened. Where there is a prefix, a code
    begins with it or is refused. Nothing between two ends is no code, so CR LF is one end.
    """

    def __init__(self, prefix: str, suffix: str, silence_s: float, opened: float) -> None:
        """Begin with a line that was opened at `opened`, in seconds of a clock that is never set."""
        self.settled = False
        """Whether the first code can be told from the rest of one that was under way when the line was opened."""
        self.due: float | None = opened + min(silence_s, SETTLING_S)
        """When silence says something, should nothing follow."""
        self._silence_s = silence_s
        self._has_mark = not _BEGINNINGS.isdisjoint(prefix)
        self._prefix = b"" if self._has_mark else prefix.encode()
        self._has_suffix = bool(suffix)
        self._boundaries = _boundaries(suffix, prefix if self._has_mark else "")
        self._longest_boundary = max(1, len(suffix.encode()), len(prefix.encode()))
        self._begun = b""
        self._doubt: ScanFlaw | None = "incomplete"
        """Why what comes up to the next end is no whole code."""
        self._spoilt: ScanFlaw | None = None
        """What became of the code under way."""
        self._told_too_long = False

    @property
    def under_way(self) -> bool:
        """Whether a code has begun that nothing has been said of."""
        begun = bool(self._begun or self._spoilt) or (self._has_mark and self._doubt is None)
        return begun and not self._told_too_long

    def feed(self, data: bytes, at: float) -> list[Framed]:
        """What these bytes complete; without bytes, what silence until now completes.

        Bytes never end what stands before them by their time alone: `at` says when they were read, which may be long
        after they came. So call it without bytes only when none are waiting.

        Args:
            data: what the reader sent, in any portions.
            at: seconds of the clock of `opened`.
        """
        if data:
            framed = self._read(data)
        elif self.due is not None and at >= self.due:
            framed = self._fall_silent()
        else:
            return []
        self.due = at + self._silence_s if self.under_way or self._begun else None
        return framed

    def spoil(self, flaw: ScanFlaw, at: float) -> None:
        """Something was lost here: what is under way up to its end or silence is refused, even if it is nothing."""
        self._spoilt = self._spoilt or flaw
        self.due = at + self._silence_s

    def cut_off(self) -> list[Framed]:
        """Nothing follows, or not for long: what is under way is refused, and so is its rest."""
        framed = []
        if self.under_way:
            framed.append(Framed("", self._spoilt or _too_long(self._begun) or self._doubt or "incomplete"))
        self._begun, self._spoilt, self._told_too_long = b"", None, False
        self._doubt, self.settled = "incomplete", True
        return framed

    def _read(self, data: bytes) -> list[Framed]:
        stream, begin = self._begun + data, 0
        framed: list[Framed] = []
        for boundary in self._boundaries.finditer(stream):
            framed += self._finish(stream[begin : boundary.start()], ended=boundary["mark"] is None)
            begin = boundary.end()
        self._begun = stream[begin:]
        if len(self._begun) > LONGEST + self._longest_boundary:
            # The first part of an end may be among the last bytes.
            self._begun = self._begun[-self._longest_boundary :]
            if not self._told_too_long:
                framed.append(Framed("", "too_long"))
            self._told_too_long = True
        return framed

    def _fall_silent(self) -> list[Framed]:
        if not self._has_suffix or not (self.under_way or self._begun):
            return self._finish(self._begun, ended=True)
        return self.cut_off()

    def _finish(self, raw: bytes, *, ended: bool) -> list[Framed]:
        """What stood before an end, or before the mark of a beginning."""
        doubt, spoilt, told = self._doubt, self._spoilt, self._told_too_long
        self._doubt = "incomplete" if ended and self._has_mark else None
        self._begun, self._spoilt, self._told_too_long, self.settled = b"", None, False, True
        if told or not (raw or spoilt):
            return []
        flaw = spoilt or _too_long(raw) or doubt or (None if ended and raw.startswith(self._prefix) else "incomplete")
        if flaw is not None:
            return [Framed("", flaw)]
        text = _text(raw.removeprefix(self._prefix))
        return [Framed(text)] if text else []


def _boundaries(suffix: str, mark: str) -> re.Pattern[bytes]:
    if set(suffix) <= set(_LINE_ENDS):
        ends = [b"[\r\n]"]
    elif set(suffix[:-1]) & set(_LINE_ENDS):
        ends = [re.escape(suffix.encode())]
    else:
        ends = [re.escape(suffix.encode()), b"[\r\n]"]
    # A group that cannot match where there is no mark.
    beginning = re.escape(mark.encode()) if mark else b"(?!)"
    return re.compile(b"|".join([*ends, b"(?P<mark>" + beginning + b")"]))


def _too_long(raw: bytes) -> ScanFlaw | None:
    return "too_long" if len(raw) > LONGEST else None


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        # Readers that do not send UTF-8 send single bytes; Latin-1 keeps each of them.
        return raw.decode("latin-1")

"""What is shown of one code that was read: its bytes, what it says, what it came to, and what to mend at the reader.

A badge's text is in none of it, and neither are the bytes of what is no whole code: they may be half of a badge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias

from agent.commands.scanning import words
from agent.core.codes import interpret, layouts, scanned
from agent.core.codes.badges import Badges
from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.reading import Code, Doubt, Reading
from agent.core.observations import BADGE, Instant, Scan, ScanFlaw
from agent.core.values import replace
from agent.core.views import Reply

NO_KEY: Final = b""
"""In place of the site's key where it is not known here: no digest is shown then."""
HIDDEN: Final = frozenset({BADGE, ""})
"""What an agent tells of a badge, and of what is no whole code."""
_NOWHEN = Instant(0.0, 0.0)
Trouble: TypeAlias = Literal["cut", "mixed", "strange", "empty"]
"""What the terminal's key collector finds wrong with what a scanner typed."""
FLAWS: Final[dict[ScanFlaw | Trouble, str]] = {
    "incomplete": "no whole code: its beginning or end is missing. If every code is so, see its prefix and suffix",
    "too_long": "no code: no end of it came. Is the baud rate right, and does the reader send a suffix?",
    "overrun": "no whole code: characters were lost on their way. Is this PC overloaded, or the cable too long?",
    "spoiled_badge": "a badge that did not come alone, or whose letters were changed: nothing of it is shown or taken",
    "cut": "no whole code: its suffix did not come. Set the scanner up to send Enter behind each code",
    "mixed": "no code alone: keys came just before it, or it paused. Do not type meanwhile; set no delay between keys",
    "strange": "a key that is no character came within it. Let the scanner send FNC1 as Ctrl+], not as a function key",
    "empty": "nothing stood between prefix and suffix",
}
"""What is wrong with what is no whole code, and what to mend."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One code as it came here."""

    reader: str
    text: str
    raw: bytes | None = None
    """As the reader sent it, prefix and suffix included; None where only the text is known."""
    flaw: ScanFlaw | Trouble | None = None
    answer: Reply | None = None
    """What a running agent says to it."""
    warnings: tuple[str, ...] = ()
    """About how it came."""


Hand: TypeAlias = Callable[[Heard], None]
"""Takes what was heard."""
Say: TypeAlias = Callable[[str], None]
"""Says what happens around it."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One code with all that is shown of it."""

    at: datetime
    heard: Heard
    """Without what is hidden."""
    size: int | None
    """Bytes that came; None where an agent took them and tells nothing of them."""
    reading: Reading | None
    """None of a badge, and of what is no whole code."""
    digest: str | None
    """Of a badge, where the site's key is known here."""
    warnings: tuple[str, ...]

    @property
    def raw(self) -> bytes | None:
        """The bytes to be shown; None where they are hidden."""
        return None if self.reading is None else _bytes(self.heard)


def explained(heard: Heard, badges: Badges) -> Explained:
    """What is shown of a code now.

    Args:
        heard: the code.
        badges: what the site's codes look like, and the key of its badges or `NO_KEY`.
    """
    at, size = datetime.now(UTC), len(_bytes(heard))
    if heard.flaw is not None or heard.text in HIDDEN:
        hidden = replace(heard, text="" if heard.flaw else heard.text, raw=None)
        return Explained(at, hidden, None if heard.raw is None else size, None, None, heard.warnings)
    scan = Scan("-", heard.text, _NOWHEN, heard.reader)
    scan = badges.replaced(scan)
    if scan.flaw is not None or scan.badge is not None:
        hidden = replace(heard, text="" if scan.flaw else BADGE, raw=b"", flaw=scan.flaw)
        digest = scan.badge if badges.key != NO_KEY else None
        return Explained(at, hidden, size, None, digest, heard.warnings)
    reading = scanned.read(heard.text, badges.codes)
    return Explained(at, heard, size, reading, None, (*heard.warnings, *_warnings(reading, badges.codes)))


def _bytes(heard: Heard) -> bytes:
    return heard.text.encode(errors="replace") if heard.raw is None else heard.raw


def _warnings(reading: Reading, codes: CodeSettings) -> Iterator[str]:
    keys = layouts.in_english(reading.text)
    if keys:
        best = next((one for one in keys if interpret.read(one, codes).code is not None), keys[0])
        yield (
            f"Cyrillic letters: the keyboard layout changed them. In English it is '{words.shown(best)}'. Read the "
            "scanner as a serial device or an input device"
        )
    elif not reading.text.isascii():
        yield (
            "letters that codes seldom have: is it another keyboard layout than the scanner's (£ ¬ of the UK, ß ü of "
            "Germany, é à of France), or the wrong baud rate?"
        )
    elif reading.code is None and interpret.read(reading.text.swapcase(), codes).code is not None:
        yield "upper and lower case look swapped: is CapsLock on?"
    elif reading.symbology is None:
        yield "no AIM identifier: set the reader up to send it, else a lot '10ABC' and GS1's (10) ABC look alike"
    yield from map(doubt_words, reading.doubts)


def doubt_words(doubt: Doubt) -> str:
    """What a lost separator looks like."""
    return (
        f"a separator (GS) seems to be lost: ({doubt.element.key}) {doubt.element.value} may be {doubt.short} and "
        f"{doubt.rest}. Set the reader up to send GS (0x1D)"
    )


def code_words(code: Code) -> str:
    """What a code names, in one line."""
    said = {
        "item": code.item,
        "GTIN": code.gtin if code.gtin != code.identity else None,
        "order": code.order if code.kind not in {"order", "operation"} else None,
        "operation": code.operation,
        "lot": code.lot,
        "quantity": None if code.qty is None else f"{code.qty} {code.uom or 'pieces'}",
        "use by": None if code.expires is None else code.expires.isoformat(),
        "with": code.argument or None,
    }
    identity = code.order if code.kind == "operation" and code.order else code.identity
    return ", ".join((f"{code.kind} {identity}", *(f"{name} {value}" for name, value in said.items() if value)))


def as_json(one: Explained) -> dict[str, Any]:
    """The same for programs."""
    reading, raw = one.reading, one.raw
    code = None if reading is None else reading.code
    return {
        "time": one.at.isoformat(timespec="milliseconds"),
        "reader": one.heard.reader,
        "bytes": one.size,
        "hex": None if raw is None else raw.hex(" "),
        "text": one.heard.text,
        "flaw": one.heard.flaw,
        "aim": None if reading is None else reading.symbology,
        "symbology": None if reading is None or not reading.symbology else words.symbology(reading.symbology),
        "carrier": None if reading is None else reading.carrier,
        "elements": [] if reading is None else _elements(reading),
        "badge": one.digest,
        "kind": "badge" if one.heard.text == BADGE else None if code is None else code.kind,
        "names": None if code is None else code_words(code),
        "refused": None if reading is None or reading.flaw is None else _refusal(reading),
        "answer": None
        if one.heard.answer is None
        else one.heard.answer.model_dump(include={"accepted", "code", "message"}),
        "warnings": list(one.warnings),
    }


def _elements(reading: Reading) -> list[dict[str, str]]:
    return [
        {"key": one.key, "name": words.element(one.key, reading.carrier), "value": one.value}
        for one in reading.elements
    ]


def _refusal(reading: Reading) -> dict[str, str]:
    assert reading.flaw is not None
    return {"code": reading.flaw.code, "message": reading.flaw.words}

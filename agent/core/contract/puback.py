"""What a broker's answer to a published fact means (MQTT 5 clause 3.4.2.1, domain.md G7)."""

from __future__ import annotations

from enum import Enum


class Verdict(Enum):
    """What is to be done about a message."""

    TAKEN = "taken"
    UNHEARD = "unheard"
    """Taken, though nobody reads it: neither an error nor a proof."""
    LATER = "later"
    """The broker cannot now; the same again after a pause."""
    HELD = "held"
    """The broker will not before somebody changes its rules or ours; probed now and then."""
    REFUSED = "refused"
    """The broker will never take this message."""
    BROKEN = "broken"
    """The connection is not to be used any more."""


_VERDICTS = {
    0x10: Verdict.UNHEARD,
    0x80: Verdict.LATER,
    0x83: Verdict.LATER,
    0x87: Verdict.HELD,
    0x90: Verdict.HELD,
    0x91: Verdict.BROKEN,
    0x95: Verdict.REFUSED,
    0x97: Verdict.LATER,
    0x99: Verdict.REFUSED,
}
_WORDS = {
    0x80: "unspecified error",
    0x83: "implementation specific error",
    0x87: "not authorized",
    0x90: "topic name invalid",
    0x91: "packet identifier in use",
    0x95: "packet too large",
    0x97: "quota exceeded",
    0x99: "payload format invalid",
}
POISON = frozenset({0x95, 0x99})
"""Reasons of a DISCONNECT that speak of what we had just sent: too large, its format."""
SUSPICIOUS = POISON | {None, 0x80, 0x81, 0x82, 0x83, 0x8D}
"""Those that may: no reason at all, errors that are not named, malformed, protocol error, silence. All others, such as
0x8B server shutting down or 0x8E session taken over, are nobody's fault among our facts."""


def verdict(code: int) -> Verdict:
    """What a PUBACK reason code means."""
    if code < 0x80:
        return _VERDICTS.get(code, Verdict.TAKEN)
    return _VERDICTS.get(code, Verdict.LATER)


def words(code: int) -> str:
    """A reason code for people."""
    name = _WORDS.get(code)
    return f"0x{code:02x}" if name is None else f"0x{code:02x}, {name}"

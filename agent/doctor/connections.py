"""What a look at a machine comes to, stage by stage: protocol, security, session, user, each value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agent.core.readings import MachineReadings
from agent.doctor.finding import Finding, Level, Who, note, well
from agent.doctor.reaching import Place
from agent.doctor.spans import span
from drivers.probed import Probed, ProbeError, Stage, offers_words

MOST_NAMED: Final = 5
NO_SECURITY: Final = "no security"
PAGE: Final = "docs/opcua-security.md"
CORRECT: Final = (
    "correct it in the configuration (over OPC UA and Modbus lineside browse shows what there is), "
    "or have the program give it"
)
ENDED: Final = {
    Stage.PROTOCOL: ("an answer", "see that its program and its server run, and that this is its port and unit"),
    Stage.SECURITY: (
        "both sides agree on security and believe each other's certificate",
        "do as it says; opcua.security and opcua.mode of the configuration say what is asked for",
    ),
    Stage.SESSION: (
        "room for one more session",
        "end a session that nobody needs, or raise their number in the server",
    ),
    Stage.USER: (
        "this user is let in, to read",
        "correct opcua.user or its password, or give the user the right to read in the server",
    ),
    Stage.VALUES: ("every value", "look again; the connection was lost while they were read"),
}
"""By stage at which it ended what was expected, and what is to be done."""
BEFORE: Final = {
    Stage.PROTOCOL: "",
    Stage.SECURITY: "it answers",
    Stage.SESSION: "it answers, and security is agreed on",
    Stage.USER: "it answers, security is agreed on and it has room",
    Stage.VALUES: "it lets us in",
}
"""What was well before that, as who looks for a fault wants to know where to stop looking."""


def judge_ended(place: Place, error: ProbeError) -> Finding:
    """A look that did not come to the values."""
    expected, action = ENDED[error.stage]
    so_far = f"; so far so good: {BEFORE[error.stage]}" if BEFORE[error.stage] else ""
    said = str(error).rstrip(".")
    offers = f"; it offers: {offers_words(error.offers)}" if error.offers and "It offers" not in said else ""
    found = f"{place.words} cannot be read, stage {error.stage}: {said}{so_far}{offers}"
    return Finding(Level.NOW, place.subject, found, expected, action, Who.MACHINE)


def judge_probed(place: Place, seen: Probed, skew_max_s: float | None) -> Iterator[Finding]:
    """What a look at a machine comes to.

    Args:
        place: which.
        seen: what it answered.
        skew_max_s: seconds by which its clock may differ from this PC's; None where that says nothing.
    """
    way = f" ({seen.way})" if seen.way else ""
    offers = "" if not seen.offers else f"; it offers: {offers_words(seen.offers)}"
    yield from _unreadable(place.subject, [(one.key, one.address, one.why) for one in seen.unreadable])
    for one in seen.seen:
        if one.doubt and not one.why:
            yield note(place.subject, f"'{one.key}' at {one.address}: {one.doubt}")
    if not seen.unreadable:
        yield well(place.subject, f"{place.words}{way} gives all {len(seen.seen)} values{offers}")
    safer = [one for one in seen.offers if not one.startswith(NO_SECURITY)]
    if seen.way == NO_SECURITY and safer:
        yield note(place.subject, f"{place.words} is read without security, and has {len(safer)} ways with: {PAGE}")
    yield from _clock(place.subject, 0.0 if seen.server_time is None else seen.server_time - seen.asked_at, skew_max_s)


def judge_read(subject: str, seen: MachineReadings, skew_max_s: float | None = None) -> Iterator[Finding]:
    """What a running agent says of each value over the connection that it has; `skew_max_s` as above."""
    bad = [(one.key, one.address, one.status) for one in seen.readings if one.quality in {"bad", "unknown"}]
    yield from _unreadable(subject, bad)
    for one in seen.readings:
        if one.quality == "uncertain":
            yield note(subject, f"'{one.key}' at {one.address} is uncertain: {one.status}")
    if not bad:
        yield well(subject, f"the agent reads all {len(seen.readings)} values")
    yield from _clock(subject, seen.clock_ahead_s or 0.0, skew_max_s)


def _clock(subject: str, ahead_s: float, skew_max_s: float | None) -> Iterator[Finding]:
    if skew_max_s is not None and abs(ahead_s) > skew_max_s:
        found = f"its clock is {span(abs(ahead_s))} {'ahead of' if ahead_s > 0 else 'behind'} this PC's"
        action = "have the same time server set both clocks"
        yield Finding(Level.SOON, subject, found, f"{skew_max_s:g} s at most", action, Who.MACHINE)


def _unreadable(subject: str, bad: list[tuple[str, str, str]]) -> Iterator[Finding]:
    for key, address, why in bad[:MOST_NAMED]:
        found = f"'{key}' cannot be read at {address}: {why}"
        yield Finding(Level.NOW, subject, found, "a value", CORRECT, Who.MACHINE)
    if len(bad) > MOST_NAMED:
        yield note(subject, f"{len(bad) - MOST_NAMED} more values cannot be read")

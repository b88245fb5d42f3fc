"""Whether the agent runs, and its service as it was shipped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.doctor.case import Case
from agent.doctor.finding import Finding, Level, Who, note, unseen, well
from agent.doctor.spans import span
from agent.doctor.unit import Unit
from agent.resources import shipped

SUBJECT: Final = "service"
LOG: Final = "see why: sudo journalctl -u lineside -n 50"

RECENT_S: Final = 86_400.0
"""A restart of before has mended what it was for."""


@dataclass(frozen=True, slots=True)
class Running:
    """What is known of whether it runs."""

    unit: Unit | None
    """None where no systemd runs, or it cannot be asked."""
    answers: bool
    socket: Path
    silence: str
    """Why nobody answers."""
    barred: bool = False
    """Whoever asks may not use the socket."""
    as_shipped: bool | None = None
    """Whether the unit's file is the one of this version; None where it cannot be told."""


def judge(seen: Running) -> Iterator[Finding]:
    """What the service needs."""
    unit = seen.unit
    if unit is None or not unit.is_there:
        yield from _without(seen)
        return
    if unit.loaded not in {"loaded", "masked"}:
        yield _bad(
            Level.NOW,
            f"systemd cannot load the service ({unit.loaded})",
            "loaded",
            "systemd-analyze verify lineside.service; sudo lineside install puts the shipped one back",
        )
    elif unit.active in {"active", "reloading"}:
        yield from _active(seen, unit)
    elif unit.active == "activating" and not unit.restarts:
        since = "" if unit.for_s is None else f", since {span(unit.for_s)}"
        found = f"the agent starts{since}: what it says of delivery and alarms was not heard"
        yield unseen(SUBJECT, found, "run it again when it has started; a damaged journal takes its time")
    elif unit.active == "activating":
        yield _bad(Level.NOW, f"the agent is being started again and again ({unit.result})", "running", LOG)
    else:
        why = "" if unit.result == "success" else f" ({unit.result})"
        yield _bad(Level.NOW, f"the agent does not run{why}", "running", f"sudo systemctl start lineside; {LOG}")
    yield from _set_up(seen, unit)


def _without(seen: Running) -> Iterator[Finding]:
    """No service of this PC: somebody may still run it by hand."""
    how = "no systemd runs here" if seen.unit is None else "it is not installed as a service"
    if seen.answers:
        yield note(SUBJECT, f"the agent answers at {seen.socket}; {how}")
    elif seen.barred:
        yield unseen(SUBJECT, _unheard(seen))
    else:
        start = "lineside run -c FILE" if seen.unit is None else "sudo lineside install"
        yield _bad(Level.NOW, seen.silence, "a running agent", f"start it: {start}")


def _unheard(seen: Running) -> str:
    return f"{seen.socket} may not be used by this user, so what the agent says of delivery and alarms was not heard"


def _active(seen: Running, unit: Unit) -> Iterator[Finding]:
    if seen.answers:
        yield well(SUBJECT, f"the agent runs and answers at {seen.socket}")
    elif seen.barred:
        yield unseen(SUBJECT, f"the agent runs, but {_unheard(seen)}")
    else:
        yield _bad(
            Level.NOW, f"the agent runs, but {seen.silence}", "an answer at agent.socket of the configuration", LOG
        )
    if unit.restarts:
        times = "once" if unit.restarts == 1 else f"{unit.restarts} times"
        found = f"systemd had to start the agent again {times}"
        if unit.for_s is None or unit.for_s < RECENT_S:
            yield _bad(Level.SOON, found, "none in a day", LOG)
        else:
            yield note(SUBJECT, f"{found}, last {span(unit.for_s)} ago")


def _set_up(seen: Running, unit: Unit) -> Iterator[Finding]:
    if unit.loaded == "masked":
        yield _bad(
            Level.SOON, "the service is masked: it cannot be started", "enabled", "sudo systemctl unmask lineside"
        )
    elif unit.enabled and unit.enabled not in {"enabled", "enabled-runtime", "static", "generated"}:
        yield _bad(
            Level.SOON,
            f"the service is {unit.enabled}: after a restart of the PC no agent runs",
            "enabled",
            "sudo systemctl enable lineside",
        )
    if unit.stale:
        yield _bad(
            Level.SOON,
            "its files were changed and systemd does not know it yet",
            "known",
            "sudo systemctl daemon-reload && sudo systemctl restart lineside",
        )
    if unit.drop_ins:
        yield note(SUBJECT, f"changed here by {', '.join(unit.drop_ins)}")
    if seen.as_shipped is False:
        yield note(SUBJECT, f"{unit.path} is not the one of this version: sudo lineside install puts it back")


def _bad(level: Level, found: str, expected: str, action: str) -> Finding:
    return Finding(level, SUBJECT, found, expected, action, Who.MAINTENANCE)


def _as_shipped(unit: Unit | None) -> bool | None:
    if unit is None or not unit.path:
        return None
    try:
        return Path(unit.path).read_bytes() == shipped("systemd/lineside.service").read_bytes()
    except OSError:
        return None


async def look(case: Case) -> Sequence[Finding]:
    """The service of this PC."""
    barred = case.view is None and case.barred
    seen = Running(case.unit, case.view is not None, case.socket, case.silence, barred, _as_shipped(case.unit))
    return list(judge(seen))

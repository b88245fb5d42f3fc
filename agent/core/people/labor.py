"""Who works at a work center and how long, beside what the machine does (requirements 30 to 32).

Work is told for each person up to every instant at which what it is spent on changes: an operation begins, pauses or
ends, the shift changes, the person signs off. So the intervals told of a person join, and add up to the time signed on.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from agent.core.counts.counting import Boundary
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import EntryRefusedError
from agent.core.facts import FactQuality, Keys, LaborRecorded, LaborSignedOff, LaborSignedOn
from agent.core.people.crew import Activity, Person
from agent.core.sentences import say
from agent.core.state import StationState
from agent.core.times import iso, milliseconds
from agent.core.turn import Turn
from agent.core.values import replace

Auth: TypeAlias = Literal["badge", "pin", "entry"]
Cause: TypeAlias = Literal["operator", "crew", "supervisor", "forgotten"]
MOST_PEOPLE = 12
"""People signed on at one work center at a time."""


def acting(station: Turn | StationState) -> str | None:
    """Who acts where an entry names nobody: whose session a scan came in, else who signed on last."""
    if isinstance(station, Turn) and station.by is not None:
        return station.by
    people = station.crew.people
    return people[-1].operator_id if people else None


def performers(turn: Turn) -> tuple[str, ...]:
    """Who works directly on what is made here."""
    return tuple(one.operator_id for one in turn.crew.people if one.activity == "direct")


def seconds(turn: Turn) -> float:
    """Labor of all persons together on the present execution of an operation, up to now."""
    crew, now = turn.crew, turn.draft.observed
    told = crew.seconds if crew.execution_id == turn.execution_id else 0.0
    return told + sum(max(now - one.told, 0.0) for one in crew.people if _execution_of(turn, one) is not None)


def taken_up(turn: Turn, seconds: float) -> None:
    """The operation now in progress is gone on with; so many seconds of labor had been told of it before."""
    turn.crew = replace(turn.crew, execution_id=turn.execution_id, seconds=seconds)


def boundary(turn: Turn, at: float, what: Boundary) -> None:
    """Tell the work of everybody up to where order or shift change. Call it before they do."""
    if what == "lot":
        return
    end_forgotten(turn, at)
    people = tuple(_told(turn, one, at) for one in turn.crew.people)
    turn.crew = replace(turn.crew, people=people)


def end_forgotten(turn: Turn, now: float) -> None:
    """Whoever has been signed on for too long has gone and forgot to say so."""
    if not turn.crew.people:
        return
    longest = turn.setup.machine.people.longest_work_h * 3600.0
    for person in turn.crew.people:
        if now - person.since >= longest:
            _end(turn, person, max(person.since + longest, person.told), "forgotten", turn.draft.quality("rule"))


def sign_on(turn: Turn, operator_id: str, activity: Activity, auth: Auth, quality: FactQuality) -> None:
    """Somebody begins to work here, or goes on with another activity.

    Raises:
        EntryRefusedError: already signed on, too many are, or the directory does not know the person.
    """
    now, signed_on = turn.draft.observed, turn.crew.find(operator_id)
    operator = turn.directories.operator(operator_id)
    if signed_on is not None and signed_on.activity == activity:
        raise EntryRefusedError(
            "ALREADY_SIGNED_ON", say("{operator_id} is signed on here already. Nothing to do.", operator_id=operator_id)
        )
    if signed_on is None and len(turn.crew.people) >= MOST_PEOPLE:
        raise EntryRefusedError(
            "TOO_MANY_PEOPLE", say("{most} people are signed on here. Sign somebody off first.", most=MOST_PEOPLE)
        )
    stranger = operator is None and turn.directories.operators is not None
    if stranger and turn.setup.machine.people.unknown == "refuse":
        raise EntryRefusedError(
            "UNKNOWN_OPERATOR", say("The directory of operators does not know you. Call a supervisor.")
        )
    if signed_on is not None:
        _end(turn, signed_on, now, "operator", quality)
    person = Person(operator_id, activity, now, now, let_in=0 if signed_on is None else signed_on.let_in)
    turn.crew = replace(turn.crew, people=(*turn.crew.people, person))
    execution_id = _execution_of(turn, person)
    data = LaborSignedOn(
        keys=turn.draft.keys,
        quality=quality,
        versions=turn.draft.versions,
        operator_id=operator_id,
        role="operator" if operator is None else operator.roles[0],
        activity=activity,
        auth=auth,
        op_execution_id=execution_id,
    )
    turn.draft.add(data, now, _key(turn, operator_id, now, "on"), correlation_id=execution_id)
    if stranger:
        evidence = {"directory": "operators", "code": operator_id}
        turn.raise_discrepancy(Discrepancy("directory_code_unknown", now, now, evidence), "rule")


def sign_off(turn: Turn, operator_id: str, cause: Cause, quality: FactQuality) -> None:
    """Somebody ends working here.

    Raises:
        EntryRefusedError: the person is not signed on.
    """
    person = turn.crew.find(operator_id)
    if person is None:
        raise EntryRefusedError("NOT_SIGNED_ON", say("{operator_id} is not signed on here.", operator_id=operator_id))
    _end(turn, person, turn.draft.observed, cause, quality)


def _end(turn: Turn, person: Person, at: float, cause: Cause, quality: FactQuality) -> None:
    _told(turn, person, at)
    turn.crew = replace(turn.crew, people=tuple(one for one in turn.crew.people if one is not person))
    data = LaborSignedOff(
        keys=turn.draft.keys,
        quality=quality,
        versions=turn.draft.versions,
        operator_id=person.operator_id,
        activity=person.activity,
        since=iso(person.since),
        duration_s=_lasted(person.since, at),
        cause=cause,
    )
    turn.draft.add(data, at, _key(turn, person.operator_id, at, "off"))


def _told(turn: Turn, person: Person, at: float) -> Person:
    """The person, with the work up to this instant told."""
    if at <= person.told:
        return person
    execution_id = _execution_of(turn, person)
    operator = turn.directories.operator(person.operator_id)
    shift_crew = None if turn.draft.shift is None else turn.draft.shift.crew_id
    data = LaborRecorded(
        keys=Keys(wc_id=turn.wc_id) if execution_id is None else turn.draft.keys,
        quality=turn.draft.quality("rule"),
        versions=turn.draft.versions,
        operator_id=person.operator_id,
        crew_id=shift_crew if operator is None or operator.crew_id is None else operator.crew_id,
        activity=person.activity,
        op_execution_id=execution_id,
        start=iso(person.told),
        end=iso(at),
        duration_s=_lasted(person.told, at),
    )
    turn.draft.add(data, at, _key(turn, person.operator_id, at, "labor"), correlation_id=execution_id)
    if execution_id is not None:
        so_far = turn.crew.seconds if turn.crew.execution_id == execution_id else 0.0
        turn.crew = replace(turn.crew, execution_id=execution_id, seconds=so_far + at - person.told)
    return replace(person, told=at)


def _execution_of(turn: Turn, person: Person) -> str | None:
    """What the person's work is spent on; None where it is on no operation."""
    operation = turn.operations.current
    if operation is None or operation.status != "in_progress" or person.activity == "indirect":
        return None
    return operation.op_execution_id


def _lasted(start: float, end: float) -> Decimal:
    """Of the instants as they are written, so that what joins adds up."""
    return Decimal(milliseconds(end) - milliseconds(start)).scaleb(-3)


def _key(turn: Turn, operator_id: str, at: float, what: str) -> str:
    return f"labor:{turn.wc_id}:{operator_id}:{milliseconds(at)}:{what}:{turn.number()}"

"""The one place where the power cut meets the journal's interface: how a step is made, what an open journal shows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from agent.core.directories.copies import Kept
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.times import iso
from agent.journal.journal import Journal
from agent.journal.standins import Parked
from agent.journal.store import Commit
from tests.powercut import story
from tests.powercut.story import Append, Confirm, Connect, Park, Retire, State, Step, Story, Tell, Unpark

EPOCH = "e1"
WHY = Discrepancy("rejected_by_mes", 2.0, 2.0, {"sequence": "2"})


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that a journal shows, or must show."""

    epochs: tuple[tuple[str, int, int], ...]
    """Name, first position, confirmed through."""
    last: int
    facts: tuple[tuple[object, ...], ...]
    waiting: tuple[int, ...]
    """Sequences that a forwarder reads, in its order."""
    snapshots: dict[str, bytes]
    directories: dict[str, bytes]
    claims: dict[str, str]
    parked: tuple[Parked, ...]
    notices: frozenset[str]
    sessions: tuple[bool, ...]
    """Of each session's run so far, and of the next one, whether the journal knows it."""


async def perform(journal: Journal, step: Step, index: int) -> None:
    """Make one step; returns when the journal says that it is done.

    Raises:
        JournalError: it was not.
    """
    now = story.at(index)
    match step:
        case Append():
            await journal.commit(_commit(step, index, journal.marks.last_position), now)
            # Not waited for: the witness is written among whatever comes next.
            journal.testify(at_once=index % 3 == 0)
        case Confirm():
            await journal.confirm(EPOCH, step.through, now)
        case Park():
            await journal.parking.put(_parked(step.position, index), _notice(step.position), WHY)
        case Unpark():
            await journal.parking.remove(step.position)
        case Tell():
            await journal.told(_notice(step.position))
        case Retire():
            assert await journal.retire(now, 0.0) > 0, "the story has nothing to retire: adapt it to the journal"
        case Connect():
            await journal.sessions.begin(f"run-{index}")


async def shown(journal: Journal, told: Story) -> Shown:
    """What an open journal shows, asked for as the agent asks.

    Raises:
        JournalError: it cannot be read.
    """
    marks = journal.marks
    facts = [
        (row.epoch, row.position, row.sequence, UUID(bytes=row.id), row.data, row.recordedtime)
        for row in await journal.latest(marks.last_position + 1)
    ]
    waiting = await journal.read(marks.confirmed_position, marks.last_position + 1) if journal.waiting else None
    return Shown(
        epochs=tuple((epoch.name, epoch.first_position, epoch.confirmed_through) for epoch in marks.epochs),
        last=marks.last_position,
        facts=tuple(facts),
        waiting=tuple(row.sequence for row in waiting.rows) if waiting else (),
        snapshots=journal.restored.snapshots,
        directories={kept.name: kept.payload for kept in journal.restored.directories},
        claims=await journal.taken([story.claim(index)[0] for index in range(len(told.steps))]),
        parked=tuple(await journal.parking.rows()),
        notices=frozenset(key for key, _ in await journal.notices()),
        sessions=tuple([await journal.sessions.knows(f"run-{index}") for index in _connects(told)]),
    )


def expected(told: Story, index: int, epoch: str = EPOCH) -> Shown:
    """What the journal must show after so many steps."""
    state = told.states[index]
    appended = [step for step, _ in state.appended]
    directories = dict(story.directory(step) for step in appended)
    connects = _connects(told)
    return Shown(
        epochs=((epoch, 1, state.confirmed),),
        last=state.last,
        facts=tuple(_fact(told, position) for position in state.present),
        waiting=tuple(range(state.confirmed + 1, state.last + 1)),
        snapshots=dict(story.snapshot(step) for step in appended),
        directories={name: payload for name, payload in directories.items() if payload},
        claims=dict(story.claim(step) for step in appended),
        parked=tuple(_parked(*each) for each in state.parked),
        notices=frozenset(_notice(position) for position in state.notices),
        sessions=(True,) * state.sessions + (False,) * (len(connects) - state.sessions),
    )


def another(state: State) -> Commit:
    """One more fact, to see whether work goes on."""
    return Commit(facts=[story.the_fact(state.last + 1)])


def _commit(step: Append, index: int, last: int) -> Commit:
    return Commit(
        facts=[story.the_fact(last + 1 + offset) for offset in range(step.facts)],
        snapshots=[story.snapshot(index)],
        claims=[story.claim(index)],
        directories=[Kept(None, *story.directory(index))],
    )


def _fact(told: Story, position: int) -> tuple[object, ...]:
    fact = story.the_fact(position)
    recorded = iso(story.at(told.recorded[position]))
    return (EPOCH, position, position, fact.id, fact.data.model_dump_json().encode(), recorded)


def _parked(position: int, index: int) -> Parked:
    return Parked(position, "rejected", "too odd", iso(story.at(index)), withheld=False, retry_at=None)


def _notice(position: int) -> str:
    return f"rejected-{position}"


def _connects(told: Story) -> list[int]:
    return [index for index, step in enumerate(told.steps) if isinstance(step, Connect)]

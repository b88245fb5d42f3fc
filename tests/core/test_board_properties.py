"""Whatever people write, call, sign and take back in whatever order: what hangs there is what they said."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agent.core.handover.board import MOST_NOTES, Board
from agent.core.observations import ClockStep
from agent.core.views import Reply
from tests.core.build import T0, WC, a_manual_station, a_story, entry, instant, started, tick

PEOPLE = st.sampled_from(["anna", "boris", "carl"])
ROLES = st.sampled_from(["maintenance", "quality", "supervisor", "logistics"])
TEXTS = st.text("aжқ \n☂", max_size=130)
UNDO_S = 30.0


@dataclass
class Model:
    """What should hang there, worked out another way."""

    notes: dict[str, str] = field(default_factory=dict)
    """Text by id."""
    calls: dict[str, str] = field(default_factory=dict)
    """Id by role."""
    signed_by: str | None = None
    acknowledged_by: str | None = None
    words: dict[str, tuple[float, str, str, str]] = field(default_factory=dict)
    """By person: when, what, about which id, and its text or role."""


class Hanging(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.station = a_manual_station()
        self.story = a_story(started(0.0), station=self.station)
        self.model = Model()
        self.at = 0.0

    @property
    def board(self) -> Board:
        return self.story.station.state.board

    def enter(self, who: str, action: str, **arguments: str) -> Reply:
        before = self.story.station
        outcome = self.story.observe(replace(entry(self.at, action, **arguments), actor=who))
        assert outcome.reply is not None
        if not outcome.reply.accepted:
            assert outcome.facts == ()
            assert self.story.station.state.board == before.state.board
        return outcome.reply

    def newest(self) -> str:
        correlation = self.story.facts[-1].correlation_id
        assert correlation is not None
        return correlation

    @rule(who=PEOPLE, text=TEXTS)
    def write(self, who: str, text: str) -> None:
        reply, said = self.enter(who, "add_note", text=text), " ".join(text.split())
        if not said:
            assert reply.code == "MISSING_ARGUMENT"
        elif len(said) > 120 or len(said.encode()) > 240:
            assert reply.code == "TOO_LONG"
        elif len(self.model.notes) == MOST_NOTES:
            assert reply.code == "NOTES_FULL"
        else:
            assert reply.accepted
            self.model.notes[self.newest()] = said
            self.model.words[who] = (self.at, "wrote", self.newest(), said)

    @rule(who=PEOPLE, number=st.integers(0, 9))
    def close(self, who: str, number: int) -> None:
        known = [one.note_id for one in self.board.notes]
        note_id = known[number] if number < len(known) else "note-none"
        reply = self.enter(who, "close_note", note_id=note_id)
        assert reply.accepted == (note_id in self.model.notes)
        if reply.accepted:
            self.model.words[who] = (self.at, "closed", note_id, self.model.notes.pop(note_id))

    @rule(who=PEOPLE, role=ROLES)
    def call(self, who: str, role: str) -> None:
        reply = self.enter(who, "call", role=role)
        assert reply.accepted == (role not in self.model.calls)
        if reply.accepted:
            self.model.calls[role] = self.newest()
            self.model.words[who] = (self.at, "called", self.newest(), role)

    @rule(who=PEOPLE, role=ROLES)
    def answer(self, who: str, role: str) -> None:
        reply = self.enter(who, "answer_call", role=role)
        assert reply.accepted == (role in self.model.calls)
        if reply.accepted:
            self.model.words[who] = (self.at, "answered", self.model.calls.pop(role), role)

    @rule(who=PEOPLE)
    def sign(self, who: str) -> None:
        assert self.enter(who, "sign_handover").accepted
        self.model.signed_by, self.model.acknowledged_by = who, None

    @rule(who=PEOPLE)
    def acknowledge(self, who: str) -> None:
        reply, model = self.enter(who, "acknowledge_handover"), self.model
        waits = model.signed_by is not None and model.acknowledged_by is None
        assert reply.accepted == (waits and who != model.signed_by)
        if reply.accepted:
            model.acknowledged_by = who

    @rule(who=PEOPLE)
    def undo(self, who: str) -> None:
        reply, word, model = self.enter(who, "undo_last"), self.model.words.get(who), self.model
        if word is None or self.at - word[0] > UNDO_S:
            assert reply.code == "NOTHING_TO_UNDO"
            return
        _, what, name, said = word
        match what:
            case "wrote":
                refused = None if name in model.notes else "NOT_OPEN_NOW"
            case "closed":
                refused = "NOTES_FULL" if len(model.notes) == MOST_NOTES else None
            case "called":
                refused = None if model.calls.get(said) == name else "NOT_OPEN_NOW"
            case _:
                refused = "CALL_OPEN" if said in model.calls else None
        assert reply.code == (refused or "ok")
        if refused is None:
            del model.words[who]
            {"wrote": lambda: model.notes.pop(name), "called": lambda: model.calls.pop(said)}.get(what, lambda: None)()
            if what == "closed":
                model.notes[name] = said
            if what == "answered":
                model.calls[said] = name

    @rule(by=st.integers(1, 40))
    def wait(self, by: int) -> None:
        self.at += by / 2
        self.story.hear(tick(self.at))

    @rule(by=st.integers(-3600, 3600))
    def set_clock(self, by: int) -> None:
        self.at += by
        self.story.hear(ClockStep(WC, float(by), instant(self.at)))
        self.model.words = {who: (word[0] + by, *word[1:]) for who, word in self.model.words.items()}

    @rule()
    def restart(self) -> None:
        self.story.station = self.station.restored(self.story.station.snapshot())
        self.story.hear(started(self.at, self.at))

    @invariant()
    def what_hangs_there_is_what_was_said(self) -> None:
        assert {one.note_id: one.text for one in self.board.notes} == self.model.notes
        assert {one.role: one.call_id for one in self.board.calls} == self.model.calls
        last = self.board.handover
        signed = (None, None) if last is None else (last.by, last.acknowledged_by)
        assert signed == (self.model.signed_by, self.model.acknowledged_by)

    @invariant()
    def the_oldest_hangs_first_and_nothing_hangs_there_of_what_is_to_come(self) -> None:
        for hanging in (self.board.notes, self.board.calls):
            assert list(hanging) == sorted(hanging, key=lambda one: one.since)
        assert all(one.since <= T0 + self.at for one in self.board.calls)


TestHanging = Hanging.TestCase
TestHanging.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)

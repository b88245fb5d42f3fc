"""Notes for the next crew: what they say, who is to do it and until when."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from agent.core.handover.board_view import NoteView
from agent.core.handover.words import LONGEST
from agent.core.times import epoch, iso
from agent.tui.scene import Scene
from agent.tui.sheets.calls import ROLES, named
from agent.tui.sheets.sheet import Choice, Deed, Field, Known, Note, Page, Primary, Send, Sheet, Show
from agent.tui.wording import Wording

SHIFT_S: Final = 8 * 3600.0
"""How long the next shift is taken to be where nobody knows how long this one is."""
NOBODY: Final = ""
NEVER: Final = ""


def choices(scene: Scene) -> list[Choice]:
    """The open notes; what is overdue is marked."""
    return [
        Choice(_line(one, scene.words), Show(Page.NOTE, {"note_id": one.note_id}), marked=_is_overdue(one, scene))
        for one in scene.center.notes
    ]


def notes(scene: Scene, _known: Known) -> Sheet:
    """All that are open."""
    return Sheet(scene.words.say("Notes for the next crew"), choices=tuple(choices(scene)))


def note(scene: Scene, known: Known) -> Sheet | Note:
    """One of them in full, and that it is done."""
    words = scene.words
    found = next((one for one in scene.center.notes if one.note_id == known["note_id"]), None)
    if found is None:
        return Note(words.say("This note is closed."))
    by = words.say("Written: {name}, {time}.", name=found.by_name or "–", time=words.moment(found.since))
    lines = (found.text, _for_whom(found, words), by)
    done = words.say("Done: close the note")
    deed = Send(done, "close_note", {"note_id": found.note_id}, Show(Page.HANDOVER))
    return Sheet(words.say("Note"), tuple(filter(None, lines)), primary=Primary(done, deed))


def add_note(scene: Scene, known: Known) -> Sheet:
    """What is to be known; then who is to do it; then until when."""
    words = scene.words
    if "text" not in known:
        field = Field(words.say("Type the note and press Enter"), "text", lambda text: _written(text, words))
        return Sheet(words.say("What must the next crew know?"), field=field)
    if "owner" not in known:
        owners = [*((role, named(role, words)) for role in ROLES), (NOBODY, words.say("Whoever is here"))]
        asked = tuple(Choice(name, Show(Page.ADD_NOTE, {**known, "owner": role})) for role, name in owners)
        return Sheet(words.say("Who is to do it? Press a digit"), (known["text"],), asked)
    asked = tuple(Choice(name, _add(due, known, words)) for due, name in _dues(scene))
    return Sheet(words.say("Until when? Press a digit"), (known["text"],), asked)


def _written(text: str, words: Wording) -> Deed:
    said = " ".join(text.split())
    if len(said) > LONGEST:
        return Note(words.say("That text is too long. Say it in {most} characters.", most=str(LONGEST)))
    return Show(Page.ADD_NOTE, {"text": said}) if said else Note(words.say("Type the note and press Enter"))


def _add(due: str, known: Known, words: Wording) -> Send:
    arguments = {key: value for key, value in {**known, "due": due}.items() if value}
    return Send(words.say("Note"), "add_note", arguments, Show(Page.HANDOVER))


def _dues(scene: Scene) -> list[tuple[str, str]]:
    words, center = scene.words, scene.center
    found = []
    if center.shift_end is not None and (end := epoch(center.shift_end)) > scene.now:
        length = SHIFT_S if center.strip is None else end - epoch(center.strip.since)
        found = [(end, words.say("This shift")), (end + length, words.say("Next shift"))]
    tomorrow = datetime.fromtimestamp(scene.now, words.zone).date() + timedelta(days=1)
    found.append((datetime.combine(tomorrow, time(23, 59), words.zone).timestamp(), words.say("Tomorrow")))
    named_dues = [(iso(due), f"{name}: {words.moment(due)}") for due, name in found]
    return [*named_dues, (NEVER, words.say("No time is set"))]


def _line(one: NoteView, words: Wording) -> str:
    return f"{_for_whom(one, words)}  {one.text}".strip()


def _for_whom(one: NoteView, words: Wording) -> str:
    owner = [] if one.owner is None else [named(one.owner, words)]
    due = [] if one.due is None else [words.say("by {time}", time=words.moment(one.due))]
    return ", ".join(owner + due)


def _is_overdue(one: NoteView, scene: Scene) -> bool:
    return one.due is not None and epoch(one.due) < scene.now

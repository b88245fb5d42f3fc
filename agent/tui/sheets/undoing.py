"""Taking back what one recorded last (domain.md E3): it is asked once, then the fact is void."""

from __future__ import annotations

from math import ceil

from agent.core.times import epoch
from agent.tui.scene import Scene
from agent.tui.sheets.sheet import Known, Note, Primary, Send, Sheet


def undo(scene: Scene, _known: Known) -> Sheet | Note:
    """What would be taken back."""
    words, what = scene.words, taken_back(scene)
    if what is None:
        return Note(words.say("There is nothing to take back. Only what was recorded just now can be."))
    name = words.say("Take back: {what}", what=what)
    about = words.say("It stays on record and counts no more.")
    return Sheet(name, (about,), primary=Primary(words.say("Take it back"), Send(name, "undo_last", {})))


def offer(scene: Scene) -> str:
    """That it can be taken back, and for how long; empty where nothing can."""
    what, last = taken_back(scene), scene.center.undo
    if what is None or last is None:
        return ""
    left = scene.words.count(ceil(epoch(last.until) - scene.now))
    return scene.words.say("Del takes back: {what} ({seconds} s)", what=what, seconds=left)


def taken_back(scene: Scene) -> str | None:
    """What can be taken back now."""
    last = scene.center.undo
    if last is None or epoch(last.until) <= scene.now:
        return None
    return f"{scene.words.fact(last.type)} {last.text}".rstrip()

"""What stops have cost in this shift, and the shift itself as a strip."""

from __future__ import annotations

from functools import partial

from textual.content import Content

from agent.core.times import epoch
from agent.tui.pictures.pareto import pareto
from agent.tui.pictures.strip import strip
from agent.tui.scene import Scene
from agent.tui.sheets.sheet import Known, Note, Sheet


def losses(scene: Scene, _known: Known) -> Sheet | Note:
    """The Pareto of the shift; the strip with its legend above it."""
    words = scene.words
    if not scene.center.losses and scene.center.strip is None:
        return Note(words.say("No stop in this shift."))
    return Sheet(words.say("What stops cost in this shift"), picture=partial(_drawn, scene), tone="tells")


def _drawn(scene: Scene, width: int) -> Content:
    words, center = scene.words, scene.center
    end = None if center.shift_end is None else epoch(center.shift_end)
    shift = [] if center.strip is None else [strip(center.strip, end, words, width, legend=True)]
    none = Content(words.say("No stop in this shift."))
    cost = pareto(center.losses, scene.view.reasons, words, width) if center.losses else none
    return Content("\n").join([*shift, cost])

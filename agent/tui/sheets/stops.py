"""Why did it stop? The reasons of the open stop."""

from __future__ import annotations

from agent.tui.scene import Scene
from agent.tui.sheets.sheet import Choice, Known, Note, Send, Sheet


def reasons(scene: Scene, _known: Known) -> Sheet | Note:
    """The reasons that the open stop can be given."""
    words = scene.words
    if scene.stop is None:
        return Note(words.say("There is no stop to explain."))
    title = "Why did it stop? Press a digit" if scene.view.reasons else _NONE
    return Sheet(words.say(title), choices=choices(scene))


_NONE = "The agent has no reasons yet. They come from the MES."


def choices(scene: Scene) -> tuple[Choice, ...]:
    """The reasons, each with what it enters."""
    words, stop = scene.words, scene.stop
    if stop is None:
        return ()
    texts = [(reason.code, words.reason(reason.code, scene.view.reasons)) for reason in scene.view.reasons]
    return tuple(
        Choice(
            text,
            Send(words.say("Reason: {reason}", reason=text), "set_reason", {"code": code, "stop_id": stop.stop_id}),
            marked=code == stop.suggested_reason,
        )
        for code, text in texts
    )

"""Material that was brought or returned, and that its accounts have not confirmed."""

from __future__ import annotations

from typing import Final

from agent.core.materials.material_view import MovementView
from agent.tui.scene import Scene

SHOWN: Final = 2
"""Movements that have room above a list."""


def lines(scene: Scene) -> tuple[str, ...]:
    """The movements, the oldest first but rejected ones before all, and how many more there are."""
    words = scene.words
    found = sorted(scene.center.movements, key=lambda one: one.state != "rejected")
    said = [_line(one, scene) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        said[-1] += "   " + words.say("and {count} more", count=words.count(len(found) - SHOWN))
    return tuple(said)


def _line(one: MovementView, scene: Scene) -> str:
    words = scene.words
    what = f"{one.lot_id or one.item_id}  {words.count(one.qty)} {one.uom}"
    kind = words.say("Return") if one.kind == "return" else words.say("Issue")
    if one.state == "rejected":
        return f"× {kind} {what}: {words.say('REJECTED')}  {one.answer}".rstrip()
    return f"… {kind} {what}: {words.say('not confirmed yet')}"

"""The run: what stands on the screen as a rule. An open stop asks why by itself."""

from __future__ import annotations

from agent.tui.scene import Scene
from agent.tui.sheets import reasons
from agent.tui.sheets.sheet import Sheet


def run(scene: Scene) -> Sheet:
    """The choices of the stop that asks, if one does."""
    return Sheet("", choices=reasons.of_present(scene) if scene.asks_why else ())

"""What whoever acts has no right to is marked. It may be tried all the same: the agent says whom to call."""

from __future__ import annotations

from agent.core.values import replace
from agent.tui.scene import Scene
from agent.tui.sheets.sheet import Deed, Send, Sheet


def marked(sheet: Sheet, scene: Scene) -> Sheet:
    """The sheet with a mark and a word at everything that whoever acts has no right to."""
    if not scene.center.barred:
        return sheet
    choices = tuple(
        replace(one, label=_marked(one.label, scene)) if _is_barred(one.deed, scene) else one for one in sheet.choices
    )
    primary = sheet.primary
    if primary is not None and _is_barred(primary.deed, scene):
        primary = replace(primary, label=_marked(primary.label, scene))
    return replace(sheet, choices=choices, primary=primary)


def _is_barred(deed: Deed, scene: Scene) -> bool:
    return isinstance(deed, Send) and deed.action in scene.center.barred


def _marked(label: str, scene: Scene) -> str:
    return f"× {scene.words.say('NO RIGHT')}  {label}"

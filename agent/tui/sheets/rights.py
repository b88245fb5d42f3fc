"""What whoever acts has no right to is marked. It may be tried all the same: the agent says whom to call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.core.values import replace
from agent.tui.scene import Scene
from agent.tui.sheets.interrupting import ACTION
from agent.tui.sheets.sheet import Deed, Page, Send, Sheet, Show

LEADS_TO: Final[Mapping[Page, str]] = {
    Page.LOAD: "load_lot",
    Page.SUBSTITUTE: "load_lot",
    Page.UNLOAD: "unload_lot",
    Page.RETURN: "return_material",
    Page.PLACE: "move_lot",
    Page.USED: "consume",
    Page.SETUP_PARTS: "dispose_setup",
    Page.SERIALS: "assign_serial",
    Page.NEW_LOT: "start_lot",
    Page.ADJUST: "adjust_quantity",
    Page.KEEP_APART: "raise_nc",
    Page.CHECK: "record_check",
    Page.SKIP: "skip_check",
    Page.HOLD: "place_hold",
    Page.RELEASE: "release_hold",
}
"""The action that a page of several questions ends with."""


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
    match deed:
        case Send(action="expect_scan", arguments=said):
            return said["action"] in scene.center.barred
        case Send(action=action):
            return action in scene.center.barred
        case Show(page, known):
            return LEADS_TO.get(page, known.get(ACTION)) in scene.center.barred
    return False


def _marked(label: str, scene: Scene) -> str:
    return f"× {scene.words.say('NO RIGHT')}  {label}"

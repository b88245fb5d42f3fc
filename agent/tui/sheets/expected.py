"""What the next scan is for: the agent keeps it, so that any reader of the work center will do."""

from __future__ import annotations

from agent.core.work_center_view import ExpectedView
from agent.tui.scene import Scene
from agent.tui.sheets import asking
from agent.tui.sheets.sheet import Known, Send, Sheet, Show


def wait_for(name: str, action: str, known: Known, then: Show | None = None) -> Send:
    """Says that the next scan makes this entry whole."""
    return Send(name, "expect_scan", {**known, "action": action}, then)


def expected(scene: Scene, found: ExpectedView) -> Sheet:
    """What is to be scanned now; Esc leaves it."""
    words = scene.words
    any_reader = words.say("Any reader here will do. Without one: type the code, press Enter.")
    until = words.say("Waits until {time}.", time=words.clock(found.until))
    return Sheet(_title(scene, found), (any_reader, until), leave="no")


def _title(scene: Scene, found: ExpectedView) -> str:
    words, said = scene.words, found.arguments
    match found.action:
        case "load_lot" if "swap" in said:
            return words.say("Scan the lot that takes the place of {lot_id}", lot_id=said["swap"])
        case "load_lot":
            return words.say("Scan the lot to be loaded")
        case "report_scrap":
            defect = asking.code_text(scene, "defects", said.get("defect_code", ""))
            return words.say("Scan the unit that is scrap: {defect}", defect=defect)
        case "record_check":
            return words.say("Scan the unit that failed its check")
        case "raise_nc":
            return words.say("Scan the unit that is kept apart")
    return words.say("Scan the lot or the unit to be held")

"""How delivery to the MES goes, in a few words (domain.md E3). Whatever they are, nothing is blocked by it."""

from __future__ import annotations

from typing import Final

from agent.tui.scene import Scene
from agent.tui.wording import Wording

DISK_LOW: Final = "storage"
"""Code of the alarm."""
HOURS_FROM_S: Final = 2 * 3600.0
"""Less than that is said in minutes."""


def state(scene: Scene) -> tuple[str, str]:
    """What the banner says, by symbol and word, and the name of its colour."""
    words, uplink = scene.words, scene.view.uplink
    count, is_low = words.count(uplink.waiting), any(alarm.code == DISK_LOW for alarm in scene.view.alarms)
    if uplink.state == "offline":
        since = words.minute(uplink.since)
        said = ["× " + words.say("OFFLINE since {time}, {count} stored", time=since, count=count)]
        if is_low:
            said = ["× " + words.say("OFFLINE since {time}", time=since), words.say("DISK LOW")]
        if uplink.autonomy_s is not None:
            said.append(words.say("room for {time}", time=lasting(uplink.autonomy_s, words)))
        return ", ".join(said), "offline"
    if uplink.state == "not_confirming":
        return "! " + words.say("MES NOT CONFIRMING, {count} stored", count=count), "not_confirming"
    if is_low:
        return "! " + words.say("DISK LOW"), "disk"
    if uplink.parked:
        return "! " + words.say("REJECTED {count}", count=words.count(uplink.parked)), "rejected"
    if uplink.state == "sending":
        return "▲ " + words.say("SENDING {count}", count=count), "sending"
    return "● " + words.say("ONLINE"), "online"


def comfort(scene: Scene) -> str:
    """That work goes on while the MES is away; empty as a rule."""
    if scene.view.uplink.state not in {"offline", "not_confirming"}:
        return ""
    return scene.words.say("Without the MES nothing is blocked. What is scanned and entered is kept and sent later.")


def lasting(seconds: float, words: Wording) -> str:
    """Hours, or minutes where they are few."""
    if seconds >= HOURS_FROM_S:
        return words.say("{count} h", count=words.count(int(seconds // 3600)))
    return words.say("{count} min", count=words.count(int(max(0.0, seconds) // 60)))

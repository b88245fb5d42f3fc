"""What maintenance looks at: delivery, links, clock, versions, and what is wrong in full."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from agent.core.views import API_VERSION
from agent.tui import delivery
from agent.tui.scene import Scene
from agent.tui.sheets.sheet import Choice, Known, Note, Page, Primary, Sheet, Show
from agent.tui.wording import duration

VERSION: Final = version("lineside")
"""Of this terminal."""


def sync(scene: Scene, _known: Known) -> Sheet:
    """Sync and diagnostics (domain.md E2)."""
    words, alarms = scene.words, scene.view.alarms
    lines = (*_delivery(scene), *_links(scene), *_versions(scene))
    if not alarms:
        return Sheet(words.say("Sync and diagnostics"), (*lines, "√ " + words.say("No alarm.")), tone="tells")
    told = words.say("Alarms: {count}", count=words.count(len(alarms)))
    choices = (Choice(told, Show(Page.ALARMS), marked=True),)
    return Sheet(words.say("Sync and diagnostics"), lines, choices, tone="tells")


def alarms(scene: Scene, known: Known) -> Sheet | Note:
    """One alarm in full; Enter shows the next one."""
    words, alarms, at = scene.words, scene.view.alarms, int(known.get("at", "0"))
    if at >= len(alarms):
        return Note(words.say("No alarm."))
    shown = alarms[at]
    where = words.say("Alarm {number} of {count}", number=words.count(at + 1), count=words.count(len(alarms)))
    since = words.say("since {time}", time=words.moment(shown.since))
    following = Primary(words.say("Next alarm"), Show(Page.ALARMS, {"at": str(at + 1)}))
    return Sheet(
        where,
        (f"{shown.code}   {since}", shown.text),
        primary=following if at + 1 < len(alarms) else None,
        tone="tells",
    )


def _delivery(scene: Scene) -> tuple[str, ...]:
    words, uplink = scene.words, scene.view.uplink
    age = "–" if uplink.oldest_age_s is None else duration(uplink.oldest_age_s)
    last = "–" if uplink.last_ack is None else f"{words.day(uplink.last_ack)} {words.clock(uplink.last_ack)}"
    room = "–" if uplink.autonomy_s is None else delivery.lasting(uplink.autonomy_s, words)
    queue = words.say("Waiting: {count}   Oldest: {age}", count=words.count(uplink.waiting), age=age)
    if uplink.next_batch is not None:
        held = words.count(uplink.held)
        queue += "   " + words.say("Next batch: {count} at {time}", count=held, time=words.minute(uplink.next_batch))
    confirmed = words.say("Last confirmed: {time}   Rejected: {count}", time=last, count=words.count(uplink.parked))
    disk = words.say("The disk has room for: {time}", time=room)
    return tuple(filter(None, (f"MES: {delivery.state(scene)[0]}", uplink.detail, queue, confirmed, disk)))


def _links(scene: Scene) -> tuple[str, ...]:
    words, center = scene.words, scene.center
    since = words.say("since {time}", time=words.moment(center.link_since))
    link = "● " + words.say("Linked to the machine") if center.link_up else "× " + words.say("No link to the machine")
    read = "–" if center.last_good is None else words.clock(center.last_good)
    down = ", ".join(center.readers_down)
    readers = "× " + words.say("No link to the reader: {names}", names=down) if down else ""
    machine = f"{link} {since}   {words.say('Last reading: {time}', time=read)}"
    return tuple(filter(None, (machine, center.link_reason, readers)))


def _versions(scene: Scene) -> tuple[str, ...]:
    words, view = scene.words, scene.view
    clock = words.say(
        "Clock: {time}, {zone}", time=f"{words.day(scene.now)} {words.clock(scene.now)}", zone=view.time_zone
    )
    names = words.say(
        "Agent {version} ({agent_id}, {site})   Terminal {own}   API {api}",
        version=view.version,
        agent_id=view.agent_id,
        site=view.site,
        own=VERSION,
        api=str(API_VERSION),
    )
    unresolved = words.say("Discrepancies to resolve: {count}", count=words.count(view.open_discrepancies))
    return (clock, names, unresolved)

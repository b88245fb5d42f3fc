"""F2: the stop that is open, those that nobody has explained, and those that were explained (domain.md E2-3, E2-4)."""

from __future__ import annotations

from agent.tui.scene import Scene
from agent.tui.sheets import parts, reasons
from agent.tui.sheets.parts import Part
from agent.tui.sheets.sheet import Choice, Deed, Field, Known, Note, Page, Primary, Send, Sheet, Show

SHORTEST_SPLIT_S = 120.0
"""A shorter part is not split (domain.md C3: a minute is the shortest piece)."""


def stops(scene: Scene, _known: Known) -> Show | Note:
    """What is most pressing: the open stop, those that nobody has explained, those that were."""
    present = parts.of_open(scene)[-1:]
    if present and present[0].reason_code is None:
        return reasons.asking(*present)
    if present:
        return _turn_to(present[0])
    if scene.center.manual:
        return Show(Page.BEGIN_STOP)
    if parts.to_explain(scene):
        return Show(Page.EXPLAIN)
    if parts.of_closed(scene):
        return Show(Page.CLOSED_STOPS)
    return Note(scene.words.say("There is no stop to explain."))


def explain(scene: Scene, _known: Known) -> Sheet | Note:
    """Stops that nobody has explained, newest first; Enter gives all of them one reason."""
    words, asked = scene.words, parts.to_explain(scene)
    if not asked:
        return Note(words.say("All stops are explained."))
    several = words.say("One reason for all of them: {count}", count=words.count(len(asked)))
    label = several if len(asked) > 1 else words.say("Give its reason")
    return Sheet(
        words.say("Stops to explain: press a digit"),
        choices=tuple(Choice(part.span(scene.now, words), reasons.asking(part, then=Page.EXPLAIN)) for part in asked),
        primary=Primary(label, reasons.asking(*asked, then=Page.EXPLAIN)),
    )


def closed_stops(scene: Scene, _known: Known) -> Sheet | Note:
    """Stops that were explained, to give them another reason or split them."""
    words = scene.words
    known = [part for part in parts.of_closed(scene) if not part.wanted]
    if not known:
        return Note(words.say("No other stop is remembered here."))
    return Sheet(
        words.say("Stops with a reason: press a digit to change it"),
        choices=tuple(Choice(_line(scene, part), _turn_to(part)) for part in known),
    )


def parts_of_stop(scene: Scene, known: Known) -> Sheet | Note:
    """The parts of the open stop, to give each its reason."""
    words, shown = scene.words, [part for part in parts.all_parts(scene) if part.stop_id == known.get("stop_id")]
    if not shown:
        return Note(words.say("This stop is no longer here."))
    unexplained = [part for part in shown if part.reason_code is None]
    asked = unexplained[-1:]
    return Sheet(
        words.say("Parts of the stop: press a digit"),
        choices=tuple(_part_line(scene, part) for part in reversed(shown)),
        primary=Primary(words.say("Give its reason"), reasons.asking(*asked, then=Page.PARTS)) if asked else None,
    )


def stop(scene: Scene, known: Known) -> Sheet | Note:
    """One part of a stop and what can be said of it."""
    words, part = scene.words, parts.find(scene, known.get("segment_id", ""))
    if part is None:
        return Note(words.say("This stop is no longer here."))
    if "comment" in known:
        return _comment(scene, part)
    first, *others = _deeds(scene, part)
    return Sheet(
        part.span(scene.now, words),
        (_reason(scene, part),),
        choices=tuple(Choice(label, deed) for label, deed in others),
        primary=Primary(*first),
    )


def _deeds(scene: Scene, part: Part) -> list[tuple[str, Deed]]:
    """What can be done with a part, the likeliest first."""
    words, found = scene.words, [_explaining(scene, part)]
    code = None if part.reason_code is None else reasons.of_stops(scene).find(part.reason_code)
    if part.inherited and code is not None:
        confirmed = words.say("Confirm: {reason}", reason=words.code(code))
        found.insert(0, (confirmed, reasons.given(scene, (part,), code)))
    if part.until is None and _can_be_ended(scene):
        over = words.say("The stop is over.")
        found.insert(1 if part.reason_code is None else 0, (over, Send(over, "end_stop", {})))
    if code is not None:
        found.append((words.say("Comment"), Show(Page.STOP, {"segment_id": part.segment_id, "comment": ""})))
    if (scene.now if part.until is None else part.until) - part.since >= SHORTEST_SPLIT_S:
        found.append((words.say("Split it in two"), Show(Page.SPLIT, {"segment_id": part.segment_id})))
    return [*found, *_others(scene, part)]


def _explaining(scene: Scene, part: Part) -> tuple[str, Deed]:
    words = scene.words
    label = words.say("Give its reason" if part.reason_code is None else "Change its reason")
    return label, Show(Page.REASONS, {**reasons.asking(part).known, reasons.THEN: ""})


def _others(scene: Scene, part: Part) -> list[tuple[str, Deed]]:
    words, found = scene.words, list[tuple[str, Deed]]()
    if part.until is None and len(parts.of_open(scene)) > 1:
        found.append((words.say("Parts of the stop"), Show(Page.PARTS, {"stop_id": part.stop_id})))
    waiting = [one for one in parts.to_explain(scene) if one.segment_id != part.segment_id]
    if waiting:
        count = words.count(len(waiting))
        found.append((words.say("Stops to explain: {count}", count=count), Show(Page.EXPLAIN)))
    if any(not one.wanted and one.segment_id != part.segment_id for one in parts.of_closed(scene)):
        found.append((words.say("Change another stop"), Show(Page.CLOSED_STOPS)))
    return found


def _comment(scene: Scene, part: Part) -> Sheet | Note:
    words = scene.words
    code = None if part.reason_code is None else reasons.of_stops(scene).find(part.reason_code)
    if code is None:
        return Note(words.say("Give the reason first, then the comment."))

    def take(text: str) -> Deed:
        return reasons.given(scene, (part,), code, text)

    prompt = words.say("Type the comment and press Enter")
    return Sheet(words.say("Comment"), (_reason(scene, part),), field=Field(prompt, "text", take))


def _part_line(scene: Scene, part: Part) -> Choice:
    deed = reasons.asking(part, then=Page.PARTS) if part.reason_code is None else _turn_to(part)
    return Choice(_line(scene, part), deed)


def _line(scene: Scene, part: Part) -> str:
    return f"{part.when(scene.now, scene.words)}   {_text(scene, part)}"


def _text(scene: Scene, part: Part) -> str:
    if part.reason_code is None:
        return scene.words.say("Not explained")
    return scene.words.reason(part.reason_code, scene.view.reasons)


def _reason(scene: Scene, part: Part) -> str:
    text = _text(scene, part)
    if not part.inherited:
        return text
    return scene.words.say("{reason} (carried over: confirm or change it)", reason=text)


def _can_be_ended(scene: Scene) -> bool:
    """A person says so of a stop that one began, or where a sticky reason holds a stop and the machine runs (R13)."""
    return scene.stop is not None and (scene.stop.manual or scene.center.condition == "RUNNING")


def _turn_to(part: Part) -> Show:
    return Show(Page.STOP, {"segment_id": part.segment_id})

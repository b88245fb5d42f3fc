"""Checks that are due and their results; what is held, and who may release it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from agent.core.quality.quality_views import CheckView, DueCheckView
from agent.tui.scene import Scene
from agent.tui.sheets import asking
from agent.tui.sheets.asking import CodeQuestion
from agent.tui.sheets.expected import wait_for
from agent.tui.sheets.sheet import Choice, Deed, Field, Known, Note, Page, Primary, Send, Sheet, Show
from agent.tui.wording import Wording

RESULTS: Final = 2
"""Results that have room above a list."""
LOT: Final = "lot_id"


def quality(scene: Scene, _known: Known) -> Sheet:
    """What is due now, then holds and what is kept apart."""
    words, seen = scene.words, scene.center.quality
    due = tuple(
        Choice(_line(one, words), Show(Page.CHECK, {"check_id": one.check_id}), one.mandatory) for one in seen.due
    )
    holds = words.say("On hold: {count}", count=words.count(len(seen.holds)))
    apart = max(scene.center.open_nc, len(scene.center.nonconforming))
    others = (
        Choice(holds, Show(Page.HOLDS)),
        Choice(words.say("Kept apart: {count}", count=words.count(apart)), Show(Page.REWORK)),
    )
    lines = [_result(one, words) for one in seen.results[:RESULTS]]
    if due:
        first = Primary(_name(seen.due[0], words), due[0].deed)
        return Sheet(words.say("Checks that are due: press a digit"), tuple(lines), due + others, first)
    nothing = (
        words.say("No check is due. The next one shows here by itself.")
        if scene.center.order
        else words.say("No check is due: no order is in progress. F7 starts one.")
    )
    hold = Primary(words.say("Put something on hold"), Show(Page.HOLD))
    return Sheet(words.say("Quality"), (nothing, *lines), others, hold)


def check(scene: Scene, known: Known) -> Sheet | Note:
    """One check: its lot where several are due, its value, else passed or failed."""
    words, found = scene.words, _find(scene, known)
    if found is None or (LOT in known and known[LOT] not in found.lots):
        return Note(words.say("This check is no longer due."))
    if found.lots and LOT not in known:
        choices = tuple(Choice(lot_id, Show(Page.CHECK, {**known, LOT: lot_id})) for lot_id in found.lots)
        title = words.say("{check}: of which lot?", check=_name(found, words))
        return Sheet(title, choices=choices, primary=Primary(choices[0].label, choices[0].deed))
    if _is_measured(found):
        return _measured(scene, known, found)
    passed = Choice(words.say("Passed"), _record(scene, known, found, result="pass"))
    failed = Choice(words.say("Failed"), Show(Page.FAILED, {**known, "result": "fail"}))
    skip = Choice(words.say("Skip it, with a reason"), Show(Page.SKIP, known))
    return Sheet(_title(found, known, words), (_rule(found, words),), (passed, failed, skip))


def failed(scene: Scene, known: Known) -> Sheet | Note:
    """What does not conform: only said, or so many parts with their defect; of a lot its defect."""
    words, found = scene.words, _find(scene, known)
    if found is None:
        return Note(words.say("This check is no longer due."))
    if "qty" in known or LOT in known:
        title = words.say("{check} failed: which defect?", check=_name(found, words))
        asked = CodeQuestion(Page.FAILED, title, "defects", "defect_code", lambda said: _record(scene, said, found))
        return asking.code(scene, known, asked)

    def take(text: str) -> Deed:
        qty = asking.parts_or_unit(text, scene)
        return qty if isinstance(qty, Note) else Show(Page.FAILED, {**known, "qty": asking.plain(qty)})

    lines = [words.say("Parts that are named here are kept apart.")]
    if scene.has_serials:
        lines.append(words.say("0: a unit, by scanning it."))
    limits = _limits(found, words)
    if "value" in known and limits:
        value = f"{words.count(Decimal(known['value']))} {found.uom or ''}".rstrip()
        lines.insert(0, words.say("{value} is out of limits: {limits}", value=value, limits=limits))
    title = words.say("{check} failed: how many parts do not conform?", check=_name(found, words))
    only = Primary(words.say("Only record it"), _record(scene, known, found))
    field = Field(words.say("Quantity in {uom}", uom=scene.center.uom), "quantity", take)
    return Sheet(title, tuple(lines), primary=only, field=field)


def skip(scene: Scene, known: Known) -> Sheet | Note:
    """Why a check is not made."""
    words, found = scene.words, _find(scene, known)
    if found is None:
        return Note(words.say("This check is no longer due."))
    name = words.say("Skip {check}", check=_name(found, words))
    asked = CodeQuestion(
        Page.SKIP,
        words.say("{check}: why is it skipped?", check=_name(found, words)),
        "skips",
        "reason",
        lambda said: Send(name, "skip_check", said, Show(Page.QUALITY)),
    )
    return asking.code(scene, known, asked)


def _measured(scene: Scene, known: Known, found: DueCheckView) -> Sheet:
    words = scene.words

    def take(text: str) -> Deed:
        value = asking.number(text, words)
        if isinstance(value, Note):
            return value
        said = {**known, "value": asking.plain(value)}
        if (found.lower is not None and value < found.lower) or (found.upper is not None and value > found.upper):
            return Show(Page.FAILED, said)
        if found.lower is None and found.upper is None:
            return Show(Page.JUDGED, said)
        return _record(scene, said, found)

    field = Field(words.say("Value in {uom}", uom=found.uom or "?"), "quantity", take)
    skipped = Primary(words.say("Skip it, with a reason"), Show(Page.SKIP, known))
    return Sheet(_title(found, known, words), (_rule(found, words),), primary=skipped, field=field)


def judged(scene: Scene, known: Known) -> Sheet | Note:
    """Whether a value without limits passed."""
    words, found = scene.words, _find(scene, known)
    if found is None:
        return Note(words.say("This check is no longer due."))
    passed = Choice(words.say("Passed"), _record(scene, known, found, result="pass"))
    failed_deed = Show(Page.FAILED, {**known, "result": "fail"})
    value = f"{words.count(Decimal(known['value']))} {found.uom or ''}".rstrip()
    title = words.say("{check}: {value}", check=_name(found, words), value=value)
    return Sheet(title, choices=(passed, Choice(words.say("Failed"), failed_deed)))


def _record(scene: Scene, known: Known, found: DueCheckView, **said: str) -> Send:
    """Afterwards the next sample is asked for, else what else is due."""
    several = found.samples > 1 and not found.lots
    then = Show(Page.CHECK, {"check_id": found.check_id}) if several else Show(Page.QUALITY)
    name, said = _name(found, scene.words), {**known, **said}
    if said.get("qty") == "0":
        return wait_for(name, "record_check", {key: value for key, value in said.items() if key != "qty"}, then)
    return Send(name, "record_check", said, then)


def _find(scene: Scene, known: Known) -> DueCheckView | None:
    return next((one for one in scene.center.quality.due if one.check_id == known["check_id"]), None)


def _is_measured(found: DueCheckView) -> bool:
    return found.uom is not None or found.lower is not None or found.upper is not None


def _name(found: DueCheckView, words: Wording) -> str:
    return words.text(found.text, found.check_id)


def _title(found: DueCheckView, known: Known, words: Wording) -> str:
    name = _name(found, words)
    return f"{name}   {known[LOT]}" if LOT in known else name


def _limits(found: DueCheckView, words: Wording) -> str:
    lower, upper = (None if one is None else words.count(one) for one in (found.lower, found.upper))
    if lower is not None and upper is not None:
        return f"{lower} … {upper} {found.uom or ''}".rstrip()
    if lower is not None:
        return f"≥ {lower} {found.uom or ''}".rstrip()
    return "" if upper is None else f"≤ {upper} {found.uom or ''}".rstrip()


def _rule(found: DueCheckView, words: Wording) -> str:
    """Limits, target and how many samples are due."""
    limits = _limits(found, words)
    said = [words.say("Limits {limits}", limits=limits)] if limits else []
    if found.target is not None:
        said.append(words.say("target {value}", value=words.count(found.target)))
    said.append(words.say("Samples due: {count}", count=words.count(found.samples)))
    return "   ".join(said)


def _line(found: DueCheckView, words: Wording) -> str:
    must = "! " + words.say("MUST") if found.mandatory else words.say("may be skipped")
    count = f"× {words.count(found.samples)}"
    return "   ".join(
        filter(None, [must, count, _limits(found, words), ", ".join(found.lots[:2]), _name(found, words)])
    )


def _result(one: CheckView, words: Wording) -> str:
    sign = "√ " + words.say("PASSED") if one.result == "pass" else "× " + words.say("FAILED")
    value = "" if one.value is None else f"{words.count(one.value)} {one.uom or ''}".rstrip()
    return "  ".join(filter(None, [words.minute(one.time), sign, value, one.about or "", one.characteristic]))

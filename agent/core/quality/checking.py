"""How somebody checks a characteristic: held against the limits in force, and what follows (requirements 33 to 36).

Out of limits is failed, whatever was entered beside the value. What fails of a unit, a lot or a quantity does not
conform; a lot that fails its incoming check is held; a unit in rework that passes is good again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from agent.core import arguments
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.directories import Directories
from agent.core.directories.items import Characteristic
from agent.core.errors import EntryRefusedError
from agent.core.facts import CheckKind, CheckResult, Keys, Limits, QualityChecked, Reason
from agent.core.observations import Entry
from agent.core.quality import checks, holds, sampling
from agent.core.quality.holds import Word
from agent.core.quality.quality import LONGEST_WORDS, Result
from agent.core.quality.sampling import DueCheck, Plan
from agent.core.sentences import Sentence, say, together
from agent.core.turn import Turn
from agent.core.units import nonconformance, unit_records
from agent.core.units.nonconformance import Nonconforming
from agent.core.values import replace

KINDS: Mapping[str, CheckKind] = {"incoming": "incoming", "in_process": "in_process", "final": "final"}
RESULTS: Mapping[str, CheckResult] = {"pass": "pass", "fail": "fail"}


@dataclass(frozen=True, slots=True)
class Made:
    """A check as it was made."""

    check: Characteristic
    limits: Limits | None
    planned: bool
    value: Decimal | None
    result: CheckResult
    serial: str | None
    lot_id: str | None

    @property
    def name(self) -> str:
        """What was checked, in the words of the plan."""
        return self.check.text.get("en", self.check.check_id)


def record_check(turn: Turn, entry: Entry) -> str:
    """Take a check that was made.

    Raises:
        EntryRefusedError: it is in no plan and nobody says what it is, value or result are missing, or what fails
            cannot be taken as nonconforming.
    """
    turn.flush()
    made = _made(turn, entry)
    mark, check_no = len(turn.draft.facts), turn.quality.checks + 1
    turn.draft.cause = turn.draft.ids.take()
    pass_no = _pass_no(turn, made.serial)
    try:
        follows = _consequences(turn, entry, made, check_no)
    except EntryRefusedError:
        turn.draft.cause = None
        raise
    _tell(turn, entry, made, (mark, check_no, pass_no))
    _take_sample(turn, made, check_no)
    now, about = turn.draft.observed, made.serial or made.lot_id
    result = Result(made.check.check_id, made.name[:LONGEST_WORDS], made.result, made.value, made.check.uom, about, now)
    turn.quality = turn.quality.with_result(result)
    return together(say("Check {check_id}: {result}.", check_id=made.check.check_id, result=made.result), *follows)


def _made(turn: Turn, entry: Entry) -> Made:
    given = entry.arguments
    serial, lot_id = arguments.optional_name(given, "serial"), arguments.optional_name(given, "lot_id")
    check, plan = _named(turn, given, lot_id)
    if check.kind == "incoming" and lot_id is None:
        lot_id = _only_lot(turn, check)
    limits = None
    if check.lower is not None or check.upper is not None:
        limits = Limits(version=plan.limits_version, lower=check.lower, upper=check.upper, target=check.target)
    value = arguments.number(given, "value") if given.get("value") else None
    return Made(
        check, limits, plan.find(check.check_id) is not None, value, _result(check, value, given), serial, lot_id
    )


def _named(turn: Turn, given: Mapping[str, str], lot_id: str | None) -> tuple[Characteristic, Plan]:
    """The characteristic of the operation's plan, else of the lot's own item, else one that stands in no plan."""
    check_id = arguments.name(given, "check_id")
    plans = (sampling.plan_here(turn, turn.directories), _plan_of_lot(turn.directories, lot_id, turn.draft.observed))
    for plan in plans:
        check = plan.find(check_id)
        if check is not None:
            return check, plan
    if not given.get("characteristic"):
        known = ", ".join(check.check_id for check in plans[0].checks[: checks.NAMED]) or "none"
        raise EntryRefusedError(
            "UNKNOWN_CHECK",
            say(
                "No plan has a check '{check_id}'; planned here: {known}. Else say the 'characteristic'.",
                check_id=check_id,
                known=known,
            ),
        )
    kind = arguments.one_of({"kind": "in_process", **given}, "kind", KINDS)
    text = {"en": arguments.name(given, "characteristic")}
    uom = arguments.optional_name(given, "uom")
    return Characteristic(check_id=check_id, kind=kind, text=text, uom=uom), sampling.NO_PLAN


def _plan_of_lot(directories: Directories, lot_id: str | None, at: float) -> Plan:
    lot = None if lot_id is None else directories.lots.get(lot_id)
    return sampling.NO_PLAN if lot is None else sampling.plan_of(directories, lot.item_id, None, at)


def _only_lot(turn: Turn, check: Characteristic) -> str:
    due = next((one for one in checks.due(turn) if one.check.check_id == check.check_id), None)
    if due is None or len(due.lots) != 1:
        raise EntryRefusedError(
            "LOT_NEEDED", say("Check {check_id} is of a lot. Say which: 'lot_id'.", check_id=check.check_id)
        )
    return due.lots[0]


def _result(check: Characteristic, value: Decimal | None, given: Mapping[str, str]) -> CheckResult:
    measured = check.uom is not None or check.lower is not None or check.upper is not None
    if measured and value is None:
        raise EntryRefusedError(
            "VALUE_NEEDED", say("Check {check_id} is measured. Enter the value found.", check_id=check.check_id)
        )
    if value is not None and (
        (check.lower is not None and value < check.lower) or (check.upper is not None and value > check.upper)
    ):
        return "fail"
    limited = check.lower is not None or check.upper is not None
    if limited and not given.get("result"):
        return "pass"
    if not given.get("result"):
        raise EntryRefusedError(
            "RESULT_NEEDED",
            say("Say whether check {check_id} passed: 'result' pass or fail.", check_id=check.check_id),
        )
    return arguments.one_of(given, "result", RESULTS)


def _consequences(turn: Turn, entry: Entry, made: Made, check_no: int) -> tuple[Sentence, ...]:
    """What follows from the result; said in a few words."""
    if made.result == "pass":
        passed = made.serial is not None and nonconformance.passed(turn, made.serial, turn.draft.observed)
        return (say("Unit {serial} is good again.", serial=made.serial),) if passed else ()
    given, actor = entry.arguments, entry.actor
    defect = arguments.optional_name(given, "defect_code") or turn.setup.machine.quality.unnamed_defect
    said: tuple[Sentence, ...] = ()
    if made.serial is not None or made.lot_id is not None or given.get("qty"):
        found = Nonconforming(
            defect_code=defect,
            at=turn.draft.observed,
            serial=made.serial,
            lot_id=made.lot_id if made.serial is None else None,
            qty=_quantity(turn, given, made),
            cause=arguments.optional_name(given, "cause"),
            place=arguments.optional_name(given, "place"),
            comment=arguments.text(given, "comment"),
            check_no=check_no,
            actor=actor,
        )
        nonconformance.raise_nc(turn, found)
        said = (say("It does not conform: somebody must decide what becomes of it."),)
    if made.check.kind == "incoming" and made.lot_id is not None and turn.setup.machine.quality.hold_failed_lots:
        if holds.placed(turn, "lot", made.lot_id) is None:
            word = Word(Reason(code=defect, dir="defects", rev=None), f"check {made.check.check_id} failed", actor)
            holds.place(turn, "lot", made.lot_id, word)
        said = (say("{name} is on hold.", name=made.lot_id),)
    return said


def _quantity(turn: Turn, given: Mapping[str, str], made: Made) -> Decimal:
    """So much does not conform: what somebody says, else all of the lot, else one."""
    if given.get("qty"):
        return arguments.quantity(given, "qty") if made.lot_id else Decimal(arguments.whole(given, "qty", lowest=1))
    lot = None if made.lot_id is None or made.serial is not None else turn.directories.lots.get(made.lot_id)
    return Decimal(1) if lot is None or not lot.qty else lot.qty


def _tell(turn: Turn, entry: Entry, made: Made, numbers: tuple[int, int, int]) -> None:
    mark, check_no, pass_no = numbers
    samples = turn.quality.samples
    data = QualityChecked(
        keys=_keys(turn, made),
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        check_id=made.check.check_id,
        check_no=check_no,
        kind=made.check.kind,
        characteristic=made.name,
        value=made.value,
        uom=made.check.uom,
        result=made.result,
        limits=made.limits,
        sample_no=1 + (0 if samples is None else samples.of(made.check.check_id).taken),
        pass_no=pass_no,
        planned=made.planned,
        place=arguments.optional_name(entry.arguments, "place") or turn.wc_id,
        defect_code=arguments.optional_name(entry.arguments, "defect_code"),
        comment=arguments.text(entry.arguments, "comment"),
        actor=entry.actor,
    )
    turn.draft.add_cause(mark, data, f"check:{turn.wc_id}:{check_no}", correlation_id=turn.execution_id)


def _take_sample(turn: Turn, made: Made, check_no: int) -> None:
    """The sample is taken; it settles one that was due, a unit only once."""
    how_far = sampling.progress(turn)
    if how_far is None:
        return
    check_id, samples = made.check.check_id, how_far.samples
    if sampling.plan_here(turn, turn.directories).find(check_id) is None:
        sampled = samples.of(check_id)
        beside = samples.put_beside(replace(sampled, taken=sampled.taken + 1))
        turn.quality = replace(turn.quality, samples=beside)
        return
    again = made.serial is not None and _seen(turn, check_id, made.serial, check_no)
    due = DueCheck(made.check, "", 0 if again else 1)
    if made.check.sampling == "per_lot":
        if made.lot_id is not None:
            checks.settle(turn, how_far, due, made.lot_id)
    else:
        checks.settle(turn, how_far, due)
    kept = turn.quality.samples or samples
    sampled = kept.of(check_id)
    turn.quality = replace(turn.quality, samples=kept.put(replace(sampled, taken=sampled.taken + 1)))


def _seen(turn: Turn, check_id: str, serial: str, check_no: int) -> bool:
    """Whether this unit has been a sample of it before; from now on it has."""
    operation = turn.operations.current
    assert operation is not None
    key = claim(turn.wc_id, operation.op_execution_id, check_id, serial)
    seen = bool(turn.claim(key))
    if not seen:
        turn.claims.append((key, str(check_no)))
    return seen


def claim(wc_id: str, execution_id: str, check_id: str, serial: str) -> str:
    """The claim that holds the number of the check that made a unit a sample; empty once that check is void."""
    return f"sample:{wc_id}:{execution_id}:{check_id}:{serial}"


def _pass_no(turn: Turn, serial: str | None) -> int:
    return 1 if serial is None else unit_records.pass_under_way(turn, serial)


def _keys(turn: Turn, made: Made) -> Keys:
    keys = turn.draft.keys.model_copy(update={"serial": made.serial, "lot_id": made.lot_id})
    lot = None if made.lot_id is None or made.serial is not None else turn.directories.lots.get(made.lot_id)
    return keys if lot is None else keys.model_copy(update={"item_id": lot.item_id})


def _needs(asked: Asked) -> Claims:
    given = asked.arguments
    serial, lot_id, operation = given.get("serial"), given.get("lot_id"), asked.state.operations.current
    lots = (lot_id,) if lot_id else asked.state.materials.lots
    needed = [holds.claim("lot", lot) for lot in lots]
    if serial:
        needed += nonconformance.claims_needed(asked, serial)
        if operation is not None:
            needed.append(claim(asked.wc_id, operation.op_execution_id, given.get("check_id", ""), serial))
    return tuple(needed)


ACTIONS: Actions = {"record_check": Action(record_check, _needs)}

"""What command cards do (domain.md E3): each is an entry by whoever signed on last, with no more rights than that.

What ends, rejects, reports or takes back something is tried, asked and done when it is confirmed (`questions.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from agent.core import entries, questions, sentences
from agent.core.actions import Asked, Claims
from agent.core.attempts import rehearsal
from agent.core.codes.reading import Code
from agent.core.corrections.targets import Target
from agent.core.directories import Directories
from agent.core.errors import EntryRefusedError
from agent.core.observations import Entry, Scan
from agent.core.orders import dispatch
from agent.core.people import labor
from agent.core.sentences import Sentence, say
from agent.core.state import Question, StationState
from agent.core.station_setup import Setup
from agent.core.turn import Turn
from agent.core.values import replace

HELP: Final = "HELP"
ANSWERS = frozenset({"OK", "CANCEL", HELP})
"""Verbs that leave a question as it is, but for what they say to it."""
PAUSED_BY_CARD = "PAUSE"
"""Reason of a pause by a card that names none, where the MES has sent no list of interruptions."""


@dataclass(frozen=True, slots=True)
class _Here:
    """What the meaning of a card depends on."""

    setup: Setup
    state: Turn | StationState
    directories: Directories


def carry_out(turn: Turn, code: Code, scan: Scan) -> str:
    """Do what a command card says, or ask first.

    Raises:
        EntryRefusedError: nobody is signed on, or it cannot be done.
    """
    if code.identity == HELP:
        return sentences.answer(HELP, say("Help is shown on the screen."))
    if labor.acting(turn) is None:
        raise EntryRefusedError("NO_OPERATOR", say("Nobody is signed on here. Scan your badge, then the card again."))
    action, arguments = _meaning(code, _Here(turn.setup, turn, turn.directories))
    entry = Entry(turn.wc_id, action, arguments, scan.observed, client_id="", actor=labor.acting(turn))
    ask = QUESTIONS.get(action)
    if ask is None:
        return entries.carry_out(turn, entry)
    with rehearsal(turn):
        entries.carry_out(turn, entry)
    return questions.ask(turn, entry, ask(turn, arguments))


def forget(turn: Turn, before: Question | None, code: Code | None, reply_code: str) -> None:
    """Drop what was asked before a scan, if the scan was about something else.

    Args:
        turn: after the scan.
        before: what was asked before it.
        code: that was read; None where nobody can tell what it was.
        reply_code: what became of it.
    """
    if before is None or turn.floor.question is not before or code is None or reply_code == "NOT_TRUSTED":
        return
    if code.kind != "command" or code.identity not in ANSWERS:
        turn.floor = replace(turn.floor, question=None)


def claims_needed(code: Code, asked: Asked) -> Claims:
    """The claims that `carry_out` must be given."""
    found = _entry(code, asked)
    return () if found is None else entries.claims_needed(*found)


def target_named(code: Code, asked: Asked) -> Target | None:
    """The fact that it is about."""
    found = _entry(code, asked)
    return None if found is None else entries.target_named(*found)


def _entry(code: Code, asked: Asked) -> tuple[str, Asked] | None:
    if code.identity == HELP:
        return None
    try:
        action, arguments = _meaning(code, _Here(asked.setup, asked.state, asked.directories))
    except EntryRefusedError:
        return None
    return action, replace(asked, arguments=arguments, actor=asked.actor or labor.acting(asked.state))


def _meaning(code: Code, here: _Here) -> tuple[str, dict[str, str]]:
    return MEANINGS[code.identity](code.argument, here)


def _plainly(action: str) -> Callable[[str, _Here], tuple[str, dict[str, str]]]:
    return lambda _argument, _here: (action, {})


def _start(_: str, here: _Here) -> tuple[str, dict[str, str]]:
    """What stands here, else the next order of the dispatch queue."""
    operations, shift = here.state.operations, here.state.schedule.shift
    order = operations.current or dispatch.next_order(
        here.directories, operations, here.setup.machine.work_center, None if shift is None else shift.crew_id
    )
    return "start_operation", {"order_id": order.order_id, "op_no": order.op_no}


def _pause(argument: str, here: _Here) -> tuple[str, dict[str, str]]:
    if not argument and "interruptions" in here.directories.lists:
        raise EntryRefusedError("REASON_NEEDED", say("Say why: scan a pause card with its reason."))
    return "pause_operation", {"reason": argument or PAUSED_BY_CARD}


def _stop(argument: str, here: _Here) -> tuple[str, dict[str, str]]:
    """The reason of the stop, which it opens where people say when work stops."""
    begins = here.setup.machine.manual and here.state.stops.open is None
    return "start_stop" if begins else "set_reason", {"code": argument}


def _qty(argument: str, here: _Here) -> tuple[str, dict[str, str]]:
    """So many rejects, if rejects are asked about; else good parts."""
    question = here.state.floor.question
    if question is not None and question.action == "report_scrap":
        return "report_scrap", {**question.arguments, "qty": argument}
    return "report_good", {"qty": argument}


def _logout(_: str, here: _Here) -> tuple[str, dict[str, str]]:
    return "sign_off", {"operator_id": labor.acting(here.state) or ""}


MEANINGS: Final[Mapping[str, Callable[[str, _Here], tuple[str, dict[str, str]]]]] = {
    "START": _start,
    "PAUSE": _pause,
    "RESUME": _plainly("resume_operation"),
    "FINISH": _plainly("complete_operation"),
    "SETUP": _plainly("start_setup"),
    "SETUPEND": _plainly("end_setup"),
    "STOP": _stop,
    "STOPEND": _plainly("end_stop"),
    "SCRAP": lambda argument, _here: ("report_scrap", {"qty": "1", "defect_code": argument}),
    "QTY": _qty,
    "OK": _plainly("confirm"),
    "CANCEL": _plainly("cancel"),
    "UNDO": _plainly("undo_last"),
    "LOGOUT": _logout,
    "LOCK": _plainly("lock"),
}
"""By verb the entry that a card stands for: its action and arguments."""


def _ask_finish(turn: Turn, _: Mapping[str, str]) -> Sentence:
    operation = turn.operations.current
    assert operation is not None
    return say("Finish order {order}? Scan OK or CANCEL.", order=operation.order_id)


def _ask_scrap(turn: Turn, arguments: Mapping[str, str]) -> Sentence:
    return say(
        "Scrap {qty} {uom}, defect {defect}? Scan OK or CANCEL, or a QTY card if it is another quantity.",
        qty=arguments["qty"],
        uom=turn.account().uom,
        defect=arguments["defect_code"],
    )


def _ask_good(turn: Turn, arguments: Mapping[str, str]) -> Sentence:
    return say("Report {qty} {uom} good? Scan OK or CANCEL.", qty=arguments["qty"], uom=turn.account().uom)


def _ask_undo(turn: Turn, _: Mapping[str, str]) -> Sentence:
    assert turn.target is not None
    return say("Take back what you said last ({fact})? Scan OK or CANCEL.", fact=turn.target.type)


QUESTIONS: Final[Mapping[str, Callable[[Turn, Mapping[str, str]], Sentence]]] = {
    "complete_operation": _ask_finish,
    "report_scrap": _ask_scrap,
    "report_good": _ask_good,
    "undo_last": _ask_undo,
}
"""By action the question that is asked before it is done."""

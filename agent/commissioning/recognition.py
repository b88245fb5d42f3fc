"""Recognises the variables of known models by their names, and by what they show.

PackML by OPC 30050, machines by OPC 40001-1; beside them names that look like a counter or an alarm. A proposal only:
people decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from agent.commissioning.candidates import Candidate, Proposal
from agent.core.machine_settings import DECIDING_ROLES, Role

PACKML: Final = "PackML, OPC 30050"
MACHINERY: Final = "OPC 40001-1"
BY_NAME: Final = "by its name"


@dataclass(frozen=True, slots=True)
class _Rule:
    role: Role
    pattern: re.Pattern[str]
    """Of the path's last names, in small letters without signs, joined by '/'."""
    fits: Callable[[Candidate], bool]
    why: str


def _integer(candidate: Candidate) -> bool:
    return candidate.is_integer


def _bit(candidate: Candidate) -> bool:
    return isinstance(candidate.value, bool)


def _code(candidate: Candidate) -> bool:
    return candidate.is_integer or isinstance(candidate.value, str)


def _rule(role: Role, pattern: str, fits: Callable[[Candidate], bool], why: str) -> _Rule:
    return _Rule(role, re.compile(rf"(?:.*/)?(?:{pattern})"), fits, why)


_COUNT: Final = r"(?:acc)?count(?:er)?"
_RULES: Final = (
    _rule(Role.PACKML_STATE, r"(?:sts)?statecurrent", _integer, PACKML),
    _rule(Role.MODE, r"(?:sts)?unitmodecurrent", _integer, PACKML),
    _rule(Role.TOTAL, r"\w*prodprocessedcount\d*(?:/\d*acccount|acccount)", _integer, PACKML),
    _rule(Role.TOTAL, r"\w*prodprocessedcount\d*(?:/\d*count)?", _integer, PACKML),
    _rule(Role.SCRAP, r"\w*proddefectivecount\d*(?:/\d*acccount|acccount)", _integer, PACKML),
    _rule(Role.SCRAP, r"\w*proddefectivecount\d*(?:/\d*count)?", _integer, PACKML),
    _rule(Role.INFEED, r"\w*prodconsumedcount\d*(?:/\d*acccount|acccount)", _integer, PACKML),
    _rule(Role.STARVED, r"(?:equipmentinterlock/|equipment)starved", _bit, PACKML),
    _rule(Role.BLOCKED, r"(?:equipmentinterlock/|equipment)blocked", _bit, PACKML),
    _rule(Role.MACHINERY_STATE, r"machineryitemstate/currentstate/number", _integer, MACHINERY),
    _rule(Role.MACHINERY_STATE, r"machineryitemstate", _integer, MACHINERY),
    _rule(Role.MACHINERY_MODE, r"machineryoperationmode/currentstate/number", _integer, MACHINERY),
    _rule(Role.MACHINERY_MODE, r"machineryoperationmode", _integer, MACHINERY),
    _rule(Role.ALARM, r"(?:alarm|fault|error)(?:code|number|id|nr|no)?", _code, BY_NAME),
    _rule(Role.FAULT, r"(?:is)?(?:alarm|fault|faulted|error)(?:active)?", _bit, BY_NAME),
    _rule(Role.RUN, r"(?:is|machine)?(?:running|run|inproduction|executing)", _bit, BY_NAME),
    _rule(Role.STARVED, r"(?:is)?starved", _bit, BY_NAME),
    _rule(Role.BLOCKED, r"(?:is)?blocked", _bit, BY_NAME),
    _rule(Role.HEARTBEAT, r"heartbeat|life(?:bit|count|counter)|alive(?:count|counter)?", _integer, BY_NAME),
    _rule(Role.BOOT, r"boot(?:id|count|counter)|(?:re)?startcount(?:er)?", _integer, BY_NAME),
    _rule(Role.GOOD, rf"(?:qty|parts|pieces|count)?(?:good|ok)(?:parts|pieces)?(?:{_COUNT})?", _integer, BY_NAME),
    _rule(
        Role.SCRAP,
        rf"(?:qty|parts|pieces|count)?(?:scrap|rejects?|rejected|defects?|defective|bad|nok|ng|waste)"
        rf"(?:parts|pieces)?(?:{_COUNT})?",
        _integer,
        BY_NAME,
    ),
    _rule(Role.TOTAL, r"(?:qty|count)?(?:total|produced|processed)(?:parts|pieces|count|counter)?", _integer, BY_NAME),
    _rule(Role.TOTAL, r"(?:part|piece|product|production|cycle|stroke)s?(?:count|counter)|counter", _integer, BY_NAME),
)
"""The first that fits a role wins."""

_OF_OTHERS: Final = re.compile(r"(?:.*/)?(?:cmd|commands?|energy|diag|diagnostics?)/.*")
"""Below such a folder a total is none of parts, and a bit is what somebody wants."""
_IN_MODEL: Final = frozenset({"status", "admin", "command", "currentstate", "monitoring", "machinerybuildingblocks"})
"""Folders of the models below a machine."""


def propose(candidates: Sequence[Candidate]) -> list[Proposal]:
    """At most one value for each role, and one role for each value."""
    proposals: dict[Role, Proposal] = {}
    taken: set[str] = set()
    for rule in _RULES:
        if rule.role in proposals or _is_excluded(rule.role, proposals):
            continue
        for candidate in candidates:
            if candidate.name not in taken and _recognises(rule, candidate):
                proposals[rule.role] = Proposal(rule.role, candidate, rule.why)
                taken.add(candidate.name)
                break
    return [proposals[role] for role in Role if role in proposals]


def machines(candidates: Sequence[Candidate]) -> list[str]:
    """Paths below which a machine of its own seems to stand; several where one server speaks for several."""
    found: dict[str, None] = {}
    for rule in _RULES:
        if rule.role not in DECIDING_ROLES or rule.why == BY_NAME:
            continue
        for candidate in candidates:
            if rule.fits(candidate) and rule.pattern.fullmatch(_plain(candidate.name)):
                found.setdefault(_machine(candidate.name))
        if found:
            break
    return list(found)


def _recognises(rule: _Rule, candidate: Candidate) -> bool:
    name = _plain(candidate.name)
    if rule.why == BY_NAME and _OF_OTHERS.fullmatch(name):
        return False
    return rule.fits(candidate) and rule.pattern.fullmatch(name) is not None


def _is_excluded(role: Role, proposals: dict[Role, Proposal]) -> bool:
    """Of some roles only one is believed, and where a state is told no bit need tell it again."""
    stated = {Role.PACKML_STATE, Role.MACHINERY_STATE} & proposals.keys()
    if role in {Role.PACKML_STATE, Role.MACHINERY_STATE, Role.RUN}:
        return bool(stated)
    if role in {Role.MODE, Role.MACHINERY_MODE}:
        return bool({Role.MODE, Role.MACHINERY_MODE} & proposals.keys())
    return False


def _machine(name: str) -> str:
    *parents, _ = name.split("/")
    while parents and (plain(parents[-1]) in _IN_MODEL or plain(parents[-1]).startswith("machineryitem")):
        parents.pop()
    return "/".join(parents)


def _plain(name: str) -> str:
    return "/".join(plain(part) for part in re.split(r"[/.]", name))


def plain(part: str) -> str:
    """A name in small letters without signs, as makers differ in those alone."""
    return re.sub(r"[\W_]", "", part.lower())

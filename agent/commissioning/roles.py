"""The technician gives roles to values of a machine: a proposal, changed by numbers until it is right."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import ValidationError

from agent.commissioning.addresses import sentence, where
from agent.commissioning.answers import Address, OpcUaAddress, Register, SignalAnswer, Where
from agent.commissioning.asking import Asker
from agent.commissioning.candidates import Candidate, Proposal
from agent.core.errors import ConfigurationError
from agent.core.machine_settings import COUNTER_ROLES, MachineSettings, Role, SignalSettings

SHOWN: Final = 30
"""Values listed at once."""
ROLES: Final[Mapping[Role, str]] = {
    Role.PACKML_STATE: "PackML state, 1 to 17",
    Role.MACHINERY_STATE: "OPC 40001-1 state, 0 to 3",
    Role.RUN: "true while it runs",
    Role.TOTAL: "counts all parts",
    Role.GOOD: "counts good parts",
    Role.SCRAP: "counts rejects",
    Role.INFEED: "counts parts going in",
    Role.REWORK: "counts parts to rework",
    Role.MODE: "PackML mode",
    Role.MACHINERY_MODE: "OPC 40001-1 mode",
    Role.FAULT: "true in a fault",
    Role.STARVED: "true: no material",
    Role.BLOCKED: "true: no room downstream",
    Role.ALARM: "code of the alarm",
    Role.HEARTBEAT: "changes while the PLC runs",
    Role.BOOT: "changes when the PLC starts",
}
"""Those that need nothing else in the configuration."""
_BITS: Final = frozenset({Role.RUN, Role.FAULT, Role.STARVED, Role.BLOCKED})
"""Roles of what is true or false."""
_NARROWEST: Final = 24
"""Columns of a name at least."""
_BESIDE: Final = 56
"""Columns of what is shown beside it."""
_HOW: Final = "Role and number, such as 'total 4', 'scrap -' for none, 'roles' for all roles; Enter when it is right"


def choose(
    asker: Asker, address: Address, candidates: Sequence[Candidate], proposals: Sequence[Proposal]
) -> tuple[SignalAnswer, ...]:
    """Which value is what."""
    chosen: dict[Role, Candidate] = {one.role: one.candidate for one in proposals}
    reasons = {(one.role, one.candidate.where): one.why for one in proposals}
    listed = _listed(candidates, proposals)
    _show(asker, candidates, listed, chosen, reasons)
    while True:
        change = asker.ask("roles", _HOW, str, default="")
        if change == "roles":
            asker.say("".join(f"    {role.value:<16} {words}\n" for role, words in ROLES.items()).rstrip("\n"))
            continue
        try:
            if change:
                _change(change, address, listed, chosen)
                asker.say("  " + _summary(chosen))
                continue
            return answered(address, {role: _signal(role, one, reasons) for role, one in chosen.items()})
        except ValueError as error:
            if asker.is_unattended:
                raise ConfigurationError(f"{address}: {error}; --signal says which value is what") from error
            asker.say(f"  {error}.")


def answered(address: Address, signals: Mapping[Role, SignalAnswer]) -> tuple[SignalAnswer, ...]:
    """These signals in the order of the roles, seen to be enough to know what the machine does.

    Raises:
        ValueError: they are not; the text says what is missing.
    """
    way = (
        {"opcua": {"endpoint": "opc.tcp://machine"}}
        if isinstance(address, OpcUaAddress)
        else {"modbus": {"host": "machine"}}
    )
    ordered = tuple(signals[role] for role in Role if role in signals)
    try:
        MachineSettings.model_validate({"work_center": "here", **way, "signal": [_settings(one) for one in ordered]})
    except ValidationError as error:
        raise ValueError(sentence(error)) from None
    return ordered


def remark(candidate: Candidate, why: str) -> str:
    """What the file says beside a signal."""
    shown = f"showed {candidate.shown}" if candidate.kind else ""
    return "; ".join(part for part in (candidate.name, shown, candidate.movement.words, why) if part)


def _settings(signal: SignalAnswer) -> SignalSettings:
    place = signal.where
    if isinstance(place, Register):
        said = place.settings
    else:
        said = {"node": place.node, "index": place.index, "field": place.field}
    return SignalSettings.model_validate({"key": signal.role.value, "role": signal.role, **said})


def _signal(role: Role, candidate: Candidate, reasons: Mapping[tuple[Role, Where], str]) -> SignalAnswer:
    return SignalAnswer(role, candidate.where, remark(candidate, reasons.get((role, candidate.where), "")))


def _listed(candidates: Sequence[Candidate], proposals: Sequence[Proposal]) -> list[Candidate]:
    """What has a number: the proposals first, then the values that a role can be given to."""
    first = [one.candidate for one in proposals]
    return [*first, *(one for one in candidates if one not in first and one.value is not None)]


def _show(
    asker: Asker,
    candidates: Sequence[Candidate],
    listed: Sequence[Candidate],
    chosen: Mapping[Role, Candidate],
    reasons: Mapping[tuple[Role, Where], str],
) -> None:
    named = {id(one): role for role, one in chosen.items()}
    room = max(_NARROWEST, shutil.get_terminal_size().columns - _BESIDE)
    width = min(room, max((len(one.name) for one in listed[:SHOWN]), default=0))
    of_kind = max((len(one.kind) for one in listed[:SHOWN]), default=0)
    asker.say(f"  {len(candidates)} values found." + ("" if chosen else " None is of a known model: choose by number."))
    for number, one in enumerate(listed[:SHOWN], start=1):
        role = named.get(id(one))
        why = reasons.get((role, one.where), "") if role else ""
        name = one.name if len(one.name) <= width else f"…{one.name[1 - width :]}"
        words = "  ".join(part for part in (one.movement.words, f"({why})" if why else "") if part)
        taken_for = role.value if role else ""
        row = f" {number:>3}  {taken_for:<15}  {name:<{width}}  {one.kind:<{of_kind}}  {one.shown:<11} {words}"
        asker.say(row.rstrip())
    if any(one.kind.startswith("uint32") for one in listed[:SHOWN]) and isinstance(listed[0].where, Register):
        asker.say("       Two registers as one number: right is what shows the same as the machine's own display.")
    if len(listed) > SHOWN:
        more = "`lineside browse` shows them; a role takes an address instead of a number, too"
        asker.say(f"       … {len(listed) - SHOWN} more: {more}")


def _change(text: str, address: Address, listed: Sequence[Candidate], chosen: dict[Role, Candidate]) -> None:
    name, _, value = text.partition(" ")
    value = value.strip()
    try:
        role = Role(name)
    except ValueError:
        raise ValueError(f"there is no role '{name}'; 'roles' lists them") from None
    if role not in ROLES:
        raise ValueError(f"role '{role}' needs more than an address; it is added to the file by hand")
    if value == "-":
        chosen.pop(role, None)
        return
    if value.isdecimal():
        if not 1 <= int(value) <= len(listed):
            raise ValueError(f"there is no number {value}; expected 1 to {len(listed)}")
        candidate = listed[int(value) - 1]
    else:
        place = where(value, address)
        candidate = next((one for one in listed if str(one.where) == str(place)), Candidate(place, value, ""))
    if role in COUNTER_ROLES and candidate.value is not None and not candidate.is_integer:
        raise ValueError(f"'{candidate.name}' is no whole number, as the role '{role}' needs")
    if role in _BITS and candidate.value not in {None, 0, 1}:
        raise ValueError(f"'{candidate.name}' is neither true nor false, as the role '{role}' needs")
    for other in [known for known, one in chosen.items() if one.where == candidate.where]:
        del chosen[other]
    chosen[role] = candidate


def _summary(chosen: Mapping[Role, Candidate]) -> str:
    return ", ".join(f"{role.value} = {chosen[role].name}" for role in Role if role in chosen) or "nothing chosen"

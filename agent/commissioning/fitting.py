"""Whether what a machine gives is what a configured role can use. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Final, Literal, NamedTuple

from agent.core.counts.counters import whole
from agent.core.machine_settings import COUNTER_ROLES, MachineSettings, Role, SignalSettings
from agent.core.observations import SignalValue
from agent.core.sources.address import AddressSettings

MODULUS: Final[Mapping[str, int]] = {
    "SByte": 2**7,
    "Int16": 2**15,
    "Int32": 2**31,
    "Byte": 2**8,
    "UInt16": 2**16,
    "UInt32": 2**32,
    # TOML has no greater number, and no counter gets there.
    "Int64": 2**63 - 1,
    "UInt64": 2**63 - 1,
}
"""By OPC UA type the raw value after which a counter of it starts again."""
_BITS: Final = frozenset({Role.RUN, Role.FAULT, Role.STARVED, Role.BLOCKED})
_KNOWN: Final[Mapping[Role, tuple[int, int]]] = {
    Role.PACKML_STATE: (1, 17),
    Role.MACHINERY_STATE: (0, 3),
    Role.MACHINERY_MODE: (0, 3),
    Role.MODE: (0, 31),
}
"""Numbers that the standards know (OPC 30050, OPC 40001-1)."""


class Fit(NamedTuple):
    """How a value suits its role."""

    level: Literal["right", "doubtful", "wrong"]
    text: str = ""
    """What was found, and what was expected or to be done; empty where it is right."""


RIGHT: Final = Fit("right")


def fit(machine: MachineSettings, address: AddressSettings, kind: str, value: SignalValue) -> Fit:
    """How what was read suits what it is configured for.

    Args:
        machine: whose.
        address: the configured value.
        kind: its OPC UA type; empty where the protocol knows none.
        value: what was read; None where it shows nothing at present.
    """
    if not isinstance(address, SignalSettings) or value is None:
        return RIGHT
    role = address.role
    if role in COUNTER_ROLES:
        return _counter(address, kind, value)
    if role in _BITS:
        return _bit(role, value)
    return _number(machine, role, value) if role in _KNOWN else _other(machine, role, value)


def _counter(address: SignalSettings, kind: str, value: SignalValue) -> Fit:
    number = whole(value)
    if number is None:
        return _wrong(address.role, "a whole number", value)
    modulus, own = address.modulus, MODULUS.get(kind)
    if number >= modulus:
        text = f"it shows {number}, and counter.modulus says that it starts again at {modulus}"
        return Fit("wrong", f"{text}; expected the raw value after which it starts again at 0")
    if own is not None and own < modulus:
        text = f"an {kind} ends at {own - 1}, and counter.modulus says {modulus}"
        return Fit("doubtful", f"{text}: counter = {{ modulus = {own} }}, unless it is set back before")
    if number < 0:
        return Fit("doubtful", f"it shows {number}; a counter of parts begins at 0")
    return RIGHT


def _bit(role: Role, value: SignalValue) -> Fit:
    if isinstance(value, str) or (isinstance(value, float) and not isfinite(value)):
        return _wrong(role, "true or false", value)
    if value not in {0, 1}:
        return Fit("doubtful", f"it shows {_shown(value)}; whatever is not 0 is taken for true")
    return RIGHT


def _number(machine: MachineSettings, role: Role, value: SignalValue) -> Fit:
    number = whole(value)
    if number is None:
        return _wrong(role, "a whole number", value)
    lowest, highest = _KNOWN[role]
    is_own = role is not Role.MACHINERY_MODE and str(number) in machine.condition.states
    if not (lowest <= number <= highest or is_own or (role is Role.MODE and number in machine.condition.setup_modes)):
        return Fit("doubtful", f"it shows {number}; the standard knows {lowest} to {highest}")
    return RIGHT


def _other(machine: MachineSettings, role: Role, value: SignalValue) -> Fit:
    if role is Role.SPEED and (isinstance(value, bool | str | None) or not isfinite(value)):
        return _wrong(role, "a number", value)
    if role is Role.STATE and _word(value) not in machine.condition.states:
        known = ", ".join(machine.condition.states)
        return Fit("doubtful", f"it shows {_shown(value)}, which condition.states does not know; it knows {known}")
    if role is Role.ALARM and isinstance(value, bool):
        return Fit("doubtful", "a true or false tells that there is an alarm and not which; role fault takes it so")
    return RIGHT


def _wrong(role: Role, expected: str, value: SignalValue) -> Fit:
    return Fit("wrong", f"it shows {_shown(value)}; role {role} needs {expected}")


def _word(value: SignalValue) -> str:
    if isinstance(value, str):
        return value.strip()
    number = whole(value)
    return str(int(value or 0) if number is None else number)


def _shown(value: SignalValue) -> str:
    match value:
        case bool(bit):
            return "true" if bit else "false"
        case str(text):
            return repr(text[:24])
    return str(value)

"""What a correction makes of a fact, checked field by field and as a whole before anything changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pydantic import TypeAdapter, ValidationError

from agent.core import arguments, code_lists
from agent.core.corrections import corrected_materials, corrected_units, derived_fields
from agent.core.corrections.correctable import Kind, field_of, kind_of
from agent.core.corrections.corrected import Data, Fields, Held, checked, order_of, value_at, with_value
from agent.core.errors import EntryRefusedError
from agent.core.facts import CorrectionAction
from agent.core.observations import Entry
from agent.core.sentences import say
from agent.core.shifts.figures import OrderKey
from agent.core.turn import Turn

MOST_FIELDS = 40
"""Fields of one fact that may be corrected: its record is small whatever people enter."""
_SET = TypeAdapter(Fields)


@dataclass(frozen=True, slots=True)
class Change:
    """A correction that has been checked in itself."""

    held: Held
    action: CorrectionAction
    data: Data
    """Of the fact from now on; of a void one as it was before."""
    before: Fields
    after: Fields
    quantity: Decimal
    """By how much its quantities change."""

    @property
    def void(self) -> bool:
        """The fact counts for nothing from now on."""
        return self.action == "void"

    @property
    def orders(self) -> tuple[OrderKey, OrderKey]:
        """The order and operation that it was of, and is of from now on."""
        return order_of(self.held.data), order_of(self.data)

    @property
    def moved(self) -> bool:
        """To another order or operation."""
        return self.orders[0] != self.orders[1]


def given_by(turn: Turn, entry: Entry, target: Held, action: CorrectionAction) -> Fields:
    """The fields that an entry gives, with what goes with them.

    Raises:
        EntryRefusedError: one is not to be corrected, or not to such a value.
    """
    kind, found = kind_of(target.row.type), Fields()
    serial = corrected_units.serial_of(target.row.type, target.data)
    for path, value in _said(entry).items():
        field = field_of(kind, target.row.type, path)
        known = value_at(target.data, path)
        if serial is not None and (path.startswith("keys.") or path in kind.quantities):
            raise EntryRefusedError(
                "OF_UNITS", f"That is unit {serial}. Void the fact, then scan the unit where it is."
            )
        if action == "amend" and (known is not None or value is None):
            raise EntryRefusedError("NOT_EMPTY", f"'{path}' is '{known}'. What was said already can be replaced.")
        found[path] = value
        if value is None:
            continue
        field.check({path: value}, path)
        if field.codes is not None:
            comment = arguments.text(entry.arguments, "comment")
            reason = code_lists.coded(turn.directories, field.codes, value, comment)
            if path.endswith(".code"):
                block = path.removesuffix(".code")
                found |= {f"{block}.dir": reason.dir, f"{block}.rev": reason.rev}
    return found


def changed(turn: Turn, target: Held, action: CorrectionAction, given: Fields) -> Change:
    """The correction that makes the given fields of a fact other ones.

    Raises:
        EntryRefusedError: they are not to be corrected, or not so.
    """
    type_name = target.row.type
    kind = kind_of(type_name)
    if action == "void" and not kind.voidable:
        raise EntryRefusedError(
            "NOT_VOIDABLE", say("A fact '{type}' cannot be void; its fields can be replaced.", type=type_name)
        )
    data = _with(target.data, given)
    derived = derived_fields.derived(turn, type_name, target.data, data)
    data = checked(type_name, _with(data, derived))
    paths = dict.fromkeys((*target.chain.fields, *given, *derived))
    if len(paths) > MOST_FIELDS:
        raise EntryRefusedError("TOO_MANY_FIELDS", f"{MOST_FIELDS} fields of a fact can be corrected at most.")
    differing = {path for path in paths if value_at(data, path) != value_at(target.data, path)}
    if action != "void" and not differing and not target.chain.void:
        raise EntryRefusedError("NOTHING_CHANGED", "The fact says so already. Nothing was corrected.")
    corrected_materials.check(type_name, target.data, data)
    moved = order_of(data) != order_of(target.data)
    if moved:
        _check_decided(target)
    _check_source(kind, target, differing, void=action == "void")
    if action == "void":
        paths |= dict.fromkeys(kind.quantities)
    nothing = target.chain.void
    return Change(
        held=target,
        action=action,
        data=data,
        before={path: None if nothing else value_at(target.data, path) for path in paths},
        after={} if action == "void" else {path: value_at(data, path) for path in paths},
        quantity=_quantity(kind, target, data, whole=moved or action == "void" or nothing),
    )


def _said(entry: Entry) -> Fields:
    try:
        given = _SET.validate_json(entry.arguments.get("set", ""))
    except ValidationError:
        expected = '{"qty_scrap": "3"}'
        raise EntryRefusedError("BAD_SET", f"'set' must be a JSON object of fields, such as {expected}.") from None
    if len(given) > MOST_FIELDS:
        raise EntryRefusedError("TOO_MANY_FIELDS", f"{MOST_FIELDS} fields of a fact can be corrected at most.")
    return given


def _with(data: Data, fields: Fields) -> Data:
    for path, value in fields.items():
        data = with_value(data, path, value)
    return data


def _check_source(kind: Kind, target: Held, differing: Iterable[str], *, void: bool) -> None:
    """Refuse to correct what a machine or another decision says."""
    data, quantities = target.data, kind.quantities.intersection(differing)
    if not void and not quantities:
        return
    if data.get("counter") is not None:
        raise EntryRefusedError(
            "COUNTED", say("A machine counted that. Adjust the quantity instead (adjust_quantity).")
        )
    _check_decided(target)
    if quantities and Decimal(data.get("qty_from_rework", "0")):
        raise EntryRefusedError("FROM_REWORK", "Those left rework with it. Void the fact and report it anew.")


def _check_decided(target: Held) -> None:
    """Refuse what follows from a nonconformance, whose parts stay with the operation that they were made at."""
    nc_id = target.data.get("nc_id")
    if nc_id is not None and not target.row.type.startswith("nc."):
        raise EntryRefusedError(
            "DISPOSITION_DECIDES", say("That follows from nonconformance {nc_id}. Decide it anew.", nc_id=nc_id)
        )


def _quantity(kind: Kind, target: Held, data: Data, *, whole: bool) -> Decimal:
    """By how much the quantities of a fact change."""
    total = Decimal(0)
    for path in kind.quantities:
        was, now = (Decimal(value_at(one, path) or 0) for one in (target.data, data))
        total += max(was, now) if whole else abs(now - was)
    return total

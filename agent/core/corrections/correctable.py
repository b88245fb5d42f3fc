"""Which fields of which facts may be corrected, and how each is checked: the table of corrections (domain.md G3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from pydantic import TypeAdapter, ValidationError

from agent.core import arguments
from agent.core.errors import EntryRefusedError
from agent.core.facts import Child
from agent.core.handover import words
from agent.core.times import epoch

LONGEST_LIST = 8000
"""Characters of a list of components."""
_CHILDREN = TypeAdapter(list[Child])
Check: TypeAlias = Callable[[Mapping[str, str], str], object]
"""Refuses a text, found among texts by its path, that cannot be the value of a field."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field that may be corrected."""

    check: Check
    codes: str | None = None
    """The list of codes that its value stands in."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of facts that may be corrected."""

    fields: Mapping[str, Field]
    """By path."""
    voidable: bool = True
    quantities: frozenset[str] = frozenset()
    """The paths of its quantities. They, and the fact as a whole, are nobody's to correct where a machine counted."""


def _instant(texts: Mapping[str, str], path: str) -> float:
    try:
        return epoch(texts[path])
    except (ValueError, OverflowError):
        found = texts[path][:40]
        raise EntryRefusedError("BAD_TIME", f"'{found}' is no time; expected such as 2026-03-04T05:17:42Z.") from None


def _text(texts: Mapping[str, str], path: str) -> str:
    if len(texts[path]) > arguments.LONGEST_TEXT:
        raise EntryRefusedError("TOO_LONG", f"'{path}' is longer than {arguments.LONGEST_TEXT} characters.")
    return texts[path]


def _children(texts: Mapping[str, str], path: str) -> list[Child]:
    try:
        children = _CHILDREN.validate_json(texts[path])
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EntryRefusedError(
            "BAD_VALUE", f"'{path}' must be a JSON list of components: {where} {first['msg']}."
        ) from None
    if len(texts[path]) > LONGEST_LIST:
        raise EntryRefusedError("TOO_LONG", f"'{path}' is longer than {LONGEST_LIST} characters.")
    return children


def _word(*words: str) -> Field:
    return Field(partial(arguments.one_of, known={word: word for word in words}))


PARTS = Field(partial(arguments.whole, lowest=0))
QUANTITY = Field(arguments.quantity)
NUMBER = Field(arguments.number)
NAME = Field(arguments.name)
TEXT = Field(_text)
INSTANT = Field(_instant)
SHORT = Field(words.text)
ACTIVITY = _word("direct", "indirect")


def _code(codes: str) -> Field:
    return Field(arguments.name, codes)


DEFECT = _code("defects")
ORDER: Mapping[str, Field] = {"keys.order_id": NAME, "keys.op_no": NAME}
KEYS: Mapping[str, Field] = {**ORDER, "keys.item_id": NAME, "keys.lot_id": NAME}
LOT: Mapping[str, Field] = {**KEYS, "qty": QUANTITY, "place": NAME, "bom_line": NAME}
MOVEMENT = Kind(
    {**KEYS, "qty": QUANTITY, "from_place": NAME, "to_place": NAME, "bom_line": NAME, "reason.code": _code("returns")},
    quantities=frozenset({"qty"}),
)
OPERATION = Kind({"comment": TEXT, "reason.code": _code("interruptions")}, voidable=False)
CORRECTABLE: Mapping[str, Kind] = {
    "output.recorded": Kind({**KEYS, "qty_good": PARTS, "lot_out": NAME}, quantities=frozenset({"qty_good"})),
    "scrap.recorded": Kind(
        {
            **KEYS,
            "qty_scrap": PARTS,
            "pool_coded_qty": PARTS,
            "defect_code": DEFECT,
            "place": TEXT,
            "disposition": TEXT,
            "lot_out": NAME,
        },
        quantities=frozenset({"qty_scrap", "pool_coded_qty"}),
    ),
    "rework.recorded": Kind(
        {**KEYS, "qty_rework": PARTS, "defect_code": DEFECT, "target_op": NAME}, quantities=frozenset({"qty_rework"})
    ),
    "material.consumed": Kind(
        {**KEYS, "qty": QUANTITY, "bom_line": NAME, "reason.code": _code("deviations")}, quantities=frozenset({"qty"})
    ),
    "material.issued": MOVEMENT,
    "material.returned": MOVEMENT,
    "lot.loaded": Kind({**LOT, "reason.code": _code("deviations")}),
    "lot.unloaded": Kind({**KEYS, "qty_left": NUMBER}, voidable=False),
    "lot.moved": Kind({**KEYS, "qty": QUANTITY, "from_place": NAME, "to_place": NAME}),
    "quality.checked": Kind(
        {**KEYS, "value": NUMBER, "result": _word("pass", "fail"), "defect_code": DEFECT, "place": NAME}
    ),
    "quality.check_skipped": Kind({"comment": TEXT, "reason.code": _code("skips")}, voidable=False),
    "genealogy.linked": Kind(
        {**ORDER, "children": Field(_children)},
        voidable=False,
    ),
    "labor.signed_on": Kind({"operator_id": NAME, "activity": ACTIVITY}),
    "labor.signed_off": Kind({"operator_id": NAME, "activity": ACTIVITY}),
    "labor.recorded": Kind({**ORDER, "operator_id": NAME, "activity": ACTIVITY, "start": INSTANT, "end": INSTANT}),
    "operation.started": OPERATION,
    "operation.paused": OPERATION,
    "operation.resumed": OPERATION,
    "operation.partially_completed": OPERATION,
    "operation.completed": OPERATION,
    "operation.stopped": OPERATION,
    "operation.aborted": OPERATION,
    "operation.attached": Kind({"comment": TEXT}, voidable=False),
    "deviation.recorded": Kind({"comment": TEXT}, voidable=False),
    "nc.raised": Kind({"comment": TEXT, "cause": _code("causes"), "place": NAME}, voidable=False),
    "nc.dispositioned": Kind({"comment": TEXT, "corrective_action": TEXT}, voidable=False),
    "hold.placed": Kind({"comment": TEXT, "reason.code": _code("holds")}, voidable=False),
    "shift.note_recorded": Kind({"text": Field(words.needed), "owner": NAME, "due": INSTANT}),
    "shift.note_closed": Kind({"comment": TEXT}),
    "call.raised": Kind({"comment": SHORT}),
    "call.answered": Kind({"comment": TEXT}),
    "hold.released": Kind({"comment": TEXT}, voidable=False),
}
"""Whatever does not stand here is not corrected by `fact.corrected`."""
INSTEAD: Mapping[str, str] = {
    "stop": "Give it a reason, split, merge or edit the stop instead.",
    "quantity": "Adjust the quantity again instead.",
    "fact": "Correct the fact itself again instead.",
    "discrepancy": "Resolve it instead.",
    "setup": "Say of its parts what they are instead.",
    "shift.handover": "Sign it anew instead.",
}
"""What to do about facts of a type or a family that has its own edits."""


def kind_of(type_name: str) -> Kind:
    """What may be corrected of facts of a type.

    Raises:
        EntryRefusedError: nothing.
    """
    known = CORRECTABLE.get(type_name)
    if known is None:
        of_family = INSTEAD.get(type_name.partition(".")[0], "It says what the agent itself saw or did.")
        instead = INSTEAD.get(type_name, of_family)
        raise EntryRefusedError("NOT_CORRECTABLE", f"A fact '{type_name}' cannot be corrected. {instead}")
    return known


def field_of(kind: Kind, type_name: str, path: str) -> Field:
    """What may stand at a path.

    Raises:
        EntryRefusedError: nothing that may be corrected.
    """
    known = kind.fields.get(path)
    if known is None:
        raise EntryRefusedError(
            "NOT_CORRECTABLE",
            f"'{path[:40]}' of a fact '{type_name}' cannot be corrected; expected one of {', '.join(kind.fields)}.",
        )
    return known

"""What may leave the PC in a support archive: what is typed to hold no secret, and nothing else.

Numbers, switches, instants and words of a closed list are shown, and so are texts whose type is a name of the plant or
that stand in `SHOWN`. Any other text is told by its length alone: a password in a field that is not made for one, a
badge in a pattern or a PIN in a comment does not pass. Sentences of ours pass without what they quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from agent.core.settings_base import Area, Id, NodeId, ZoneName

NAMES: Final = frozenset(one for kind in (Id, Area, NodeId, ZoneName) for one in get_args(kind)[1:])
"""What marks a text as a name of the plant."""
SHOWN: Final[Mapping[str, frozenset[str]]] = {
    "OpcUaSettings": frozenset({"endpoint"}),
    "ModbusSettings": frozenset({"host"}),
    "MesSettings": frozenset({"host"}),
    "ScannerSettings": frozenset({"host", "prefix", "suffix"}),
    "AttributeSettings": frozenset({"object", "name"}),
    "PeopleSettings": frozenset({"rights"}),
    "Keys": frozenset({"wc_id", "order_id", "op_no", "item_id"}),
    "ShiftKeys": frozenset({"shift_id", "business_date", "crew_id"}),
    "Reason": frozenset({"code", "dir", "rev"}),
    "Counter": frozenset({"name"}),
    "AgentStarted": frozenset({"version", "instance"}),
    "ConfigChanged": frozenset({"hash", "former_hash", "changed", "needs_restart"}),
    "LinkChanged": frozenset({"device", "reader", "detail"}),
    "AgentView": frozenset({"version", "agent_id", "site", "instance", "epoch", "time_zone"}),
    "ConfigView": frozenset({"path", "hash", "needs_restart"}),
    "AlarmView": frozenset({"code", "text"}),
    "UplinkView": frozenset({"detail"}),
    "DiscrepancyView": frozenset({"discrepancy_id", "wc_id", "order_id", "owner_role"}),
    "WorkCenterView": frozenset({"wc_id", "link_reason", "readers_down", "uom"}),
    "OrderView": frozenset({"order_id", "op_no", "item_id"}),
    "StopView": frozenset({"reason_code"}),
    "EventView": frozenset({"type"}),
}
"""By model, its descendants included, the fields of free text that are shown, scrubbed."""
DROPPED: Final = frozenset(
    {"reasons", "reason_groups", "lists", "crew", "notes", "calls", "last_scan", "badge_pattern"}
)
"""Of views: long lists, and people."""
_WORD: Final = re.compile(r"[0-9A-Za-z-]*[0-9]{6,}[0-9A-Za-z-]*")
_UUID: Final = re.compile(r"([a-z]{3}-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH: Final = re.compile("[0-9a-f]{8}|[0-9a-f]{64}")
"""Runs and epochs of an agent; hashes."""
_QUOTED: Final = re.compile(
    r"""(found )('(?:\\.|[^\\])*?'(?=[\s:;,.)]|$)|"(?:\\.|[^\\])*?"(?=[\s:;,.)]|$)|'[^']*'|"[^"]*")""", re.DOTALL
)
"""A wrong value as Python quotes it: with both kinds of quotes in it one kind has a backslash before it."""
_USER: Final = re.compile(r"(?<=//)[^/@\s]*@|^[^/@\s]+@")


def scrubbed(text: str) -> str:
    """A sentence without what it quotes of a wrong value, long numbers with their words, and users in addresses."""
    plain = _USER.sub("", _QUOTED.sub(r"\1'…'", text))
    return _WORD.sub(lambda word: word[0] if _UUID.fullmatch(word[0]) else "######", plain)


def redacted(model: BaseModel) -> dict[str, Any]:
    """What may be shown of a model, as JSON has it."""
    listed = frozenset[str]().union(*(SHOWN.get(kind.__name__, ()) for kind in type(model).__mro__))
    shown: dict[str, Any] = {}
    for key, field in type(model).model_fields.items():
        if key not in DROPPED:
            value = getattr(model, key)
            # What is shipped is known to everybody.
            is_default = value == field.get_default(call_default_factory=True, validated_data={})
            shown[key] = _value(value, is_open=is_default or _is_open(field), listed=key in listed)
    return shown


def _value(value: Any, *, is_open: bool, listed: bool) -> Any:  # noqa: ANN401 - whatever models hold
    match value:
        case BaseModel():
            return redacted(value)
        case None | bool() | int() | float() | Enum() | Path() | Decimal() | date() | time():
            return to_jsonable_python(value)
        case str():
            if listed and not _HASH.fullmatch(value):
                return scrubbed(value)
            return value if is_open or listed else f"({len(value)} characters)"
    return _many(value, is_open=is_open, listed=listed)


def _many(value: Any, *, is_open: bool, listed: bool) -> Any:  # noqa: ANN401 - as above
    match value:
        case dict() if is_open or listed or _holds_models(value):
            return {str(key): _value(one, is_open=is_open, listed=listed) for key, one in value.items()}
        case tuple() | list() | frozenset():
            return [_value(one, is_open=is_open, listed=listed) for one in value]
        case dict():
            return f"({len(value)} entries)"
    return f"({type(value).__name__})"


def _holds_models(value: dict[Any, Any]) -> bool:
    """Whether its keys are words of a closed list or names, as where tables are held by name."""
    return bool(value) and all(isinstance(one, BaseModel) for one in value.values())


def _is_open(field: FieldInfo) -> bool:
    """Whether every text that a field can hold is a name of the plant or of a closed list."""
    leaves = list(_texts(field.annotation, any(one in NAMES for one in field.metadata if _is_mark(one))))
    extra = field.json_schema_extra
    is_instant = isinstance(extra, dict) and extra.get("format") == "date-time"
    return is_instant or (bool(leaves) and all(leaves))


def _texts(hint: Any, named: bool) -> Iterator[bool]:  # noqa: ANN401, FBT001 - a type, and whether it was marked
    """For each text in a type whether it is a name or of a closed list."""
    if hint is str:
        yield named
    elif get_origin(hint) is Literal:
        yield True
    elif hasattr(hint, "__metadata__"):
        yield from _texts(hint.__origin__, named or any(one in NAMES for one in hint.__metadata__ if _is_mark(one)))
    else:
        for argument in get_args(hint):
            yield from _texts(argument, named)


def _is_mark(one: object) -> bool:
    return isinstance(one, AfterValidator)

"""How units and lots made at a work center are numbered, taken and decided on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator

from agent.core.facts import NcDisposition
from agent.core.settings_base import Section

_FIELD = re.compile(r"\{(?:(wc|order|op|item)|n(?::0([1-9][0-9]?))?)\}")


def _checked_template(value: str) -> str:
    bare = _FIELD.sub("", value)
    if "{" in bare or "}" in bare:
        raise ValueError("expected the fields {wc}, {order}, {op}, {item} and {n}, the number also as {n:06}")
    if not any(found.group(1) is None for found in _FIELD.finditer(value)):
        raise ValueError("expected {n} in it, without which every number would be the same")
    return value


Template: TypeAlias = Annotated[str, AfterValidator(_checked_template)]
DISPOSITIONS: Mapping[str, NcDisposition] = {
    "repair": "repair",
    "write_off": "write_off",
    "retest": "retest",
    "use_as_is": "use_as_is",
}


def rendered(template: str, names: Mapping[str, str], number: int) -> str:
    """A serial or a lot by its template.

    Args:
        template: as configured.
        names: `wc`, `order`, `op` and `item`.
        number: counts what was issued here.
    """

    def filled(found: re.Match[str]) -> str:
        if found.group(1) is not None:
            return names.get(found.group(1), "")
        return str(number).zfill(int(found.group(2) or 1))

    return _FIELD.sub(filled, template)


class UnitSettings(Section):
    """How units and lots made here are numbered, taken and decided on."""

    serial_template: Template = "{wc}-{n:06}"
    """Serials issued here, where the item's serials are issued by the agent; n counts them for ever."""
    lot_template: Template = "{wc}-L{n:05}"
    """Lots issued here, where the item's lots are issued by the agent; n counts them for ever."""
    duplicate_serial: Literal["raise", "refuse", "ignore"] = "raise"
    """What becomes of a serial that was made for another order: it is taken and raised, refused, or taken."""
    retest: Literal["scan", "check"] = "scan"
    """What says that a unit in rework is good again: that it is scanned again, or that its check passes."""
    supervisor_decides: tuple[NcDisposition, ...] = ("write_off", "use_as_is")
    """Dispositions of what does not conform that only a supervisor may decide."""

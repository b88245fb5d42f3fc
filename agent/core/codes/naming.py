"""What a code with elements names: a unit before its lot before a logistic unit before an order before an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.reading import Code, Flaw
from agent.core.facts import ScanMeaning
from agent.core.sentences import say
from agent.core.values import replace

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Things:
    """Whatever a code names, each by itself."""

    serial: str | None = None
    lot: str | None = None
    plate: str | None = None
    of_site: Mapping[str, str] = field(default_factory=dict)
    """By kind what elements with a meaning of the site's own name."""


def by_site(values: Mapping[str, str], settings: CodeSettings) -> dict[str, str]:
    """By kind what elements with a meaning of the site's own name."""
    found: dict[str, str] = {}
    for key, kind in settings.elements.items():
        if key in values:
            found.setdefault(kind, values[key])
    return found


def named(said: Code, things: Things, values: Mapping[str, str]) -> Code | Flaw:
    """The most exact thing that a code names.

    Args:
        said: what the code says of it, whatever it is.
        things: that it names.
        values: its elements, for the sentence that none of them means anything.
    """
    of_site = things.of_site
    said = replace(said, order=said.order or of_site.get("order"), operation=of_site.get("operation"))
    serial = things.serial or of_site.get("serial")
    lot = things.lot or of_site.get("lot")
    named_most_exactly_first: tuple[tuple[ScanMeaning, str | None], ...] = (
        ("serial", serial),
        ("lot", lot),
        ("lpn", things.plate),
        ("operation", said.operation),
        ("order", said.order),
        ("tool", of_site.get("tool")),
        ("location", of_site.get("location")),
        ("item", said.gtin or said.item),
    )
    for kind, identity in named_most_exactly_first:
        if identity is not None:
            found = replace(said, kind=kind, identity=identity, lot=lot if kind == "serial" else None)
            return _operation_without_order(identity) if kind == "operation" and said.order is None else found
    return Flaw(
        "UNKNOWN_CODE",
        say(
            "The code says {elements}, and none of it means anything at this site. Scan the label's other code.",
            elements=" ".join(f"({key}){value}" for key, value in values.items())[:_SHOWN],
        ),
    )


def _operation_without_order(operation: str) -> Flaw:
    return Flaw(
        "MALFORMED",
        say(
            "The code names operation {operation} and no order. Scan the code of the order.",
            operation=operation[:_SHOWN],
        ),
    )

"""Who owns which object, how it reaches us, and which facts are about it (requirements 1 to 13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.core.directories.kinds import KINDS
from agent.core.facts import FACT_TYPES

COPIED = "agent.directory_applied"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A kind of object that the MES hands out."""

    what: str
    owner: str
    """By custom; each message says its own."""
    raises: tuple[str, ...] = ()
    """Discrepancies about it."""


FOREIGN: Mapping[str, Foreign] = {
    "orders": Foreign(
        "operation of an order, as released",
        "ERP, MES",
        ("order_unknown", "order_not_released", "directory_code_unknown", "stale_version", "over_quantity"),
    ),
    "figures": Foreign("the MES's own figures of a shift", "MES", ("reconciliation_difference",)),
    "items": Foreign("item", "ERP", ("directory_code_unknown",)),
    "boms": Foreign("bill of materials, in versions", "ERP", ("stale_version", "consumption_over_norm")),
    "norms": Foreign("planned times, in versions", "ERP", ("stale_version",)),
    "routes": Foreign("route, in versions", "ERP", ("stale_version", "operation_out_of_sequence")),
    "checks": Foreign("control characteristics, in versions", "QMS", ()),
    "lots": Foreign("lot of material", "ERP, warehouse", ("lot_unresolved", "lot_on_hold_used")),
    "lpns": Foreign("license plate: what a logistic unit holds", "warehouse", ("lpn_unresolved",)),
    "reasons": Foreign("reasons of stops", "MES", ("directory_code_unknown",)),
    "operators": Foreign("people", "HR, MES", ("directory_code_unknown",)),
    "resources": Foreign("tools, crews and work centers, and whether they can be used", "MES", ()),
    "defects": Foreign("codes of defects", "QMS"),
    "causes": Foreign("causes of defects", "QMS"),
    "corrections": Foreign("reasons of corrections", "MES"),
    "deviations": Foreign("reasons of deviations", "MES"),
    "skips": Foreign("reasons why a check was skipped", "QMS"),
    "holds": Foreign("reasons of holds", "QMS"),
    "interruptions": Foreign("reasons why an operation was interrupted", "MES"),
    "returns": Foreign("reasons why material was returned", "MES"),
    "uoms": Foreign("units of measure", "ERP", ("directory_code_unknown",)),
    "operations": Foreign("kinds of operations", "ERP"),
    "calendar": Foreign("working time", "MES"),
    "alarms": Foreign("what alarms of machines mean", "MES"),
}
"""By the first word of their names."""

OWN: Mapping[str, tuple[str, ...]] = {
    "execution of an operation": ("operation", "setup"),
    "condition of a machine": ("machine", "speed", "signal"),
    "stop": ("stop",),
    "quantity produced": ("output", "scrap", "quantity", "rework"),
    "unit with a serial, and its genealogy": ("serial", "genealogy"),
    "material at the line": ("lot", "material"),
    "nonconformance": ("nc",),
    "quality check, hold": ("quality", "hold"),
    "labor": ("labor",),
    "shift as it was worked, its notes and handover": ("shift",),
    "call for help": ("call",),
    "deviation from plan, norm or route": ("deviation",),
    "discrepancy": ("discrepancy",),
    "correction of a fact": ("fact",),
    "figures for reconciliation": ("reconciliation",),
    "scan": ("scan",),
    "the agent itself": ("agent", "link", "clock", "storage", "detail"),
}
"""What is born here, with the families of the facts about it."""

HEAD = """<!-- Made from agent/core/contract/ownership.py by `make generated`; do not edit. -->
# Who owns what

Each object has one owner. What others own is here as a read-only copy: it changes by a message of its owner and in no
other way, and each copy says its owner, revision, effective date and hash (`lineside directories`). What is born on the
floor is ours: a fact is never edited, here or elsewhere, and is corrected by another fact that names it.
[directories.md](directories.md) shows how an owner hands an object out; schemas are in [schemas](schemas).

## Objects of others

| object | owner | our copy | changes come by | facts about it | discrepancies about it |
|---|---|---|---|---|---|
"""
BETWEEN = """
Material moves by a fact of ours in the state `proposed`; the owner of the accounts confirms or rejects it
(`material.movement_settled`). The business status of an order is its owner's, its execution status is ours.

## Objects of ours

| object | owner | kept | told by | facts about it |
|---|---|---|---|---|
"""


def as_markdown() -> str:
    """The page `docs/data-ownership.md`."""
    return HEAD + "\n".join(_foreign()) + "\n" + BETWEEN + "\n".join(_own()) + "\n"


def facts_of(families: tuple[str, ...]) -> list[str]:
    """The types of facts of these families."""
    return [fact.TYPE for fact in FACT_TYPES if fact.TYPE.partition(".")[0] in families]


def _foreign() -> Iterator[str]:
    whose = {"center": "a work center's", "site": "the site's", "either": "the site's or a work center's"}
    for kind in KINDS.values():
        one = FOREIGN[kind.head]
        copy = f"read-only, {whose[kind.scope]}, with history"
        topics = " or ".join(f"`dir/{topic}`" for topic in kind.topics)
        topics += f", or `dir/{kind.head}/parts/{{n}}` with `dir/{kind.head}/manifest`" if kind.in_parts else ""
        raises = ", ".join(f"`{code}`" for code in one.raises) or "none"
        yield f"| {one.what} | {one.owner} | {copy} | {topics} | `{COPIED}` | {raises} |"


def _own() -> Iterator[str]:
    for what, families in OWN.items():
        facts = ", ".join(f"`{name}`" for name in facts_of(families))
        yield f"| {what} | this agent | journal | `evt/{{family}}`, append-only | {facts} |"

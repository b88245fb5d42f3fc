"""Machines whose day is written down to the second, and the objects of the MES that go with them."""

from __future__ import annotations

from simulators.script import Counter, Episode, Script
from tests.floor.plant import Document

NEVER = 1e9


def a_script(wc_id: str, *episodes: Episode, cycle_s: float, length_s: float) -> Script:
    """A machine without rejects and without small jams: what it makes can be worked out by hand."""
    return Script(
        wc_id=wc_id,
        seed=1,
        cycle_s=cycle_s,
        scrap_share=0.0,
        total=Counter(start=1000, modulus=2**31),
        scrap=Counter(start=0, modulus=2**16),
        episodes=episodes,
        micro_every_s=NEVER,
        length_s=length_s,
    )


def an_order(order_id: str, **changed: object) -> Document:
    """An order as the MES publishes it to a work center."""
    return {
        "order_id": order_id,
        "op_no": "10",
        "item_id": "BOX",
        "qty_planned": "100",
        "uom": "EA",
        "release_status": "released",
        "bom_version": "3",
        "route_version": "2",
        "norm_version": "1",
        **changed,
    }


def codes(*known: str) -> Document:
    """A list of codes."""
    return {"codes": [{"code": code, "text": {"en": code.capitalize()}} for code in known]}


def versions(name: str, version: str, **rest: object) -> list[Document]:
    """The only version of something, long in force."""
    return [{name: version, "effective_from": "2026-01-01T00:00:00Z", **rest}]

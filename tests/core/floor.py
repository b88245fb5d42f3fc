"""A work center with orders, a bill of materials and lots, as the MES sent them, and people who load and use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from agent.core.codes.code_settings import CodeSettings
from agent.core.directories import Bom, CodeList, Directories, Item, Lot, Resources
from agent.core.machine_settings import Role
from agent.core.materials.material_settings import MaterialSettings
from agent.core.observations import EntryRole
from agent.core.settings import FloorRules
from agent.core.shifts.calendar_settings import CalendarSettings
from agent.core.station import Station
from agent.core.station_setup import UTC as ZONE
from agent.core.views import Reply
from tests.core.build import (
    EXECUTE,
    PROVENANCE,
    T0,
    Story,
    a_machine,
    a_plan,
    a_story,
    alive,
    an_order,
    clock,
    entry,
    read,
    scan,
    up,
    watched,
)

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def a_line(line: str, item_id: str, qty_per: str = "1", **more: object) -> dict[str, object]:
    """A component of the bill of materials."""
    return {"line": line, "item_id": item_id, "qty_per": qty_per, "uom": "EA", **more}


def a_substitute(item_id: str, **more: object) -> dict[str, object]:
    return {"item_id": item_id, **more}


def a_bom(*lines: Mapping[str, object], bom_version: str = "B1", item_id: str = "BOTTLE") -> Bom:
    version = {"bom_version": bom_version, "effective_from": LONG_AGO, "lines": lines}
    return Bom.model_validate({"rev": "1", "item_id": item_id, "versions": [version]})


def a_lot(lot_id: str, item_id: str, **more: object) -> Lot:
    return Lot.model_validate({"rev": "1", "lot_id": lot_id, "item_id": item_id, "uom": "EA", **more})


def after(at: float) -> str:
    """The instant, as the MES writes it."""
    return clock(at)


def a_floor(
    *lines: Mapping[str, object],
    lots: Iterable[Lot] = (),
    items: Iterable[tuple[str, str]] = (),
    deviations: Iterable[str] = (),
    centers: Iterable[str] = (),
) -> Directories:
    """What the MES sent: order PO-1 of 100 bottles and PO-2, with components and lots."""
    orders = [an_order(order_id, bom_version="B1") for order_id in ("PO-1", "PO-2")]
    plan = a_plan(*orders)
    codes = [{"code": code, "text": {"en": code}} for code in deviations]
    centers_known = [{"resource_id": name, "kind": "work_center"} for name in centers]
    return replace(
        plan,
        boms={"BOTTLE": a_bom(*lines)} if lines else {},
        lots={lot.lot_id: lot for lot in lots},
        items={name: Item(rev="1", item_id=name, uom=uom) for name, uom in items},
        lists={"deviations": CodeList.model_validate({"rev": "4", "codes": codes})} if codes else {},
        resources=Resources.model_validate({"rev": "1", "resources": centers_known}) if centers_known else None,
    )


def a_center(rules: MaterialSettings | None = None, pattern: CalendarSettings | None = None) -> Station:
    """A machine with a state and a counter, where material is checked as these rules say."""
    machine = a_machine(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP)
    floor = FloorRules(rules or MaterialSettings())
    return Station.new(machine, CodeSettings(), PROVENANCE, pattern, ZONE, floor)


class Floor:
    """A work center in operation, with a clock of its own."""

    def __init__(
        self, plan: Directories, rules: MaterialSettings | None = None, pattern: CalendarSettings | None = None
    ) -> None:
        self.station = a_center(rules, pattern)
        begin = watched(packml_state=EXECUTE, total=0, scrap=0)
        self.story: Story = a_story(*begin, station=self.station, plan=plan)
        self.at = 0.0
        self.total = 0
        self.scrap = 0

    def start(self, order_id: str = "PO-1") -> None:
        self.say("start_operation", order_id=order_id)

    def make(self, parts: int, scrap: int = 0) -> None:
        """So many parts, rejects among them, one a second."""
        for number in range(parts):
            self.at += 1.0
            self.total += 1
            self.scrap += number < scrap
            self.story.hear(read(self.at, total=self.total, scrap=self.scrap), up(self.at))
        self.wait(3.0)

    def wait(self, seconds: float) -> None:
        self.story.hear(*alive(self.at, self.at + seconds))
        self.at += seconds

    def say(self, action: str, /, *, role: EntryRole = "operator", **arguments: str) -> Reply:
        """The answer to an entry."""
        self.at += 1.0
        said = replace(entry(self.at, action, **arguments), role=role)
        reply = self.story.observe(said).reply
        assert reply is not None
        return reply

    def scan(self, text: str) -> Reply:
        self.at += 2.0
        reply = self.story.observe(scan(self.at, text)).reply
        assert reply is not None
        return reply

    def restart(self) -> None:
        """The agent is killed and comes back."""
        self.story.station = self.station.restored(self.story.station.snapshot())


def instant_of(at: float) -> datetime:
    return datetime.fromtimestamp(T0 + at, UTC)

"""What people are shown of materials: what is left in the lots, what the order still needs, movements not settled."""

from __future__ import annotations

from decimal import Decimal

from agent.core.materials.material_settings import MaterialSettings
from agent.core.materials.material_view import ComponentView, LotView, MovementView
from agent.core.station_view import view
from agent.core.work_center_view import WorkCenterView
from tests.core.build import T0, clock
from tests.core.floor import Floor, a_floor, a_line, a_lot

BOARD = a_line("10", "BOARD")
CABLE = a_line("20", "CABLE", "0.5", uom="M")
LABEL = a_line("30", "LABEL", lot_required=False)
LOTS = (a_lot("B1", "BOARD", qty="8", expires=clock(900.0)), a_lot("B2", "BOARD", qty="90", expires=clock(800.0)))


def a_place() -> Floor:
    floor = Floor(a_floor(BOARD, CABLE, LABEL, lots=LOTS), MaterialSettings(fifo_warning="off"))
    floor.start()
    return floor


def shown(floor: Floor) -> WorkCenterView:
    return view(floor.story.station, floor.story.plan, T0 + floor.at)


def component(floor: Floor, line: str) -> ComponentView:
    return next(one for one in shown(floor).components if one.bom_line == line)


def test_a_lot_is_shown_with_what_is_left_in_it_by_now() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="B1", place="FEEDER-1")
    loaded = floor.at
    floor.make(3)
    assert shown(floor).loaded == (
        LotView(
            lot_id="B1",
            item_id="BOARD",
            bom_line="10",
            is_substitute=False,
            left=Decimal(5),
            uom="EA",
            place="FEEDER-1",
            since=clock(loaded),
            expires=clock(900.0),
        ),
    )


def test_a_component_is_short_until_enough_of_it_is_loaded() -> None:
    floor = a_place()
    assert component(floor, "10").short
    floor.say("load_lot", lot_id="B1")
    floor.make(5)
    seen = component(floor, "10")
    assert (seen.required, seen.remaining, seen.lots, seen.short) == (Decimal(95), Decimal(3), ("B1",), True)
    floor.say("load_lot", lot_id="B2")
    seen = component(floor, "10")
    assert (seen.remaining, seen.lots, seen.expires, seen.short) == (Decimal(93), ("B1", "B2"), clock(800.0), True)
    floor.make(3)
    assert (component(floor, "10").required, component(floor, "10").remaining) == (Decimal(92), Decimal(90))


def test_a_lot_of_unknown_quantity_is_enough_and_no_lot_is_needed_where_none_is_asked_for() -> None:
    floor = a_place()
    assert component(floor, "20").short
    floor.scan("LOT:C9:CABLE")
    seen = component(floor, "20")
    assert (seen.required, seen.remaining, seen.short) == (Decimal(50), None, False)
    assert not component(floor, "30").short


def test_without_an_order_nothing_is_needed() -> None:
    floor = a_place()
    floor.say("complete_operation")
    assert (shown(floor).components, shown(floor).loaded) == ((), ())


def test_movements_that_are_not_confirmed_are_shown() -> None:
    floor = a_place()
    floor.say("issue_material", lot_id="B1", qty="4")
    (moved,) = shown(floor).movements
    assert moved == MovementView(
        movement_id=moved.movement_id,
        kind="issue",
        item_id="BOARD",
        lot_id="B1",
        qty=Decimal(4),
        uom="EA",
        time=clock(floor.at),
        state="proposed",
        answer="",
    )

"""Lots are loaded, checked against what the MES said, unloaded and moved (domain.md F6; requirements 27, 29, 40)."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from decimal import Decimal
from hashlib import sha512
from pathlib import Path

import pytest

from agent.core.facts import (
    Child,
    Deviation,
    DeviationRecorded,
    DiscrepancyRaised,
    LotLoaded,
    LotMoved,
    LotUnloaded,
    Reason,
)
from agent.core.identity import IdBlock
from agent.core.materials.lot_checks import CODES
from agent.core.materials.material_settings import MaterialSettings
from agent.core.materials.materials import children
from agent.core.shifts.calendar import NO_CALENDAR
from agent.core.turn_bounds import Around, begin
from tests.core.build import FIRST_ID, T0, WC
from tests.core.floor import Floor, a_floor, a_line, a_lot, a_substitute, after

BOARD = a_line("10", "BOARD", substitutes=[a_substitute("BOARD-B"), a_substitute("BOARD-C", approved=False)])
CABLE = a_line("20", "CABLE", "2", op_no="20")
LOTS = (
    a_lot("L1", "BOARD", qty="10", received=after(-200)),
    a_lot("L2", "BOARD", received=after(-300)),
    a_lot("LB", "BOARD-B"),
    a_lot("LC", "BOARD-C"),
    a_lot("LX", "SCREW"),
    a_lot("LK", "CABLE"),
    a_lot("HELD", "BOARD", status="restricted"),
    a_lot("OLD", "BOARD", expires=after(-1)),
    a_lot("NIL", "BOARD", qty="0"),
    a_lot("FAR", "BOARD", place="WC-2"),
)


def a_place(rules: MaterialSettings | None = None, *, deviations: tuple[str, ...] = ()) -> Floor:
    floor = Floor(a_floor(BOARD, CABLE, lots=LOTS, deviations=deviations, centers=["WC-2"]), rules)
    floor.start()
    return floor


def loaded(floor: Floor) -> LotLoaded:
    """The last one."""
    found = floor.story.of(LotLoaded)[-1]
    assert isinstance(found, LotLoaded)
    return found


def test_a_lot_of_a_component_is_loaded_for_its_line() -> None:
    floor = a_place()
    reply = floor.scan("LOT:L2:BOARD")
    fact = loaded(floor)
    assert (reply.accepted, reply.message) == (True, "Lot L2 loaded.")
    assert (fact.keys.lot_id, fact.keys.item_id, fact.bom_line, fact.uom) == ("L2", "BOARD", "10", "EA")
    assert (fact.check_result, fact.validated, fact.is_substitute) == ("ok", "offline", False)
    assert fact.scan_text == "LOT:L2:BOARD"


def test_without_directories_every_lot_is_loaded_and_says_that_nothing_was_checked() -> None:
    floor = Floor(a_floor())
    assert floor.scan("LOT:ANY:THING").accepted
    assert (loaded(floor).check_result, loaded(floor).validated) == ("ok", "skipped")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("LOT:LX:SCREW", "NOT_IN_BOM"),
        ("LOT:L1:CABLE", "WRONG_ITEM"),
        ("LOT:LC:BOARD-C", "SUBSTITUTE_NOT_APPROVED"),
        ("LOT:LB:BOARD-B", "SUBSTITUTE_NEEDS_REASON"),
        ("LOT:HELD:BOARD", "LOT_ON_HOLD"),
        ("LOT:OLD:BOARD", "LOT_EXPIRED"),
    ],
)
def test_what_would_make_a_wrong_product_is_refused_with_its_code(text: str, code: str) -> None:
    floor = a_place()
    reply = floor.scan(text)
    assert (reply.accepted, reply.code) == (False, code)
    assert floor.story.of(LotLoaded) == []
    assert floor.story.station.state.materials.lots == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("LOT:NOBODY-KNOWS:BOARD", "UNKNOWN_LOT"),
        ("LOT:LK:CABLE", "WRONG_OP"),
        ("LOT:NIL:BOARD", "LOT_EMPTY"),
        ("LOT:FAR:BOARD", "WRONG_WC"),
        ("LOT:L1:BOARD", "FIFO_WARNING"),
    ],
)
def test_what_may_be_right_is_loaded_and_warned_of(text: str, code: str) -> None:
    floor = a_place()
    reply = floor.scan(text)
    assert reply.accepted
    assert len(reply.message) > len("Lot X loaded.") + 10
    assert loaded(floor).check_result == code


def test_an_unknown_lot_is_raised_for_somebody_to_resolve() -> None:
    floor = a_place()
    floor.scan("LOT:NEW:BOARD")
    (raised,) = floor.story.of(DiscrepancyRaised)
    assert isinstance(raised, DiscrepancyRaised)
    assert (raised.code, raised.evidence) == ("lot_unresolved", {"lot_id": "NEW", "item_id": "BOARD"})


def test_every_code_is_configured_block_warn_or_off() -> None:
    rules = MaterialSettings()
    assert {rules.of(code) for code in CODES} == {"block", "warn", "off"}


@pytest.mark.parametrize("code", ["NO_ORDER", "NO_OPERATOR", "NOT_VALIDATED_OFFLINE"])
def test_a_check_that_is_off_can_be_made_to_block(code: str) -> None:
    floor = Floor(a_floor(), MaterialSettings.model_validate({code.lower(): "block"}))
    assert floor.scan("LOT:L1:BOARD").code == code
    assert Floor(a_floor()).scan("LOT:L1:BOARD").accepted


def test_a_check_that_is_off_is_not_told() -> None:
    floor = a_place(MaterialSettings(fifo_warning="off"))
    floor.scan("LOT:L1:BOARD")
    assert loaded(floor).check_result == "ok"


def test_a_supervisor_overrides_with_a_reason_and_that_is_a_deviation() -> None:
    floor = a_place()
    assert floor.say("load_lot", lot_id="HELD", override="LOT_ON_HOLD").code == "NEEDS_SUPERVISOR"
    assert floor.say("load_lot", lot_id="HELD", override="LOT_ON_HOLD", role="supervisor").code == "REASON_NEEDED"
    assert floor.say("load_lot", lot_id="HELD", override="LOT_ON_HOLD", reason="TRIAL", role="supervisor").accepted
    told = floor.story.of(DeviationRecorded)
    assert [(one.rule, one.deviation.kind, one.keys.lot_id) for one in told] == [("LOT_ON_HOLD", "lot", "HELD")]
    assert told[0].deviation.reason == Reason(code="TRIAL", dir="deviations", rev=None)
    assert loaded(floor).check_result == "LOT_ON_HOLD"
    codes = [fact.code for fact in floor.story.of(DiscrepancyRaised) if isinstance(fact, DiscrepancyRaised)]
    assert codes == ["lot_on_hold_used"]


def test_an_override_is_of_the_codes_that_it_names_and_no_other() -> None:
    floor = a_place()
    reply = floor.say("load_lot", lot_id="OLD", override="LOT_ON_HOLD", reason="X", role="supervisor")
    assert reply.code == "LOT_EXPIRED"


def test_a_substitute_with_its_reason_is_a_deviation() -> None:
    floor = a_place(deviations=("SHORTAGE",))
    assert floor.say("load_lot", lot_id="LB", reason="WHIM").code == "UNKNOWN_REASON"
    assert floor.say("load_lot", lot_id="LB", reason="SHORTAGE").accepted
    fact = loaded(floor)
    assert (fact.is_substitute, fact.substitute_for, fact.bom_line, fact.check_result) == (True, "BOARD", "10", "ok")
    reason = Reason(code="SHORTAGE", dir="deviations", rev="4")
    (told,) = floor.story.of(DeviationRecorded)
    assert isinstance(told, DeviationRecorded)
    assert told.deviation == Deviation(kind="substitution", expected="BOARD", actual="BOARD-B", reason=reason)
    assert told.rule is None


def test_a_quantity_without_a_unit_or_in_another_one_is_refused() -> None:
    floor = a_place()
    assert floor.say("load_lot", lot_id="L2", qty="5", uom="KG").code == "WRONG_UOM"
    assert Floor(a_floor()).say("load_lot", lot_id="L2", qty="5").code == "NO_UOM"
    assert floor.say("load_lot", lot_id="L2", qty="5").accepted
    assert (loaded(floor).qty, loaded(floor).uom) == (Decimal(5), "EA")


def test_a_lot_is_unloaded_with_what_is_left_and_comes_back_with_it() -> None:
    floor = a_place(MaterialSettings(fifo_warning="off"))
    floor.say("load_lot", lot_id="L1")
    floor.make(3)
    assert floor.say("unload_lot", lot_id="L1").accepted
    (gone,) = floor.story.of(LotUnloaded)
    assert isinstance(gone, LotUnloaded)
    assert (gone.keys.lot_id, gone.qty_left, gone.uom, gone.cause) == ("L1", Decimal(7), "EA", "operator")
    floor.restart()
    floor.say("load_lot", lot_id="L1")
    assert loaded(floor).qty == Decimal(7)


def test_what_somebody_says_is_left_goes_before_what_was_reckoned() -> None:
    floor = a_place(MaterialSettings(fifo_warning="off"))
    floor.say("load_lot", lot_id="L1")
    floor.make(3)
    floor.say("unload_lot", lot_id="L1", qty_left="0")
    (gone,) = floor.story.of(LotUnloaded)
    assert isinstance(gone, LotUnloaded)
    assert (gone.qty_left, gone.cause) == (Decimal(0), "empty")
    floor.say("load_lot", lot_id="L1")
    assert loaded(floor).check_result == "LOT_EMPTY"


def test_both_lots_of_a_component_stay_until_the_first_is_known_to_be_empty() -> None:
    floor = a_place(MaterialSettings(fifo_warning="off"))
    floor.say("load_lot", lot_id="L1", qty="4")
    floor.make(2)
    floor.say("load_lot", lot_id="L2")
    assert floor.story.station.state.materials.lots == ("L1", "L2")
    floor.make(5)
    floor.say("load_lot", lot_id="FAR")
    assert floor.story.station.state.materials.lots == ("L2", "FAR")
    (gone,) = floor.story.of(LotUnloaded)
    assert isinstance(gone, LotUnloaded)
    assert (gone.keys.lot_id, gone.cause, gone.qty_left) == ("L1", "empty", Decimal(0))


def test_a_swap_says_that_the_other_one_is_empty() -> None:
    floor = a_place()
    assert floor.say("load_lot", lot_id="L2", swap="L9").code == "NOT_LOADED"
    floor.say("load_lot", lot_id="L2")
    floor.say("load_lot", lot_id="FAR", swap="L2")
    (gone,) = floor.story.of(LotUnloaded)
    assert isinstance(gone, LotUnloaded)
    assert (gone.keys.lot_id, gone.cause, gone.qty_left) == ("L2", "swap", Decimal(0))
    assert floor.story.station.state.materials.lots == ("FAR",)


def test_the_end_of_the_order_takes_its_lots_away() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="L2")
    floor.say("complete_operation")
    (gone,) = floor.story.of(LotUnloaded)
    assert isinstance(gone, LotUnloaded)
    assert (gone.cause, gone.qty_left) == ("order_end", None)
    assert floor.story.station.state.materials.loaded == ()


def test_a_lot_moves_between_places_loaded_or_not() -> None:
    floor = a_place()
    floor.say("move_lot", lot_id="FAR", to_place=WC)
    floor.say("load_lot", lot_id="L2", place="SHELF-1")
    assert floor.say("move_lot", lot_id="L2", to_place="SHELF-1").code == "SAME_PLACE"
    floor.say("move_lot", lot_id="L2", to_place="FEEDER-2")
    floor.say("move_lot", lot_id="L2", to_place="SCRAP", qty="2")
    moves = floor.story.of(LotMoved)
    assert [(one.keys.lot_id, one.from_place, one.to_place, one.qty) for one in moves] == [
        ("FAR", "WC-2", WC, None),
        ("L2", "SHELF-1", "FEEDER-2", None),
        ("L2", "FEEDER-2", "SCRAP", Decimal(2)),
    ]


def noise(length: int, *seed: object) -> str:
    """Letters of which no compression makes less."""
    return urlsafe_b64encode(sha512(repr(seed).encode()).digest())[:length].decode()


def test_a_snapshot_stays_small_whatever_is_loaded_used_and_moved() -> None:
    floor = a_place(MaterialSettings(not_in_bom="off"))
    for number in range(120):
        lot, item, uom = noise(64, number), noise(64, "item", number), noise(64, "uom", number)
        place = noise(64, "place", number)
        floor.say("load_lot", lot_id=lot, item_id=item, qty="12.345678", uom=uom, place=place)
        floor.say("consume", item_id=noise(64, "used", number), qty="1.234567", uom="M")
        floor.say("issue_material", item_id=noise(64, "moved", number), lot_id=lot, qty="1", uom="KG")
        floor.say("return_material", item_id=item, qty="1", uom=uom)
        if number % 3 == 2:
            floor.say("unload_lot", lot_id=floor.story.station.state.materials.lots[0])
        assert len(floor.story.station.snapshot()) <= 7_000


def test_what_is_loaded_goes_into_what_is_made() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="L2")
    station = floor.story.station
    around = Around(floor.story.plan, NO_CALENDAR)
    turn = begin(station.setup, station.state, T0 + floor.at, IdBlock(FIRST_ID), around)
    child = Child(item_id="BOARD", lot_id="L2", serial=None, qty=None, uom="EA", bom_line="10")
    assert children(turn) == (child,)


def test_the_page_has_every_code_with_its_default() -> None:
    page = Path(__file__).parents[2] / "docs" / "materials.md"
    rows = re.findall(r"^\| `([A-Z_]+)` \|[^|]*\| (block|warn|off) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(code, MaterialSettings().of(code)) for code in CODES]

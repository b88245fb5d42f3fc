"""The MES's objects at the agent: whose they are, from when they hold, and that nobody here changes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from agent.commands.client import get
from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.test_s4 import an_order

WC = "BENCH-1"
APPLIED = "agent.directory_applied"
NOTED = {"attribute": [{"object": "items/CAP-28", "name": "line_code", "value": "7"}]}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """A bench whose configuration notes something beside an item."""
    made = Made(machines=({"work_center": WC, "manual": True},), speed=10.0, beside=NOTED)
    with a_floor(made, tmp_path_factory.mktemp("bench")) as floor:
        yield floor


def asked(floor: Floor, path: str) -> Document:
    found: Document = json.loads(get(floor.folder / "agent.sock", path))
    return found


def copies(floor: Floor) -> dict[str, Document]:
    return {one["name"]: one for one in asked(floor, "/v1/directories")["directories"]}


def history(floor: Floor, name: str) -> list[tuple[str, str | None]]:
    found = asked(floor, f"/v1/directories/history?name={name}")["history"]
    return [(one["outcome"], one["rev"]) for one in reversed(found)]


def test_each_copy_says_its_owner_and_revision_and_what_is_noted_here_stands_beside_it(bench: Floor) -> None:
    bench.publish("items/CAP-28", {"item_id": "CAP-28", "uom": "EA", "owner": "ERP", "rev": "7"})
    cap = copies(bench)["items/CAP-28"]
    assert (cap["in_force"]["owner"], cap["in_force"]["rev"]) == ("ERP", "7")
    assert cap["attributes"] == [{"name": "line_code", "value": "7"}]
    [applied] = [one for one in bench.mes(APPLIED) if one["name"] == "items/CAP-28"]
    assert (applied["owner"], applied["rev"], applied["sha256"]) == ("ERP", "7", cap["in_force"]["sha256"])
    assert "line_code" not in json.dumps(asked(bench, "/v1/directories/history?name=items/CAP-28"))


def test_what_people_do_changes_no_copy_and_makes_no_item(bench: Floor) -> None:
    bench.publish("orders/PO-D1", an_order("PO-D1"), wc=WC)
    before = copies(bench)
    bench.enter(WC, "start_operation", order_id="PO-D1")
    bench.enter(WC, "report_good", qty="3")
    bench.scan(WC, "LOT:L-1:NO-SUCH-ITEM")
    bench.enter(WC, "complete_operation")
    assert copies(bench) == before


def test_a_new_version_is_in_force_from_its_effective_date_on_by_itself(bench: Floor) -> None:
    bench.publish("skips", {"rev": "1", "codes": [{"code": "A"}]})
    at = bench.clock.now() + timedelta(seconds=60)
    bench.publish("skips", {"rev": "2", "codes": [{"code": "B"}], "effective_from": at.isoformat()})
    found = copies(bench)["skips"]
    assert (found["in_force"]["rev"], [one["rev"] for one in found["scheduled"]]) == ("1", ["2"])
    bench.kill_agent()
    bench.start_agent()
    bench.until(lambda _: bool(copies(bench)["skips"]["in_force"]["rev"] == "2"), "the new version is in force")
    assert history(bench, "skips") == [("applied", "1"), ("scheduled", "2"), ("applied", "2")]
    bench.delivered()
    told = [(one["outcome"], one["rev"], one["supersedes"]) for one in bench.mes(APPLIED) if one["name"] == "skips"]
    assert told == [("applied", "1", None), ("scheduled", "2", "1"), ("applied", "2", "1")]


@pytest.mark.requirement(58)
def test_codes_that_differ_only_by_case_blanks_or_zeros_are_refused_and_told(bench: Floor) -> None:
    bench.publish("returns", {"codes": [{"code": "12"}, {"code": "0012"}]})
    [refused] = [one for one in bench.mes(APPLIED) if one["name"] == "returns"]
    assert refused["outcome"] == "refused"
    assert "'12' and '0012' differ only by case, blanks or leading zeros" in refused["detail"]
    assert "returns" not in copies(bench)
    bench.publish("uoms", {"codes": [{"code": "EA"}]})
    bench.publish("orders/PO-D2", an_order("PO-D2", uom="ea"), wc=WC)
    bench.delivered()
    raised = [one for one in bench.mes("discrepancy.raised", order_id="PO-D2") if one["evidence"]["field"] == "uom"]
    assert [one["code"] for one in raised] == ["directory_code_unknown"]
    assert (raised[0]["evidence"]["code"], raised[0]["evidence"]["known"]) == ("ea", "EA")
    assert "orders/PO-D2" in copies(bench), "it was taken as it is"


@pytest.mark.requirement(86)
def test_the_history_of_an_object_outlives_it(bench: Floor) -> None:
    bench.publish("holds", {"rev": "1", "codes": [{"code": "A"}]})
    bench.publish("holds", {"rev": "2", "codes": [{"code": "A"}, {"code": "B"}]})
    bench.publish("holds", {"rev": "3", "codes": "none"})
    bench.publish("holds", None)
    assert "holds" not in copies(bench)
    assert history(bench, "holds") == [("applied", "1"), ("applied", "2"), ("refused", None), ("withdrawn", None)]
    refused = asked(bench, "/v1/directories/history?name=holds")["history"][1]
    assert json.loads(refused["payload"])["codes"] == "none"

from __future__ import annotations

import hmac
import json
from pathlib import Path

import pytest

from simulators.mes.plan_file import read_plan
from simulators.mes.publishing import Directory
from simulators.mes.topics import Place

PLAN = """
reasons_rev = "3"
site_key_file = "key"

[[orders]]
area = "hall-1"
wc_id = "ASM-1"
order_id = "PO-1"
op_no = "10"
item_id = "DEVICE"
qty_planned = 20
norm_cycle_s = 60.5
release_status = "planned"
route = [{ op_no = "5", status = "completed" }]
trace = { lots = true, serials = true }

[[orders]]
area = "hall-1"
wc_id = "ASM-1"
order_id = "PO-1"
op_no = "20"
item_id = "DEVICE"
qty_planned = 20
norm_cycle_s = 30

[[reasons]]
code = "WAIT_TECH"
sticky = true

[boms.DEVICE]
versions = [{ bom_version = "3", effective_from = 2026-01-01T00:00:00Z, lines = [] }]

[lots."A/1"]
item_id = "BOARD"
qty = 20.5

[lpns.P-1]
item_id = "BOARD"

[defects]
codes = [{ code = "BOARD" }]

[operators]
operators = [{ operator_id = "7", name = "A. B.", badge = "0042" }]
"""


def with_key(folder: Path) -> None:
    (folder / "key").write_text("key-of-this-plant\n", encoding="utf-8")


def published(path: Path) -> dict[str, object]:
    directory = Directory(Place("acme", "ala1"), read_plan(path))
    return {topic.partition("ala1/")[2]: json.loads(payload) for topic, payload in directory}


def test_a_plan_file_names_its_tables_as_the_contract_does(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    with_key(tmp_path)
    found = published(path)
    order = found["hall-1/ASM-1/dir/orders/PO-1/10"]
    assert isinstance(order, dict)
    assert (order["qty_planned"], order["norm_cycle_s"], order["release_status"]) == ("20", "60.5", "planned")
    assert (order["trace"], order["route"][0]["status"]) == ({"lots": True, "serials": True}, "completed")
    assert "hall-1/ASM-1/dir/orders/PO-1/20" in found
    assert found["-/-/dir/reasons"] == {
        "rev": "3",
        "reasons": [{"code": "WAIT_TECH", "text": {"en": "WAIT_TECH"}, "sticky": True}],
        "groups": {},
    }
    bom = {"bom_version": "3", "effective_from": "2026-01-01T00:00:00+00:00", "lines": []}
    assert found["-/-/dir/boms/DEVICE"] == {"rev": "1", "item_id": "DEVICE", "versions": [bom]}
    assert found["-/-/dir/lpns/P-1"] == {"rev": "1", "lpn": "P-1", "item_id": "BOARD"}
    assert found["-/-/dir/lots/A%2F1"] == {"rev": "1", "lot_id": "A/1", "item_id": "BOARD", "qty": "20.5"}
    assert found["-/-/dir/defects"] == {"rev": "1", "codes": [{"code": "BOARD"}]}
    person = {
        "operator_id": "7",
        "name": "A. B.",
        "badge_hmac": hmac.digest(b"key-of-this-plant", b"0042", "sha256").hex(),
    }
    assert found["-/-/dir/operators"] == {"rev": "1", "operators": [person]}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", "expected TOML in a file called .toml, else JSON"),
        ('{"order": []}', "unknown table order; expected alarms, boms"),
        ('{"orders": [{"order_id": "PO-1"}]}', "order PO-1: area, item_id"),
        ('{"orders": {}}', "orders is {}; expected a list"),
        ('{"lots": {"L": 1}}', "lots.L is 1; expected a table"),
        ('{"reasons": [{"text": {}}]}', "a reason without a code"),
        ('{"operators": {"operators": [{"operator_id": "7", "badge": "1"}]}}', "needs site_key_file"),
        ('{"site_key_file": "none"}', "none cannot be read: No such file or directory"),
    ],
)
def test_a_plan_file_that_is_none_is_refused_with_the_place(tmp_path: Path, text: str, error: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="plan") as caught:
        read_plan(path)
    assert error in str(caught.value)


def test_a_quantity_that_is_no_number_is_named(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    with_key(tmp_path)
    path.write_text(PLAN.replace("qty_planned = 20\nnorm_cycle_s = 30", 'qty_planned = "x"\nnorm_cycle_s = 30'))
    with pytest.raises(ValueError, match="order PO-1: qty_planned is 'x'; expected a number"):
        read_plan(path)

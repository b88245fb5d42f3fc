"""The copies of the MES's objects as people see them; nobody on this PC can change them (requirements 6 to 8)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agent.core.desk.directory_views import DirectoryList, HistoryList, ObjectView
from agent.core.entries import ACTIONS
from agent.core.observations import Directive, Entry, EntryRole
from agent.core.settings import Settings
from agent.core.times import iso
from agent.local_api import listening, serving
from tests.agent.parts import Running, an_intake, document, now, order, scan, start_order
from tests.agent.processes import a_free_port, configuration
from tests.agent.test_command_line import lineside, written
from tests.agent.test_local_api import Client, an_api, calling
from tests.core.messages import item

ATTRIBUTES = [
    {"object": "items/CAP-28", "name": "line_code", "value": "7"},
    {"object": "orders/PO-1", "work_center": "PRESS-1", "name": "workstation", "value": "east"},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "agent.sock"


@asynccontextmanager
async def an_agent(folder: Path, path: Path) -> AsyncIterator[tuple[Running, Client]]:
    configured = Settings.model_validate(document(folder) | {"attribute": ATTRIBUTES})
    async with an_intake(folder) as running:
        api = an_api(folder, running, configured=configured)
        with listening(path) as listener:
            async with serving(api, listener), calling(path, running) as client:
                yield running, client


async def tell(running: Running, name: str, payload: bytes) -> None:
    await running.intake.submit(Directive(None, name, payload, now()))


async def listed(client: Client, query: str = "") -> dict[str, ObjectView]:
    found = DirectoryList.model_validate(await client.get(f"/v1/directories{query}")).directories
    return {one.name: one for one in found}


async def test_each_copy_says_whose_it_is_and_what_comes_next_with_what_is_noted_here(
    tmp_path: Path, path: Path
) -> None:
    later = iso(now().wall + 86_400)
    async with an_agent(tmp_path, path) as (running, client):
        await running.intake.submit(order())
        await tell(running, "items/CAP-28", item("CAP-28", owner="ERP"))
        await tell(running, "items/CAP-28", item("CAP-28", "2", owner="ERP", effective_from=later))
        found = await listed(client)
        cap = found["items/CAP-28"]
        assert cap.in_force is not None
        assert (cap.wc_id, cap.in_force.owner, cap.in_force.rev, len(cap.in_force.sha256)) == (None, "ERP", "1", 64)
        assert [(one.rev, one.effective_from) for one in cap.scheduled] == [("2", later)]
        assert [(one.name, one.value) for one in cap.attributes] == [("line_code", "7")]
        assert found["orders/PO-1"].wc_id == "PRESS-1"
        assert list(await listed(client, "?wc=PRESS-1")) == ["orders/PO-1"]
        assert list(await listed(client, "?wc=-")) == ["items/CAP-28"]
        assert running.intake.present.desk.directories.items["CAP-28"].model_dump().keys() >= {"rev", "owner"}
        assert "line_code" not in running.intake.present.desk.directories.items["CAP-28"].model_dump_json()


async def test_what_became_of_each_message_is_shown_with_the_refused_one(tmp_path: Path, path: Path) -> None:
    async with an_agent(tmp_path, path) as (running, client):
        await tell(running, "items/CAP-28", item("CAP-28"))
        await tell(running, "items/CAP-28", b'{"rev": ')
        await tell(running, "items/CAP-28", b"")
        answer = HistoryList.model_validate(await client.get("/v1/directories/history?name=items/CAP-28"))
        assert [one.outcome for one in answer.history] == ["withdrawn", "refused", "applied"]
        refused = answer.history[1]
        assert (refused.payload, "Invalid JSON" in refused.detail) == ('{"rev": ', True)
        assert answer.history[0].supersedes == "1"
        older = HistoryList.model_validate(
            await client.get(f"/v1/directories/history?name=items/CAP-28&before={refused.number}")
        )
        assert [one.outcome for one in older.history] == ["applied"]
        assert (await client.problem("GET", "/v1/directories/history")).status == 400
        assert (await client.problem("GET", "/v1/directories/history?name=x&before=y")).status == 400


async def test_what_is_in_force_is_told_word_for_word(tmp_path: Path, path: Path) -> None:
    async with an_agent(tmp_path, path) as (running, client):
        await tell(running, "items/CAP-28", item("CAP-28"))
        await tell(running, "items/CAP-28", item("CAP-28", "2", effective_from=iso(now().wall + 86_400)))
        url = "/v1/directories/in-force"
        assert await client.get(f"{url}?name=items/CAP-28") == {"payload": item("CAP-28").decode()}
        assert await client.get(f"{url}?name=items/CAP-28&wc=PRESS-1") == {"payload": None}
        await tell(running, "items/CAP-28", b"")
        assert await client.get(f"{url}?name=items/CAP-28") == {"payload": None}
        assert (await client.problem("GET", url)).status == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nothing_can_be_written_to_a_copy_over_the_local_api(tmp_path: Path, path: Path, method: str) -> None:
    async with an_agent(tmp_path, path) as (_, client):
        for url in (
            "/v1/directories",
            "/v1/directories/in-force",
            "/v1/directories/history",
            "/v1/directories/items/CAP-28",
        ):
            assert (await client.problem(method, url, item("CAP-28"))).status in {404, 405}


async def test_no_entry_and_no_scan_changes_a_copy(tmp_path: Path) -> None:
    """Every action there is, with arguments that many of them take."""
    some = {"item_id": "NEW", "order_id": "PO-1", "op_no": "10", "qty": "1", "uom": "EA", "code": "JAM", "lot_id": "L"}
    async with an_intake(tmp_path) as running:
        await running.intake.submit(order())
        await tell(running, "items/CAP-28", item("CAP-28"))
        before = running.intake.present.desk.directories
        await running.intake.submit(start_order())
        roles: tuple[EntryRole, ...] = ("operator", "supervisor")
        tried = [(action, arguments, role) for action in ACTIONS for arguments in (some, {}) for role in roles]
        for number, (action, arguments, role) in enumerate(tried):
            entry = Entry("PRESS-1", action, arguments, now(), f"client-{number:04}", "anna", role)
            assert await running.intake.submit(entry) is not None
        for text in ("ORD:PO-77", "LOT:L-1:NEW", "SN:S-1", "RSN:NEW"):
            await running.intake.submit(scan(text))
        assert running.intake.present.desk.directories is before


async def test_the_command_lists_copies_and_their_history(tmp_path: Path) -> None:
    config = written(tmp_path, configuration(tmp_path, None, a_free_port()))
    socket = tmp_path / "agent.sock"
    async with an_agent(tmp_path, socket) as (running, _):
        await tell(running, "items/CAP-28", item("CAP-28"))
        await tell(running, "items/CAP-28", b"{")
        shown = await lineside("directories", "-c", str(config))
        assert "items/CAP-28  rev 1 of MES" in shown.out
        assert "noted here: line_code = 7" in shown.out
        structured = await lineside("directories", "-c", str(config), "--json")
        [one] = [json.loads(line) for line in structured.out.splitlines() if "CAP-28" in line]
        assert one["in_force"]["rev"] == "1"
        history = await lineside("directories", "-c", str(config), "--history", "items/CAP-28")
        assert [line.split()[1] for line in history.out.splitlines() if line.startswith("20")] == ["refused", "applied"]
        assert "Invalid JSON" in history.out

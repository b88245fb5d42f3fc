"""Digests out of a real journal, and both sides over the local API (requirements 98 to 101)."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from agent.alarms import Alarms
from agent.app import restored
from agent.core.codes.badges import Badges
from agent.core.observations import Directive, Entry, Instant, Started, Tick
from agent.core.reconciliation.amendments import TYPES
from agent.core.settings import Settings
from agent.core.times import epoch
from agent.core.views import Reply
from agent.intake import Intake, running
from agent.journal.journal import Journal, open_journal
from agent.journal.passage import Stretch
from agent.journal.standins import Parked
from agent.reconciler import Reconciler
from agent.reconciliation_api import Asked, ReconciliationApi
from tests.agent.parts import CLOCK, document
from tests.agent.test_journal_commands import WHY
from tests.core.build import SITE_KEY, a_shift

WC = "BENCH-1"
T0 = epoch("2026-03-04T00:00:00Z")
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
SHIFT = "2026-03-04/1"


def a_bench(folder: Path) -> Settings:
    """A work center without a machine, with two shifts a day."""
    shifts = [a_shift("1", "06:00", "14:00"), a_shift("2", "14:00", "22:00")]
    bench = {"work_center": WC, "manual": True, "orders": False}
    commands = {"commands": ["reconcile", "resolve"]}
    return Settings.model_validate({**document(folder, **commands), "machine": [bench], "calendar": {"shift": shifts}})


@dataclass(slots=True)
class Bench:
    """A running intake on a journal, told one thing after another at the hours that the test says."""

    intake: Intake
    journal: Journal
    reconciler: Reconciler
    entered: int = 0

    def at(self, hour: float) -> Instant:
        return Instant(T0 + hour * HOUR_S, hour * HOUR_S)

    async def say(self, hour: float, action: str, **arguments: str) -> Reply:
        self.entered += 1
        client_id = f"entry-{hour}-{self.entered}"
        said = Entry(WC, action, arguments, self.at(hour), client_id, "anna", "supervisor")
        reply = await self.intake.submit(said)
        assert reply is not None
        return reply

    async def tick(self, hour: float) -> None:
        await self.intake.submit(Tick(WC, self.at(hour)))

    async def time(self, hour: float) -> None:
        """Time is told to the desk."""
        await self.intake.submit(Tick(None, self.at(hour)))

    async def figures(self, rev: str, *rows: dict[str, Any], **more: Any) -> None:  # noqa: ANN401 - fields
        body = {"rev": rev, "business_date": "2026-03-04", "shift_id": "1", "rows": rows, **more}
        await self.intake.submit(Directive(WC, f"figures/{SHIFT}", orjson.dumps(body), self.at(15.0)))

    async def told(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(row.data) for row in await self.journal.latest(10_000) if row.type == kind]

    async def a_morning(self) -> None:
        await self.say(7.0, "start_operation", order_id="PO-1")
        await self.say(8.0, "report_good", qty="60")
        await self.say(9.0, "report_scrap", qty="2", defect_code="DENT")
        await self.tick(14.1)


@asynccontextmanager
async def a_run(folder: Path, hour: float = 5.5) -> AsyncIterator[Bench]:
    """One run of the agent, which begins at this hour."""
    configured = a_bench(folder)
    async with open_journal(configured.agent.data, "e1", T0) as journal:
        badges = Badges(SITE_KEY, configured.codes)
        intake = Intake(journal, restored(configured, journal), CLOCK, badges, Alarms(lambda: T0))
        async with running(intake, 1000.0):
            bench = Bench(intake, journal, Reconciler(journal, intake, CLOCK))
            await intake.submit(Started(WC, bench.at(hour), "i1"))
            yield bench


async def test_the_digest_of_a_shift_has_the_chain_of_its_summary_and_is_made_once(tmp_path: Path) -> None:
    async with a_run(tmp_path) as bench:
        await bench.a_morning()
        await bench.say(15.0, "report_good", qty="40")
        await bench.tick(22.1)
        assert await bench.told("reconciliation.digest") == []
    async with a_run(tmp_path, 23.0) as bench:
        await bench.reconciler.once()
        await bench.reconciler.once()
        summaries, digests = await bench.told("shift.summary"), await bench.told("reconciliation.digest")
        assert [one["scope"] for one in digests] == ["shift"] * len(summaries)
        assert len(digests) == 2
        for summary, digest in zip(summaries, digests, strict=True):
            assert (digest["facts"], digest["ids_chain"]) == (summary["facts"], summary["ids_chain"])
            assert digest["complete"]
            assert sum(digest["by_type"].values()) == digest["facts"]
        made = [(row["order_id"], row["qty_good"], row["qty_scrap"]) for row in digests[0]["rows"] if row["order_id"]]
        assert made == [("PO-1", "60", "2")]
        (span,) = digests[0]["ranges"]
        assert span["last"] - span["first"] + 1 >= digests[0]["facts"]
        assert bench.intake.present.desk.state.agenda.wanted == ()


async def test_a_parked_fact_makes_a_digest_incomplete(tmp_path: Path) -> None:
    async with a_run(tmp_path) as bench:
        await bench.a_morning()
        scrap = next(row for row in await bench.journal.latest(1000) if row.type == "scrap.recorded")
        parked = Parked(scrap.position, "rejected", "why", "2026-03-04T10:00:00.000Z", withheld=False, retry_at=None)
        await bench.journal.parking.put(parked, "key-1", WHY)
        await bench.reconciler.once()
        assert [one["complete"] for one in await bench.told("reconciliation.digest")] == [False]


async def test_a_day_and_what_the_mes_asks_for_are_added_up_by_business_date(tmp_path: Path) -> None:
    async with a_run(tmp_path) as bench:
        await bench.time(5.6)
        await bench.a_morning()
        await bench.say(15.0, "report_good", qty="40")
        await bench.tick(22.1)
        await bench.time(32.5)
        body = {"command_id": "cmd-000001", "issued_at": "2026-03-05T08:00:00Z", "actor": "mes", "wc_id": WC}
        asked = orjson.dumps({**body, "business_date": "2026-03-04", "shift_id": "2"})
        reply = await bench.intake.submit(Directive(None, "cmd/reconcile", asked, bench.at(33.0), "cmd-cmd-000001"))
        assert reply is not None
        assert reply.accepted
        await bench.reconciler.once()
        digests = {one["scope"]: one for one in await bench.told("reconciliation.digest")}
        assert set(digests) == {"shift", "day", "request"}
        shifts = [(row["shift"]["shift_id"], row["qty_good"]) for row in digests["day"]["rows"] if row["order_id"]]
        assert shifts == [("1", "60"), ("2", "40")]
        assert digests["request"]["command_id"] == "cmd-000001"
        assert {row["shift"]["shift_id"] for row in digests["request"]["rows"]} == {"2"}


async def test_the_mes_is_compared_as_far_as_it_had_our_facts(tmp_path: Path) -> None:
    async with a_run(tmp_path) as bench:
        await bench.say(7.0, "start_operation", order_id="PO-1")
        await bench.say(8.0, "report_good", qty="60")
        through = bench.journal.marks.last_sequence
        await bench.say(9.0, "report_good", qty="5")
        theirs = {"order_id": "PO-1", "op_no": "-", "qty_scrap": "0", "qty_rework": "0"}
        await bench.figures("1", {**theirs, "qty_good": "60"}, through=through, epoch="e1")
        await bench.reconciler.once()
        assert await bench.told("discrepancy.raised") == await unknown_order(bench)
        await bench.figures("2", {**theirs, "qty_good": "60"}, through=through + 50, epoch="e1")
        await bench.reconciler.once()
        (raised,) = [one for one in await bench.told("discrepancy.raised") if one["code"] != "order_unknown"]
        assert (raised["code"], raised["evidence"]["ours"], raised["evidence"]["theirs"]) == (
            "reconciliation_difference",
            "65",
            "60",
        )
        await bench.figures("3", {**theirs, "qty_good": "65"})
        await bench.reconciler.once()
        (resolved,) = await bench.told("discrepancy.resolved")
        assert (resolved["resolution"], resolved["by"]) == ("agreed", "rule")


async def unknown_order(bench: Bench) -> list[dict[str, Any]]:
    return [one for one in await bench.told("discrepancy.raised") if one["code"] == "order_unknown"]


async def test_figures_are_compared_once_for_each_revision(tmp_path: Path) -> None:
    async with a_run(tmp_path) as bench:
        await bench.a_morning()
        await bench.figures("1", {"order_id": "PO-1", "op_no": "-", "qty_good": "1"})
    async with a_run(tmp_path, 15.0) as bench:
        await bench.reconciler.once()
        facts = bench.journal.marks.last_sequence
        await bench.reconciler.once()
        assert bench.journal.marks.last_sequence == facts
    async with a_run(tmp_path, 15.1) as bench:
        before = len(await bench.told("discrepancy.raised"))
        await bench.reconciler.once()
        assert len(await bench.told("discrepancy.raised")) == before


async def test_figures_of_a_time_past_retention_are_not_compared(tmp_path: Path) -> None:
    async with a_run(tmp_path) as bench:
        await bench.a_morning()
        now = time.time()
        await bench.journal.confirm("e1", bench.journal.marks.last_sequence, now)
        while await bench.journal.retire(now + 10 * DAY_S, DAY_S):
            pass
        await bench.say(15.0, "report_good", qty="1")
        await bench.figures("1", {"order_id": "PO-1", "op_no": "-", "qty_good": "60"})
        await bench.reconciler.once()
        assert await bench.told("discrepancy.raised") == []


async def test_what_people_ask_for_is_both_sides_and_what_waits(tmp_path: Path) -> None:
    async with a_run(tmp_path) as bench:
        await bench.a_morning()
        await bench.figures("1", {"order_id": "PO-1", "op_no": "-", "qty_good": "61"})
        api = ReconciliationApi(bench.journal, bench.intake, CLOCK)
        center = await api.look(WC, Asked(SHIFT, "PO-1"))
        shown = {one.kind: (one.ours, one.differs) for one in center.compared}
        assert shown["status"] == ("in_progress", False)
        assert shown["qty_good"] == ("60", True)
        assert shown["qty_scrap"] == ("2", False)
        assert center.complete
        assert center.waiting == center.facts > 0
        await bench.journal.confirm("e1", bench.journal.marks.last_sequence, T0)
        assert (await api.look(WC, Asked(SHIFT))).waiting == 0


@pytest.mark.parametrize("count", [1, 7, 500])
async def test_a_passage_has_the_facts_of_one_work_center_and_tells_what_is_gone(tmp_path: Path, count: int) -> None:
    async with a_run(tmp_path) as bench:
        await bench.a_morning()
        last, after, rows, whole = bench.journal.marks.last_position, 0, [], True
        while after < last:
            passage = await bench.journal.passage(Stretch(WC, after, last), count)
            rows += passage.rows
            whole = whole and passage.whole
            after = passage.through
        known = await bench.journal.latest(1000)
        assert rows == [row for row in known if row.wc_id == WC]
        assert whole
        assert (await bench.journal.passage(Stretch("BENCH", 0, last), 500)).rows == []
        assert (await bench.journal.passage(Stretch(WC, 0, last, TYPES), 500)).rows == []
        assert not (await bench.journal.passage(Stretch(WC, 0, last + 2), 500)).whole


async def test_the_first_fact_since_an_instant_is_found(tmp_path: Path) -> None:
    async with a_run(tmp_path) as bench:
        await bench.a_morning()
        known = await bench.journal.latest(1000)
        times = sorted({row.recordedtime for row in known})
        for at in (times[0], times[-1]):
            first = next(row.position for row in known if row.recordedtime >= at)
            assert await bench.journal.first_since(at) == first
        assert await bench.journal.first_since("2999") == known[-1].position + 1
        assert await bench.journal.first_since("1999") == 1

from __future__ import annotations

from pathlib import Path

from agent.core.observations import Link, Tick
from agent.core.settings import Settings
from simulators.broker import Broker
from tests.agent.happenings import facts
from tests.agent.mes_peer import Sender, a_mes, a_sender
from tests.agent.parts import an_intake, document, now, scan, with_order
from tests.agent.test_local_api import an_overview


async def told(sender: Sender) -> tuple[str, int]:
    view = await sender.overview.look()
    return view.uplink.state, view.uplink.waiting


async def test_the_uplink_is_told_as_it_goes(tmp_path: Path) -> None:
    broker = Broker(folder=tmp_path / "broker", kind="mosquitto")
    async with broker, a_sender(tmp_path, broker.port, ack_timeout_s=0.3) as sender:
        await broker.stop()
        await sender.until(lambda: not sender.uplink.online, "offline")
        assert await told(sender) == ("offline", 0)
        assert "127.0.0.1" in (await sender.overview.look()).uplink.detail
        await broker.start()
        async with a_mes(broker) as mes:
            await sender.online()
            assert await told(sender) == ("online", 0)
            await sender.journal.commit(facts(1, 100), 1.0)
            assert await told(sender) == ("sending", 100)
            await sender.until(lambda: not sender.forwarder.confirming, "the MES is silent")
            assert await told(sender) == ("not_confirming", 100)
            uplink = (await sender.overview.look()).uplink
            assert uplink.last_ack is None
            assert uplink.oldest_age_s is not None
            mes.ack(100)
            await sender.confirmed(100)
            await sender.until(lambda: sender.forwarder.confirming, "the MES speaks again")
            uplink = (await sender.overview.look()).uplink
            assert (uplink.state, uplink.waiting, uplink.oldest_age_s) == ("online", 0, None)
            assert uplink.last_ack is not None


async def test_one_line_says_what_the_machines_do_how_delivery_goes_and_what_is_wrong(tmp_path: Path) -> None:
    async with a_sender(tmp_path, 1) as sender:
        assert sender.overview.in_one_line() == "PRESS-1 unknown; MES offline, 0 waiting"
        await sender.journal.commit(facts(1, 3), 1.0)
        sender.overview.alarms.raise_alarm("parked", "one fact is parked")
        assert sender.overview.in_one_line() == "PRESS-1 unknown; MES offline, 3 waiting; wrong: parked"


async def test_a_work_center_is_shown_as_it_durably_is(tmp_path: Path) -> None:
    async with a_sender(tmp_path, 1) as sender:
        await with_order(sender.running)
        await sender.running.intake.submit(scan("LOT:P-1:BOARD"))
        await sender.running.intake.submit(scan("SN:7"))
        view = await sender.overview.look()
        (center,) = view.work_centers
        assert center.order is not None
        assert (center.order.order_id, center.order.status, center.lots, center.last_serial) == (
            *("PO-1", "in_progress"),
            *(("P-1",), "7"),
        )
        assert [event.type for event in center.events[:2]] == ["genealogy.linked", "lot.loaded"]
        assert view.uplink.waiting == sender.journal.marks.last_sequence


async def test_a_reader_that_has_not_been_reached_yet_is_not_shown_as_connected(tmp_path: Path) -> None:
    scanners = [{"name": name, "work_center": "PRESS-1", "device": f"/dev/{name}"} for name in ("gate", "hand")]
    configured = Settings.model_validate({**document(tmp_path), "scanner": scanners})
    async with an_intake(tmp_path) as running:
        overview = an_overview(configured, running)

        async def down() -> tuple[str, ...]:
            return (await overview.look()).work_centers[0].readers_down

        assert await down() == ("gate", "hand")
        for up, left in ((True, ("gate",)), (False, ("hand", "gate")), (True, ("gate",))):
            await running.intake.take([Link("PRESS-1", "scanner", up=up, observed=now(), reader="hand")])
            await running.intake.submit(Tick("PRESS-1", now()))
            assert await down() == left

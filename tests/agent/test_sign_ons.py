"""A PIN over the local API: verified beside the loop, seldom, and never twice for one try."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from agent.clock import Clock
from agent.core.observations import Directive, Instant
from agent.core.people.pins import PinDigest
from agent.core.views import Reply, SignOnBody
from agent.sign_ons import SignOns
from tests.agent.parts import CLOCK, Running, an_intake, now, with_order
from tests.core.build import SITE_KEY
from tests.core.test_pins import text_of


class PatientClock(Clock):
    """A clock on which a test lets time pass."""

    passed = 0.0

    def now(self) -> Instant:
        at = CLOCK.now()
        return Instant(at.wall, at.monotonic + self.passed)


@dataclass(slots=True)
class Desk:
    """Where PINs are taken."""

    running: Running
    clock: PatientClock
    sign_ons: SignOns
    posted: int = 0

    async def post(self, operator_id: str, pin: str, **more: Any) -> Reply:  # noqa: ANN401 - fields
        self.posted += 1
        fields = {"client_id": f"sign-on-{self.posted:04}", "wc_id": "PRESS-1", "operator_id": operator_id, **more}
        return await self.sign_ons.take(SignOnBody(pin=pin, **fields))

    async def codes(self, operator_id: str, *pins: str) -> list[str]:
        return [(await self.post(operator_id, pin)).code for pin in pins]

    @property
    def crew(self) -> list[str]:
        return [one.operator_id for one in self.running.intake.present.stations["PRESS-1"].state.crew.people]


@asynccontextmanager
async def a_desk(folder: Path) -> AsyncIterator[Desk]:
    """Anna has the PIN 2468 and Bek the PIN 1357; Vera has none."""
    people = [
        {"operator_id": "anna", "name": "Anna", "pin_scrypt": text_of("2468")},
        {"operator_id": "bek", "name": "Bek", "pin_scrypt": text_of("1357")},
        {"operator_id": "vera", "name": "Vera"},
    ]
    async with an_intake(folder) as running:
        payload = orjson.dumps({"rev": "1", "operators": people})
        await running.intake.submit(Directive(None, "operators", payload, now()))
        clock = PatientClock()
        yield Desk(running, clock, SignOns(running.intake, clock))


async def test_the_right_pin_signs_on_and_the_fact_is_told_once(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        reply = await desk.post("anna", "2468", client_id="one-and-the-same", activity="indirect")
        again = await desk.post("anna", "2468", client_id="one-and-the-same", activity="indirect")
        assert (reply.accepted, reply.code, again) == (True, "ok", reply)
        (row,) = [row for row in await desk.running.journal.latest(100) if row.type == "labor.signed_on"]
        said = orjson.loads(row.data)
        assert (said["operator_id"], said["auth"], said["activity"]) == ("anna", "pin", "indirect")
        assert desk.crew == ["anna"]


async def test_five_wrong_pins_cost_a_wait_in_which_the_right_one_is_not_even_looked_at(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        replies = [await desk.post("anna", "0000") for _ in range(5)]
        assert [reply.code for reply in replies] == ["PIN_WRONG"] * 5
        assert [reply.values for reply in replies[:4]] == [{"left": left} for left in ("4", "3", "2", "1")]
        assert int(replies[4].values["seconds"]) in {29, 30}
        waiting = await desk.post("anna", "2468")
        assert (waiting.code, desk.crew) == ("PIN_WAIT", [])
        assert 0 < int(waiting.values["seconds"]) <= 30
        desk.clock.passed += 31.0
        assert await desk.codes("anna", "0000", "2468") == ["PIN_WRONG", "PIN_WAIT"]
        desk.clock.passed += 61.0
        assert await desk.codes("anna", "2468") == ["ok"]


async def test_an_unknown_operator_is_answered_as_a_wrong_pin_and_counts(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        known, unknown = await desk.post("anna", "0000"), await desk.post("nobody", "0000")
        assert (unknown.code, unknown.pattern) == (known.code, known.pattern)
        assert await desk.codes("nobody", "1", "2", "3", "4") == ["PIN_WRONG"] * 3 + ["PIN_WAIT"]
        # The work center waits, so that nobody is guessed from here.
        assert await desk.codes("bek", "1357") == ["PIN_WAIT"]


async def test_an_unknown_operator_costs_as_much_work_as_a_known_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[PinDigest] = []

    def is_of(self: PinDigest, pin: str, key: bytes) -> bool:
        assert (pin, key) == ("0000", SITE_KEY)
        compared.append(self)
        return False

    monkeypatch.setattr(PinDigest, "is_of", is_of)
    async with a_desk(tmp_path) as desk:
        await desk.codes("anna", "0000")
        await desk.codes("nobody", "0000")
    one, other = compared
    assert (one.n, one.r, one.p, len(one.made)) == (other.n, other.r, other.p, len(other.made))


async def test_whoever_has_no_pin_is_told_so(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        assert await desk.codes("vera", *("0000",) * 7) == ["PIN_NONE"] * 7
    async with an_intake(tmp_path / "another") as running:
        body = SignOnBody(client_id="sign-on-1", wc_id="PRESS-1", operator_id="anna", pin="2468")
        assert (await SignOns(running.intake, CLOCK).take(body)).code == "PIN_NONE"


async def test_a_wrong_pin_that_is_sent_again_after_a_lost_answer_was_tried_once(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        replies = [await desk.post("anna", "0000", client_id="lost-answer") for _ in range(9)]
        assert {reply.message for reply in replies} == {replies[0].message}
        assert (await desk.post("anna", "0000")).values == {"left": "3"}


async def test_pins_posted_all_at_once_are_tried_one_after_the_other(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        replies = await asyncio.gather(*(desk.post("anna", f"{number:04}") for number in range(12)))
        assert [reply.code for reply in replies] == ["PIN_WRONG"] * 5 + ["PIN_WAIT"] * 7


async def test_who_hangs_up_while_a_pin_is_compared_has_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def is_of(_self: PinDigest, _pin: str, _key: bytes) -> bool:
        begun.set()
        return not go_on.wait(10.0)

    monkeypatch.setattr(PinDigest, "is_of", is_of)
    async with a_desk(tmp_path) as desk:
        hanging = asyncio.ensure_future(desk.post("anna", "0000"))
        # The loop goes on meanwhile: an order is started.
        assert await asyncio.to_thread(begun.wait, 10.0)
        await with_order(desk.running)
        hanging.cancel()
        go_on.set()
        assert (await desk.post("anna", "0000")).values == {"left": "3"}


async def test_a_wrong_pin_is_worth_a_line_in_the_log_without_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with a_desk(tmp_path) as desk:
        await desk.codes("anna", "8642097531", "2468")
        await desk.codes("BDG:8642097531", "1")
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warnings == ["PRESS-1: a wrong PIN for anna", "PRESS-1: a wrong PIN for nobody known"]
    assert "8642097531" not in caplog.text
    assert "8642097531" not in repr(SignOnBody(client_id="12345678", wc_id="W", operator_id="anna", pin="8642097531"))

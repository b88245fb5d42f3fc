"""A driver that breaks its contract costs its machine the connection, with words, and the agent nothing."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from itertools import repeat
from types import TracebackType
from typing import Any, Self

import pytest

from agent.core.errors import DeviceError
from agent.core.observations import Controller, Instant, Link, Quality, Scan, Signal
from drivers.blocking import Blocking
from drivers.contract import Batch
from drivers.guarded import GuardedDriver
from drivers.guarded_batches import Breach, Judge
from tests.drivers.other_plants import machine_of
from tests.drivers.plants import eventually, now

MACHINE = machine_of("odd", {}, state="A", count="B")


def signal(key: str = "state", value: Any = 6, **but: Any) -> Signal:  # noqa: ANN401 - what no driver may tell, too
    return replace(Signal("WC-1", key, value, Quality.GOOD, None, now()), **but)


def link(**but: Any) -> Link:  # noqa: ANN401 - likewise
    return replace(Link("WC-1", "plc", up=True, observed=now()), **but)


def some() -> Batch:
    return [signal()]


def later(by_s: float = 0.0, wall_s: float = 0.0) -> Instant:
    at = now()
    return Instant(at.wall + by_s + wall_s, at.monotonic + by_s)


class Odd:
    """Does what it is told to."""

    turns_by = math.inf

    def __init__(self, *batches: Any, enter: Any = None, leave: Any = None, then: Any = None) -> None:  # noqa: ANN401 - as above
        self.batches, self.enter, self.leave, self.then = batches, enter, leave, then

    async def __aenter__(self) -> Self:
        await done(self.enter)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await done(self.leave)

    async def __aiter__(self) -> AsyncIterator[Batch]:
        for batch in self.batches:
            yield batch() if callable(batch) else batch
        await done(self.then)

    def rest(self) -> Batch:
        return ()


async def done(what: Any) -> None:  # noqa: ANN401 - as above
    if isinstance(what, BaseException):
        raise what
    if what == "hangs":
        await asyncio.Event().wait()
    if what == "stubborn":
        for _ in range(40):
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                continue


async def follow(driver: GuardedDriver) -> None:
    async with driver:
        async for _ in driver:
            assert driver.turns_by < math.inf


async def lost(odd: Odd) -> str:
    with pytest.raises(DeviceError) as caught:
        await follow(GuardedDriver(odd, MACHINE, now))
    return str(caught.value)


BREACHES: dict[str, tuple[Any, str]] = {
    "an unknown key": (lambda: signal("rpm"), "it told 'rpm', which is not configured"),
    "another work center": (lambda: signal(wc_id="WC-2"), "work center 'WC-2'"),
    "a list for a value": (lambda: signal(value=[1]), "is list; expected bool"),
    "a number without end": (lambda: signal(value=2**65), "more than 64 bits"),
    "a text without end": (lambda: signal(value="x" * 5_000), "more than 4096 characters"),
    "no value that is good": (lambda: signal(value=None), "is good and has no value"),
    "a word for a quality": (lambda: signal(quality="good"), "quality or status of 'state' is none"),
    "milliseconds": (lambda: signal(source_time=time.time() * 1000), "the source time of 'state' is none"),
    "a time that is none": (lambda: signal(source_time=math.nan), "the source time of 'state' is none"),
    "the future": (lambda: signal(observed=later(by_s=60)), "is yet to come"),
    "before it connected": (lambda: signal(observed=later(by_s=-60)), "was before the connection"),
    "another clock": (lambda: signal(observed=later(wall_s=-3600)), "by another clock"),
    "no instant": (lambda: signal(observed=time.time()), "is no Instant"),
    "a scan": (lambda: Scan("WC-1", "4006381333931", now(), "x"), "it told Scan"),
    "a link too early": (link, "before it told 'state'"),
    "a lost link": (lambda: link(up=False), "and nothing else"),
    "a start that is none": (lambda: Controller("WC-1", now(), started=math.inf), "'started' of its Controller"),
}


@pytest.mark.parametrize(("item", "said"), BREACHES.values(), ids=BREACHES)
async def test_what_no_driver_may_tell_ends_the_connection_with_a_sentence(item: Any, said: str) -> None:  # noqa: ANN401 - as above
    text = await lost(Odd(lambda: [item()], then="hangs"))
    assert said in text
    assert text.startswith("the driver 'odd' breaks its contract: ")
    assert text.endswith("Tell its makers. It is tried again.")


def test_only_news_is_passed_on_scaled_and_a_number_that_is_none_is_bad() -> None:
    machine = MACHINE.model_copy(
        update={"signal": (MACHINE.signal[0], MACHINE.signal[1].model_copy(update={"scale": 0.1}))}
    )
    judge = Judge(machine, now)
    assert [one.value for one in judge.news([signal(), signal("count", 235)]) if isinstance(one, Signal)] == [6, 23.5]
    assert len(judge.news([signal(), signal("count", 235), link(), link()])) == 1
    [nan] = judge.news([signal("count", math.nan)])
    assert isinstance(nan, Signal)
    assert (nan.value, nan.quality, nan.status) == (None, Quality.BAD, "not a number")
    assert len(judge.news([signal(value=6.0), signal(value=True)])) == 2
    with pytest.raises(Breach, match="more than 100000 observations at once"):
        judge.news(repeat(signal()))  # type: ignore[arg-type]  # what no driver may tell
    with pytest.raises(Breach, match="it told int where a sequence"):
        judge.news(7)  # type: ignore[arg-type]  # what no driver may tell


async def test_an_error_of_another_kind_is_told_by_its_place_and_never_by_its_text() -> None:
    for odd in (
        Odd(enter=KeyError("secret")),
        Odd(then=SystemExit("secret")),
        Odd(some, leave=ValueError("secret")),
    ):
        text = await lost(odd)
        assert text.startswith("the driver 'odd' failed with ")
        assert "in test_guarded.py, line " in text
        assert "secret" not in text


async def test_a_device_error_is_told_as_it_is_also_out_of_a_group() -> None:
    error = DeviceError("nobody is there", again_s=math.inf)
    with pytest.raises(DeviceError, match=r"^nobody is there\. It is tried again\.$") as caught:
        async with GuardedDriver(Odd(enter=ExceptionGroup("tasks", [error])), MACHINE, now):
            pass
    assert caught.value.again_s == 0.0


async def test_what_a_driver_asks_is_followed_by_what_is_done() -> None:
    assert await lost(Odd(enter=DeviceError("nobody is there. Is it on?"))) == (
        "nobody is there. Is it on? It is tried again."
    )


async def test_one_that_ends_or_is_cancelled_by_itself_is_a_lost_connection() -> None:
    assert await lost(Odd(some)) == "the driver 'odd' ended without saying why. It is tried again."
    assert "failed with CancelledError" in await lost(Odd(then=asyncio.CancelledError()))


async def test_silence_is_given_up_and_the_promise_says_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.guarded.MARGIN_S", 0.05)
    machine = MACHINE.model_copy(
        update={"driver": MACHINE.driver and MACHINE.driver.model_copy(update={"timeout_s": 0.05})}
    )
    with pytest.raises(DeviceError, match=r"the driver 'odd' has not connected within 0\.2 s"):
        async with GuardedDriver(Odd(enter="hangs"), machine, now):
            pass
    driver = GuardedDriver(Odd(some, then="hangs"), machine, now)
    with pytest.raises(DeviceError, match=r"the driver 'odd' has told nothing within 0\.3 s"):
        await follow(driver)
    assert driver.turns_by <= asyncio.get_running_loop().time()


async def test_one_that_hangs_on_leaving_is_left_behind() -> None:
    before = asyncio.all_tasks()
    began = time.monotonic()
    async with GuardedDriver(Odd(leave="stubborn"), MACHINE, now):
        pass
    # It takes two seconds to end.
    assert time.monotonic() - began < 1.9
    await eventually(lambda: asyncio.all_tasks() == before, within_s=5.0)


async def test_a_cancellation_reaches_the_one_who_waits() -> None:
    async def wait() -> None:
        async with GuardedDriver(Odd(some, then="hangs"), MACHINE, now) as driver:
            async for _ in driver:
                told.set()

    told = asyncio.Event()
    task = asyncio.create_task(wait())
    await told.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_calls_that_block_run_in_their_order_in_one_thread_and_hang_up_there() -> None:
    seen: list[tuple[str, str]] = []
    blocking = Blocking("odd", lambda: seen.append(("close", threading.current_thread().name)))
    for what in "ab":
        await blocking.call(partial(lambda what: seen.append((what, threading.current_thread().name)), what), 5.0)
    with pytest.raises(ZeroDivisionError):
        await blocking.call(lambda: 1 // 0, 5.0)
    blocking.end()
    await eventually(lambda: len(seen) == 3, within_s=5.0)
    assert seen == [("a", "odd"), ("b", "odd"), ("close", "odd")]


async def test_a_call_that_hangs_is_left_behind_and_hangs_up_when_it_comes_back() -> None:
    back, closed = threading.Event(), threading.Event()
    blocking = Blocking("odd", closed.set)
    with pytest.raises(DeviceError, match=r"no answer within 0\.05 s"):
        await blocking.call(back.wait, 0.05)
    with pytest.raises(DeviceError, match="has not come back"):
        await blocking.call(back.wait, 0.05)
    assert not closed.is_set()
    back.set()
    await eventually(closed.is_set, within_s=5.0)


async def test_an_answer_in_the_very_turn_in_which_time_is_up_is_the_answer() -> None:
    blocking = Blocking("odd", lambda: None)
    assert await blocking.call(lambda: 6, 5.0) == 6
    # The loop stands still until both the answer and the end of the time are there.
    asyncio.get_running_loop().call_soon(time.sleep, 0.3)
    assert await blocking.call(lambda: 7, 0.1) == 7
    blocking.end()


async def test_what_was_not_begun_when_it_ended_is_never_begun() -> None:
    back, closed, begun = threading.Event(), threading.Event(), threading.Event()
    blocking = Blocking("odd", closed.set)
    calls = [asyncio.create_task(blocking.call(one, 5.0)) for one in (back.wait, begun.set)]
    await asyncio.sleep(0)
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)
    back.set()
    await eventually(closed.is_set, within_s=5.0)
    assert not begun.is_set()

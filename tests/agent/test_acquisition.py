from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import pytest

from agent import acquisition
from agent.acquisition import Device, Waiting, Watchers, _watch, watch_scanner
from agent.clock import Clock
from agent.core.codes.code_settings import ScannerSettings
from agent.core.errors import DeviceError
from agent.core.observations import Instant, Link, Scan
from agent.intake import Intake
from agent.retry import Backoff
from drivers.contract import Batch, Driver
from drivers.registry import open_scanner
from simulators.clock import Clock as PlantClock
from simulators.scanner import Manner, ScannerSimulator, TcpScannerSimulator
from simulators.truth import TruthLog
from tests.agent.parts import eventually


class Deaf:
    """A device that cannot be reached and whose library loses a cancellation, as `asyncio.wait_for` of 3.11 does."""

    turns_by = math.inf

    def __init__(self) -> None:
        self.reached_for = asyncio.Event()

    async def __aenter__(self) -> Self:
        self.reached_for.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        raise DeviceError("nobody answers")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Batch:
        raise StopAsyncIteration

    def rest(self) -> Batch:
        return ()


async def test_watching_ends_when_told_though_a_library_loses_the_cancellation() -> None:
    device = Deaf()

    async def take(batch: Batch) -> None:
        raise AssertionError(f"the agent stops, and {batch} is not taken")

    watching = asyncio.create_task(
        _watch(Device("the machine", "PRESS-1", "plc"), Clock.of(None), take, Waiting(), open_device=lambda: device)
    )
    await device.reached_for.wait()
    watching.cancel()
    done, _ = await asyncio.wait([watching], timeout=5)
    assert done == {watching}
    assert watching.cancelled()


class Hanging(Deaf):
    """A driver that promises to turn and does not, or that gives something now and then, as told."""

    def __init__(self, turns_by: float) -> None:
        super().__init__()
        self.turns_by = turns_by
        self.given: asyncio.Queue[Batch] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self.reached_for.set()
        return self

    async def __anext__(self) -> Batch:
        return await self.given.get()


@asynccontextmanager
async def watching(driver: Hanging, take: Callable[[Batch], Awaitable[None]]) -> AsyncIterator[Watchers]:
    watchers, device = Watchers(), Device("the machine", "PRESS-1", "plc")
    with watchers.watching(device) as waiting:
        task = asyncio.create_task(_watch(device, Clock.of(None), take, waiting, open_device=lambda: driver))
        try:
            await driver.reached_for.wait()
            yield watchers
        finally:
            task.cancel()
            await asyncio.wait([task])


async def nothing(_batch: Batch) -> None:
    pass


async def test_a_watcher_whose_driver_is_far_past_its_promise_is_stuck_and_named() -> None:
    driver = Hanging(turns_by=100.0)
    async with watching(driver, nothing) as watchers:
        assert watchers.stuck(130.0, 30.0) is None
        assert watchers.stuck(130.1, 30.0) == "the watcher of the machine of PRESS-1"
        driver.turns_by = 110.0
        assert watchers.stuck(140.0, 30.0) is None
    assert watchers.stuck(1e9, 30.0) is None


async def test_a_watcher_is_not_stuck_while_the_intake_has_no_room_for_what_it_brings() -> None:
    driver, full, free = Hanging(turns_by=100.0), asyncio.Event(), asyncio.Event()

    async def take(_batch: Batch) -> None:
        full.set()
        await free.wait()

    async with watching(driver, take) as watchers:
        driver.given.put_nowait([])
        await full.wait()
        assert watchers.stuck(1e9, 30.0) is None
        free.set()
        await eventually(lambda: watchers.stuck(1e9, 30.0) is not None, "it waits for the machine again")


async def test_why_a_machine_is_away_is_told_again_when_it_is_another_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    reasons = ["hung up", "hung up", *["its certificate has ended"] * 3]
    left, told = list(reasons), list[str]()

    class Away(Hanging):
        async def __aenter__(self) -> Self:
            self.reached_for.set()
            raise DeviceError(left.pop(0) if left else reasons[-1])

    async def take(batch: Batch) -> None:
        told.extend(one.reason for one in batch if isinstance(one, Link) and not one.up)

    monkeypatch.setattr(acquisition, "FIRST_RETRY_S", 0.001)
    monkeypatch.setattr(acquisition, "LONGEST_RETRY_S", 0.001)
    async with watching(Away(turns_by=100.0), take):
        await eventually(lambda: not left, "it tries again and again")
    assert told == ["hung up", "its certificate has ended"]


async def test_a_watcher_is_not_stuck_between_two_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    class Absent(Hanging):
        async def __aenter__(self) -> Self:
            self.reached_for.set()
            raise DeviceError("nobody answers")

    monkeypatch.setattr(acquisition, "FIRST_RETRY_S", 1e6)
    monkeypatch.setattr(acquisition, "LONGEST_RETRY_S", 1e6)
    async with watching(Absent(turns_by=100.0), nothing) as watchers:
        assert watchers.stuck(1e9, 30.0) is None


FAST = Manner(delay_s=0.0)


class Heard:
    """What the readers of a work center say, in order."""

    def __init__(self) -> None:
        self.words: list[tuple[str, str]] = []
        """Names of readers, and what came of them: codes, flaws in angle brackets, `up` and `down`."""
        self.bytes = b""
        """All that was read."""
        self._more = asyncio.Event()

    def tap(self, data: bytes) -> None:
        self.bytes += data
        self._more.set()

    async def take(self, batch: Batch) -> None:
        for one in batch:
            if isinstance(one, Link):
                self.words.append((one.reader, "up" if one.up else "down"))
            elif isinstance(one, Scan):
                self.words.append((one.reader, f"<{one.flaw}>" if one.flaw else one.text))
        self._more.set()

    async def until(self, enough: Callable[[list[tuple[str, str]]], bool]) -> None:
        async with asyncio.timeout(10):
            while not enough(self.words):
                self._more.clear()
                await self._more.wait()

    def of(self, reader: str) -> list[str]:
        return [word for name, word in self.words if name == reader]


@asynccontextmanager
async def watched(heard: Heard, **place: Any) -> AsyncIterator[None]:  # noqa: ANN401 - of ScannerSettings
    scanner = ScannerSettings(work_center="PRESS-1", silence_ms=5000, **place)
    clock = Clock.of(None)
    device = Device(f"reader {scanner.name}", "PRESS-1", "scanner", scanner.name)

    def opened() -> Driver:
        return open_scanner(scanner, clock.now, heard.tap)

    watching = asyncio.create_task(_watch(device, clock, heard.take, Waiting(), open_device=opened), name=scanner.name)
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])


async def test_a_reader_unplugged_within_a_code_is_read_again_under_another_name(tmp_path: Path) -> None:
    heard = Heard()
    with TruthLog(tmp_path / "truth.jsonl", PlantClock.starting()) as log:
        async with (
            ScannerSimulator(tmp_path / "by-id", "PRESS-1", log, FAST) as reader,
            watched(heard, name="hand", device=reader.link),
        ):
            await heard.until(lambda words: ("hand", "up") in words)
            await reader.type("BEFORE")
            await reader.cut("HALF", 3)
            await heard.until(lambda _: heard.bytes.endswith(b"HAL"))
            reader.replug()
            await heard.until(lambda words: words.count(("hand", "up")) == 2)
            await reader.type("NEXT")
            await heard.until(lambda words: ("hand", "NEXT") in words)
    assert heard.of("hand") == ["up", "BEFORE", "<incomplete>", "down", "up", "NEXT"]


async def test_two_readers_of_a_work_center_are_heard_at_once_and_one_is_lost_for_itself(tmp_path: Path) -> None:
    heard = Heard()
    codes = [f"SN:{number:04}" for number in range(200)]
    with TruthLog(tmp_path / "truth.jsonl", PlantClock.starting()) as log:
        gate = TcpScannerSimulator("PRESS-1", log, FAST)
        async with ScannerSimulator(tmp_path / "by-id", "PRESS-1", log, FAST) as hand, gate:
            place = {"host": gate.host, "port": gate.port}
            async with watched(heard, name="hand", device=hand.link), watched(heard, name="gate", **place):
                await heard.until(lambda words: {("hand", "up"), ("gate", "up")} <= set(words))
                async with asyncio.TaskGroup() as typing:
                    for reader in (hand, gate):
                        typing.create_task(_type_all(reader, codes))
                await heard.until(lambda words: len(words) == 2 + 2 * len(codes))
                gate.hang_up()
                await heard.until(lambda words: words.count(("gate", "up")) == 2)
                await hand.type("LAST")
                await heard.until(lambda words: ("hand", "LAST") in words)
    assert heard.of("hand") == ["up", *codes, "LAST"]
    assert heard.of("gate") == ["up", *codes, "down", "up"]


class Slow(Heard):
    """An intake that waits for its disk."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = asyncio.Event()
        self.goes_on = asyncio.Event()

    async def take(self, batch: Iterable[Any]) -> None:
        seen = list(batch)
        if any(isinstance(one, Scan) for one in seen):
            self.waits.set()
            await self.goes_on.wait()
        await super().take(seen)


async def let_go_amid_scans(folder: Path, intake: Slow, monkeypatch: pytest.MonkeyPatch) -> asyncio.Task[None]:
    """Its watcher, cancelled with three codes read and half of a fourth, of which the first waits for the disk."""
    monkeypatch.setattr(acquisition, "open_scanner", lambda scanner, now: open_scanner(scanner, now, intake.tap))
    with TruthLog(folder / "truth.jsonl", PlantClock.starting()) as log:
        async with ScannerSimulator(folder / "by-id", "PRESS-1", log, FAST) as reader:
            scanner = ScannerSettings(name="hand", work_center="PRESS-1", device=reader.link, silence_ms=5000)
            watching = watch_scanner(scanner, cast("Intake", intake), Clock.of(None), Watchers())
            task = asyncio.create_task(watching)
            await intake.until(lambda words: ("hand", "up") in words)
            for code in ("FIRST", "SECOND", "THIRD"):
                await reader.type(code)
            await reader.cut("HALF", 3)
            await intake.until(lambda _: intake.bytes.endswith(b"HAL"))
            await intake.waits.wait()
            task.cancel()
    return task


async def test_codes_in_hand_are_taken_though_their_reader_is_let_go_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = Slow()
    task = await let_go_amid_scans(tmp_path, intake, monkeypatch)
    intake.goes_on.set()
    await asyncio.wait([task])
    assert task.cancelled()
    assert intake.of("hand") == ["up", "FIRST", "SECOND", "THIRD", "<incomplete>"]


async def test_a_disk_that_takes_nothing_does_not_keep_a_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acquisition, "IN_HAND_S", 0.1)
    intake = Slow()
    task = await let_go_amid_scans(tmp_path, intake, monkeypatch)
    done, _ = await asyncio.wait([task], timeout=10)
    assert done == {task}
    assert intake.of("hand") == ["up"]


class Shaky(Deaf):
    """A reader that another program takes away again and again, as soon as it has answered."""

    async def __aenter__(self) -> Self:
        self.batches: list[Batch] = [[Link("PRESS-1", "scanner", up=True, observed=Instant(0.0, 0.0), reader="gate")]]
        return self

    async def __anext__(self) -> Batch:
        if self.batches:
            return self.batches.pop()
        raise DeviceError("it closed the connection")


class Steps(Backoff):
    """Waits that are always the longest."""

    def __init__(self, first_s: float, longest_s: float) -> None:
        super().__init__(first_s, longest_s)
        self._first_s, self._longest_s = first_s, longest_s

    def failed(self) -> float:
        super().failed()
        return min(self._first_s * 2.0 ** (self.failures - 1), self._longest_s)


async def test_a_reader_that_is_lost_at_once_each_time_is_tried_less_and_less(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    heard = Heard()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 9:
            raise asyncio.CancelledError

    monkeypatch.setattr(acquisition, "Backoff", Steps)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    device = Device("reader gate", "PRESS-1", "scanner", "gate")
    with pytest.raises(asyncio.CancelledError):
        await _watch(device, Clock.of(None), heard.take, Waiting(), open_device=Shaky)
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0])
    assert heard.of("gate") == ["up", "down"] * 9


async def _type_all(reader: ScannerSimulator | TcpScannerSimulator, codes: list[str]) -> None:
    for code in codes:
        await reader.type(code)

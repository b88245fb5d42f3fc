from __future__ import annotations

import asyncio
import errno
import os
import random
import threading
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from agent import recording
from agent.batch import Pending
from agent.core.codes.code_settings import CodeSettings
from agent.core.directories.copies import Kept
from agent.core.errors import ConfigurationError, JournalError
from agent.core.fingerprint import fingerprint
from agent.core.observations import Configured, Tick
from agent.core.recordings.recorded import HEADER
from agent.intake import STORAGE_FULL
from agent.playback import RecordedFile, Recording, Seam
from agent.recording import MB
from agent.recording_files import PARTS, RecordingFiles, files_of
from agent.replay import Replay
from tests.agent.disks import SmallDisk, broken, mended
from tests.agent.parts import Running, an_intake, eventually, order, scan, settings, start_order, with_order
from tests.agent.recordings import BEGAN, PRESS, a_day, a_wish, at, replayed, said, start, stop

LIMIT = 400_000


async def the_story(running: Running) -> None:
    """An order, stops, units, an entry refused by the rules, and a commit that fails in the middle."""
    intake = running.intake
    await start(running)
    day = list(a_day((20, 40), (60, 300), until=400))
    await intake.take(day[:90])
    await with_order(running)
    await intake.submit(scan("SN:1", "client-0001"))
    await intake.submit(scan("SN:1", "client-0002"))
    await intake.submit(scan("SN:1", "client-0001"))
    await intake.submit(start_order("client-0003"))
    broken(running.journal)
    await intake.take(day[90:700])
    await eventually(lambda: intake.failing, "the disk takes nothing")
    mended(running.journal)
    await intake.take(day[700:])
    await stop(running, 401)


async def test_a_replay_with_the_same_settings_makes_exactly_the_facts_that_the_agent_made(tmp_path: Path) -> None:
    wish = a_wish(tmp_path)
    async with an_intake(tmp_path, wish=wish) as running:
        await the_story(running)
    async with an_intake(tmp_path) as running:
        rows = await running.journal.latest(10_000)
    facts, seams = replayed(wish.folder)
    assert said(facts) == said(rows)
    assert seams == []
    kinds = {row.type for row in rows}
    assert {"stop.upgraded", "operation.started", "scan.refused", "output.recorded"} <= kinds


async def test_a_second_recording_sets_out_from_what_the_first_left(tmp_path: Path) -> None:
    """The serial scanned before is known, the order too, though neither is in this recording."""
    async with an_intake(tmp_path) as running:
        await the_story(running)
        known = running.journal.marks.last_position
    wish = a_wish(tmp_path)
    async with an_intake(tmp_path, "e2", wish=wish, instance="i2") as running:
        await start(running, "i2", 500)
        await running.intake.submit(scan("SN:1", "client-0004"))
        await running.intake.take(a_day((520, 540), until=600, since=501))
        await stop(running, 601)
        rows = (await running.journal.latest(10_000))[known:]
    assert said(replayed(wish.folder)[0]) == said(rows)
    assert "genealogy.linked" not in {row.type for row in rows}


async def test_what_people_entered_and_nobody_could_keep_never_happened(tmp_path: Path) -> None:
    wish = a_wish(tmp_path)
    async with an_intake(tmp_path, writing=False, wish=wish) as running:
        intake, disk = running.intake, SmallDisk(tmp_path, mounted=False)
        await start_without_writer(running)
        await disk.fill(running.journal)
        await intake.take(a_day((10, 30), until=30))
        asked = asyncio.create_task(intake.submit(scan(f"LOT:P-1:{'X' * 60}")))
        await running.journal.taken(["a look-up that comes after that of the scan"])
        await intake.take(a_day((10, 30), until=60, since=31))
        for _ in range(200):
            await intake.take([replace(tick, observed=at(61)) for tick in [Tick(PRESS, at(61))]])
        with pytest.raises(JournalError):
            await intake.write_once()
        assert await asked == STORAGE_FULL
        await disk.free(running.journal)
        await intake.write_once()
        rows = await running.journal.latest(10_000)
    facts, _ = replayed(wish.folder)
    assert said(facts) == said(rows)
    assert not {row.type for row in rows} & {"scan.accepted", "lot.loaded"}


async def start_without_writer(running: Running) -> None:
    started = asyncio.create_task(start(running))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await running.intake.write_once()
    await started


async def test_files_follow_each_other_and_each_can_be_read_by_itself(tmp_path: Path) -> None:
    wish = a_wish(tmp_path, 2 * MB)
    async with an_intake(tmp_path, wish=wish) as running:
        await start(running)
        await with_order(running)
        await noisily(running, 0, 900)
        await stop(running, 901)
        rows = await running.journal.latest(10_000)
    files = files_of(wish.folder)
    assert len(files) > 3
    assert all(is_whole(file) for file in files)
    facts, seams = replayed(wish.folder)
    assert said(facts) == said(rows)[-len(facts) :]
    assert seams == []
    assert [fact for file in files for fact in said(replayed(file)[0])] == said(facts)


def is_whole(path: Path) -> bool:
    file = RecordedFile(path)
    assert next(iter(list(file.lines()))).startswith(HEADER.encode())
    return file.is_whole


async def noisily(running: Running, since: int, until: int) -> None:
    """The press, and what compresses badly, slowly enough for the writer to follow."""
    dice = random.Random(since)
    for observation in a_day((100, 120), (300, 330), until=until, since=since):
        await running.intake.take([observation])
        noise = dice.randbytes(500).hex()
        await running.intake.take([Tick(PRESS, at(observation.observed.wall - BEGAN))])
        running.intake.note(replace(order(), name=f"cmd/{noise}", payload=b"", observed=observation.observed))
        if isinstance(observation, Tick):
            assert running.recorder is not None
            await eventually(running.recorder._waiting.empty, "the writer follows")


async def test_the_bound_is_kept_the_oldest_go_first_and_the_rest_joins(tmp_path: Path) -> None:
    wish = a_wish(tmp_path, LIMIT)
    async with an_intake(tmp_path, wish=wish) as running:
        await start(running)
        await noisily(running, 0, 600)
        files = files_of(wish.folder)
        assert sum(file.stat().st_size for file in files) <= wish.limit
        # How many parts there are depends on how much comes between two looks; the space is used all the same.
        assert 2 <= len(files) <= PARTS + 1
        assert sum(file.stat().st_size for file in files) >= wish.limit // 3
        assert files[0].name > "recording-000002.gz"
        await stop(running, 601)
        rows = await running.journal.latest(100_000)
    facts, seams = replayed(wish.folder)
    assert seams == []
    assert said(facts) == said(rows)[-len(facts) :]


async def test_a_recording_of_an_earlier_run_counts_too(tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    folder.mkdir()
    for number in range(20):
        (folder / f"recording-{number:06}.gz").write_bytes(bytes(5_000))
    (folder / "notes.txt").write_bytes(bytes(5_000))
    files = RecordingFiles(folder, 60_000)
    files.begin(b"x\n")
    files.end(b"y\n")
    assert files_of(folder)[-1].name == "recording-000020.gz"
    assert sum(file.stat().st_size for file in files_of(folder)) <= 60_000
    assert (folder / "notes.txt").exists()


async def test_what_was_recorded_can_be_read_at_once_while_the_agent_runs(tmp_path: Path) -> None:
    wish = a_wish(tmp_path)
    async with an_intake(tmp_path, wish=wish) as running:
        await start(running)
        await running.intake.take(a_day(until=30))
        began = asyncio.get_running_loop().time()
        await eventually(lambda: lines_in(wish.folder) == 2 + 1 + 31 * 3, "everything is there", 3)
        assert asyncio.get_running_loop().time() - began < 3 * recording.FLUSH_S
        (seam,) = replayed(wish.folder)[1]
        assert seam == Seam(at(30).wall, None, "the agent still runs, or was killed")


def lines_in(folder: Path) -> int:
    return sum(len(list(RecordedFile(file).lines())) for file in files_of(folder)) if folder.exists() else 0


async def test_a_file_cut_off_or_damaged_anywhere_is_read_up_to_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each line can be read by itself, however fast the disk is.
    monkeypatch.setattr(recording, "FLUSH_S", 1e-9)
    wish = a_wish(tmp_path)
    async with an_intake(tmp_path, wish=wish) as running:
        await start(running)
        await running.intake.take(a_day((20, 40), until=100))
        await stop(running, 101)
    (file,) = files_of(wish.folder)
    octets, whole = file.read_bytes(), said(replayed(file)[0])
    dice = random.Random(7)
    shortest = 0
    for cut in sorted(dice.sample(range(1, len(octets)), 60)):
        file.write_bytes(octets[:cut])
        shortest = check_beginning(file, whole, shortest)
    for place in dice.sample(range(12, len(octets)), 60):
        damaged = bytearray(octets)
        damaged[place] ^= 0xFF
        file.write_bytes(damaged)
        check_beginning(file, whole, 0)
    assert shortest > 60


def check_beginning(file: Path, whole: list[tuple[object, ...]], shortest: int) -> int:
    """How many facts are left; they are the first ones, and it is told that others are missing.

    Cut within the last octets, which are gzip's own count of what stands before, nothing is missing.
    """
    try:
        facts, seams = replayed(file)
    except ConfigurationError as error:
        assert "is no recording" in str(error)  # noqa: PT017 - not even the header is left
        return shortest
    assert said(facts) == whole[: len(facts)]
    assert len(seams) == 1 or (not seams and said(facts) == whole)
    assert len(facts) >= shortest
    return len(facts)


async def test_a_full_disk_ends_the_recording_aloud_and_the_agent_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wish = a_wish(tmp_path)
    write = os.write

    def limited(file: int, octets: bytes) -> int:
        left = 12_000 - os.fstat(file).st_size
        if left <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, octets[:left])

    monkeypatch.setattr(os, "write", limited)
    async with an_intake(tmp_path, wish=wish) as running:
        await start(running)
        await noisily_for(running, 0)
        await eventually(lambda: lines_in(wish.folder) > 90, "something is on the disk")
        for second in range(30, 900, 30):
            await noisily_for(running, second)
        await eventually(lambda: bool(running.alarms.current), "it is told")
        await running.intake.take(a_day(until=1000, since=990))
        await stop(running, 1001)
        assert (await running.types())[-1] == "agent.stopping"
        rows = await running.journal.latest(100_000)
        (alarm,) = running.alarms.current
    assert alarm.code == "recording_ended"
    assert f"the recording in {wish.folder} has ended: No space left on device" in alarm.text
    assert caplog.text.count("has ended") == 1
    facts, (seam,) = replayed(wish.folder)
    assert seam.why == "No space left on device"
    assert 0 < len(facts) < len(rows)
    assert said(facts) == said(rows)[: len(facts)]


async def noisily_for(running: Running, second: int) -> None:
    for observation in a_day((second + 5, second + 15), until=second + 29, since=second):
        noise = random.Random(observation.observed.wall).randbytes(100).hex()
        await running.intake.take([observation])
        running.intake.note(replace(order(), name=f"cmd/{noise}", payload=b"", observed=observation.observed))
    await asyncio.sleep(0)


async def test_a_folder_that_cannot_be_made_is_told_and_keeps_no_agent_from_running(tmp_path: Path) -> None:
    (tmp_path / "recording").write_text("not a folder")
    async with an_intake(tmp_path, wish=a_wish(tmp_path)) as running:
        await eventually(lambda: bool(running.alarms.current), "it is told")
        await running.intake.take(a_day(until=3))
        assert "File exists" in running.alarms.current[0].text


async def test_a_disk_that_is_too_slow_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    begin = RecordingFiles.begin

    def slow(files: RecordingFiles, header: bytes) -> None:
        released.wait()
        begin(files, header)

    monkeypatch.setattr(RecordingFiles, "begin", slow)
    monkeypatch.setattr(recording, "MOST_WAITING", 100)
    wish = a_wish(tmp_path)
    async with an_intake(tmp_path, wish=wish) as running:
        await start(running)
        await running.intake.take(a_day((5, 10), until=100))
        (alarm,) = running.alarms.current
        assert "the disk is too slow" in alarm.text
        released.set()
    (seam,) = replayed(wish.folder)[1]
    assert seam.why == "the disk is too slow"
    assert lines_in(wish.folder) == 1 + 100 + 1


async def test_a_recording_takes_no_space_that_facts_need(tmp_path: Path) -> None:
    wish = a_wish(tmp_path)
    async with an_intake(tmp_path, wish=wish) as running:
        await start(running)
        assert running.recorder is not None
        running.recorder.shed()
        running.recorder.shed()
        running.recorder.resume()
        await running.intake.take(a_day(until=10))
        assert [alarm.code for alarm in running.alarms.current] == ["recording_ended"]
    (seam,) = replayed(wish.folder)[1]
    assert seam.why == "space for facts is short"


async def test_only_we_may_read_a_recording(tmp_path: Path) -> None:
    wish = a_wish(tmp_path)
    async with an_intake(tmp_path, wish=wish) as running:
        await start(running)
    assert wish.folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in files_of(wish.folder)} == {0o600}


async def test_the_header_knows_the_objects_of_the_mes_as_they_are_then(tmp_path: Path) -> None:
    wish = a_wish(tmp_path)
    async with an_intake(tmp_path, wish=wish) as running:
        recorder = running.recorder
        assert recorder is not None
        given = order()
        for payload in (b"{}", given.payload):
            pending = Pending(given, running_id(), {}, kept=(Kept(PRESS, "orders/PO-1", payload),))
            recorder.record(pending, running.intake.present)
        assert recorder._part(running.intake.present).directories == ((PRESS, "orders/PO-1", given.payload),)
        withdrawn = Pending(given, running_id(), {}, kept=(Kept(PRESS, "orders/PO-1", b"", "withdrawn"),))
        recorder.record(withdrawn, running.intake.present)
        assert recorder._part(running.intake.present).directories == ()


def running_id() -> UUID:
    return UUID(int=0x7000_8000_0000_0000_0000)


def test_where_nothing_is_recorded_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no recording; make one with lineside run --record"):
        Recording(tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read: No such file or directory"):
        Recording(tmp_path / "none")


async def test_a_recording_goes_on_by_the_configuration_that_was_read_meanwhile(tmp_path: Path) -> None:
    """A replay with the recorded settings makes exactly the facts that the agent made, before and after."""
    wish = a_wish(tmp_path)
    async with an_intake(tmp_path, wish=wish) as running:
        await start(running)
        day = list(a_day((20, 40), (60, 90), until=200))
        await running.intake.take(day[:75])
        read = settings(tmp_path)
        patient = {"stop": read.machine[0].stop.model_copy(update={"stop_confirm_s": 25.0})}
        read = read.model_copy(update={"machine": (read.machine[0].model_copy(update=patient),)})
        configured = Configured(None, fingerprint(read), "sighup", (), at(25.5))
        running.intake.go_by(read, running.intake.badges, configured, ())
        await running.intake.take(day[75:])
        await stop(running, 201)
    async with an_intake(tmp_path) as running:
        rows = await running.journal.latest(10_000)
    facts, seams = replayed(wish.folder)
    assert said(facts) == said(rows)
    assert seams == []
    assert [row.type for row in rows].count("stop.opened") == 1, "the first standstill was 20 s, the second 30 s"


async def test_another_configuration_is_tried_on_the_whole_recording(tmp_path: Path) -> None:
    wish = a_wish(tmp_path)
    async with an_intake(tmp_path, wish=wish) as running:
        await start(running)
        day = list(a_day((20, 40), until=100))
        await running.intake.take(day[:150])
        read = settings(tmp_path).model_copy(update={"codes": CodeSettings(rescan_ms=500)})
        configured = Configured(None, fingerprint(read), "sighup", (), at(50.0))
        running.intake.go_by(read, running.intake.badges, configured, ())
        await running.intake.take(day[150:])
        await stop(running, 101)
    same = replayed(wish.folder, Replay("the same", settings(tmp_path), None))[0]
    assert said(same) == said(replayed(wish.folder)[0])

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.configuration import load
from agent.recording_files import files_of
from agent.replay import Replay
from tests.agent.parts import an_intake
from tests.agent.processes import a_free_port, a_line, an_agent, configuration
from tests.agent.recordings import BEGAN, a_day, a_wish, replayed, start, stop
from tests.agent.test_command_line import assert_refused, lineside

STANDSTILLS = ((100, 107), (200, 230), (240, 260), (400, 500), (600, 900))
"""7 s; 30 s and 20 s with 10 s between; 100 s; 300 s."""
CONFIG = """
[agent]
enterprise = "acme"
site = "ala1"
area = "hall-1"
id = "edge-1"

[mes]
host = "mes"

[[machine]]
work_center = "PRESS-1"
modbus = {{ host = "plc" }}
stop = {{ {stop} }}
signal = [
    {{ key = "run", role = "run", table = "discrete", address = 0, type = "bit" }},
    {{ key = "total", role = "total", table = "input", address = 0, type = "uint32" }},
]

[codes]
rescan_ms = 0
"""


def a_config(folder: Path, name: str = "new.toml", /, **stop: float) -> Path:
    path = folder / name
    path.write_text(CONFIG.format(stop=", ".join(f"{key} = {value}" for key, value in stop.items())))
    return path


async def a_recording(folder: Path) -> Path:
    """A press with these standstills."""
    wish = a_wish(folder)
    async with an_intake(folder, wish=wish) as running:
        await start(running)
        await running.intake.take(a_day(*STANDSTILLS, until=1000))
        await stop(running, 1001)
    return wish.folder


Edges = tuple[str, float, float | None]


def edges(replay: Replay) -> list[Edges]:
    spans = replay.accounts["PRESS-1"].spans.values()
    return [(one.stop_class, one.start - BEGAN, None if one.end is None else one.end - BEGAN) for one in spans]


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        (
            {},
            [
                ("minor", 100, 107),
                ("minor", 200, 230),
                ("minor", 240, 260),
                ("minor", 400, 500),
                ("down", 600, 900),
            ],
        ),
        (
            {"stop_confirm_s": 8},
            [("minor", 200, 230), ("minor", 240, 260), ("minor", 400, 500), ("down", 600, 900)],
        ),
        (
            {"stop_confirm_s": 8, "minor_stop_max_s": 99},
            [("minor", 200, 230), ("minor", 240, 260), ("down", 400, 500), ("down", 600, 900)],
        ),
        (
            {"run_confirm_s": 15},
            [("minor", 100, 107), ("minor", 200, 260), ("minor", 400, 500), ("down", 600, 900)],
        ),
    ],
)
async def test_a_replay_makes_the_stops_that_the_configuration_asks_for(
    tmp_path: Path, stop: dict[str, float], expected: list[Edges]
) -> None:
    recorded = await a_recording(tmp_path)
    tried = Replay("new", load(a_config(tmp_path, "tried.toml", **stop)), None)
    replayed(recorded, tried)
    assert edges(tried) == expected


async def test_retune_shows_how_stops_and_counts_would_change(tmp_path: Path) -> None:
    recorded = await a_recording(tmp_path)
    new = a_config(tmp_path, stop_confirm_s=8, run_confirm_s=15, minor_stop_max_s=99)
    answer = await lineside("retune", recorded, "-c", new)
    assert answer.status == 0, answer.err
    assert answer.err == "retune: 3006 observations, each with both configurations\n"
    assert answer.out.splitlines() == [
        "Recorded from 2026-03-04 05:00:00 to 2026-03-04 05:16:41 (UTC), 3,006 observations.",
        f"Before: the configuration of the recording. New: {new}.",
        "",
        "PRESS-1",
        "  stop.minor_stop_max_s: 120.0 -> 99.0",
        "  stop.run_confirm_s: 3.0 -> 15.0",
        "  stop.stop_confirm_s: 5.0 -> 8.0",
        "",
        "                                          before                 new              change",
        "  stops, minor                      4  0:02:37.0        1  0:01:00.0      -3  -0:01:37.0",
        "  stops, down                       1  0:05:00.0        2  0:06:40.0      +1  +0:01:40.0",
        "  stops, all                        5  0:07:37.0        3  0:07:40.0      -2  +0:00:03.0",
        "  good, EA                                   543                 543",
        "  no_order_running                             1                   1",
        "",
        "  vanishes     05:01:40.0 to 05:01:47.0  minor     0:00:07.0  IDLE",
        "  merges       05:03:20.0 to 05:03:50.0  minor     0:00:30.0  IDLE",
        "               05:04:00.0 to 05:04:20.0  minor     0:00:20.0  IDLE",
        "            -> 05:03:20.0 to 05:04:20.0  minor     0:01:00.0  IDLE",
        "  changes      05:06:40.0 to 05:08:20.0  minor     0:01:40.0  IDLE",
        "            -> 05:06:40.0 to 05:08:20.0  down      0:01:40.0  IDLE",
    ]


async def test_retune_tells_programs_everything(tmp_path: Path) -> None:
    recorded = await a_recording(tmp_path)
    old, new = a_config(tmp_path, "old.toml", minor_stop_max_s=99), a_config(tmp_path)
    answer = await lineside("retune", recorded, "-c", new, "--against", old, "--json", "--work-center", "PRESS-1")
    document = json.loads(answer.out)
    (center,) = document.pop("work_centers")
    assert document == {
        "from": "2026-03-04T05:00:00.000Z",
        "to": "2026-03-04T05:16:41.000Z",
        "time_zone": "UTC",
        "observations": 3006,
        "before": str(old),
        "after": str(new),
        "not_recorded": [],
    }
    assert center["settings"] == {"stop.minor_stop_max_s": [99.0, 120.0]}
    assert center["before"]["stops"]["down"] == {"count": 2, "duration_s": 400.0}
    assert center["after"]["good"] == {"EA": "543"}
    (change,) = center["changes"]
    assert (change["kind"], len(change["before"]), len(change["after"])) == ("changes", 1, 1)
    assert {**change["after"][0], "stop_id": ""} == {
        "stop_id": "",
        "class": "minor",
        "condition": "IDLE",
        "machine_reasons": [],
        "start": "2026-03-04T05:06:40.000Z",
        "end": "2026-03-04T05:08:20.000Z",
    }


async def test_what_does_not_fit_the_recording_is_one_sentence(tmp_path: Path) -> None:
    recorded = await a_recording(tmp_path)
    right = a_config(tmp_path)
    for found, put, *parts in (
        ("PRESS-1", "PRESS-9", "work center 'PRESS-1' was recorded and is missing", "--work-center"),
        ('key = "total"', 'key = "strokes"', "signal 'strokes' of PRESS-1 was not recorded; recorded were run, total."),
        ('address = 0, type = "uint32"', 'address = 8, type = "uint32"', "is read from another place"),
    ):
        wrong = tmp_path / "wrong.toml"
        wrong.write_text(right.read_text().replace(found, put))
        for arguments in (("-c", wrong), ("-c", right, "--against", wrong)):
            assert_refused(await lineside("retune", recorded, *arguments), str(wrong), *parts)
    answer = await lineside("retune", recorded, "-c", right, "--work-center", "FILL-1")
    assert_refused(answer, "'FILL-1' was not recorded; recorded were PRESS-1")
    assert_refused(await lineside("retune", right, "-c", right), f"{right}: is no recording")


async def test_a_signal_that_is_no_longer_configured_is_not_heard(tmp_path: Path) -> None:
    recorded = await a_recording(tmp_path)
    path = a_config(tmp_path)
    kept = [line for line in path.read_text().splitlines() if 'key = "total"' not in line]
    path.write_text("\n".join(kept))
    tried = Replay("new", load(path), None)
    replayed(recorded, tried)
    assert tried.accounts["PRESS-1"].good == {}
    assert len(edges(tried)) == len(STANDSTILLS)


async def test_a_stop_over_a_restart_of_the_agent_stays_one_stop_under_any_configuration(tmp_path: Path) -> None:
    wish = a_wish(tmp_path)
    standstills = ((100, 300), (400, 500))
    async with an_intake(tmp_path, wish=wish) as running:
        await start(running)
        await running.intake.take(a_day(*standstills, until=200))
        await stop(running, 200.5)
    async with an_intake(tmp_path, "e2", wish=wish, instance="i2") as running:
        await start(running, "i2", 210)
        await running.intake.take(a_day(*standstills, until=600, since=211))
        await stop(running, 601)
    for tried in (Replay("old", None, None), Replay("new", load(a_config(tmp_path, stop_confirm_s=30)), None)):
        _, seams = replayed(wish.folder, tried)
        assert seams == []
        assert edges(tried) == [("down", 100, 300), ("minor", 400, 500)]
        assert tried.accounts["PRESS-1"].good == {"EA": 600 - 300}


async def test_where_an_agent_ran_unrecorded_its_own_state_is_taken_and_it_is_told(tmp_path: Path) -> None:
    wish = a_wish(tmp_path)
    standstills = ((100, 1000),)
    for number, (since, until) in enumerate(((0, 200), (210, 300), (310, 1100))):
        recorded = None if number == 1 else wish
        async with an_intake(tmp_path, f"e{number}", wish=recorded, instance=f"i{number}") as running:
            await start(running, f"i{number}", since)
            await running.intake.take(a_day(*standstills, until=until, since=since))
            if number != 1:
                await stop(running, until + 1)
    for tried in (Replay("old", None, None), Replay("new", load(a_config(tmp_path, stop_confirm_s=30)), None)):
        _, (seam,) = replayed(wish.folder, tried)
        assert seam.why == "the agent stopped"
        assert edges(tried) == [("down", 100, 1000)]


async def test_a_real_agent_is_recorded_killed_started_again_and_retuned(tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    with a_line(tmp_path, 60.0) as line:
        text = configuration(tmp_path, line, a_free_port())
        for is_killed in (True, False):
            async with an_agent(tmp_path, text, arguments=("--record", str(folder))) as agent:
                await agent.manager.hears("READY=1")
                await agent.says(f"is recorded in {folder}")
                await agent.says("facts wait in the journal")
                await agent.manager.hears("WATCHDOG=1")
                await agent.manager.hears("WATCHDOG=1")
                if is_killed:
                    agent.process.kill()
                    await agent.process.wait()
                else:
                    assert (await agent.stopped())[0] == 0
                assert "Traceback" not in agent.log
    assert [file.name for file in files_of(folder)] == ["recording-000001.gz", "recording-000002.gz"]
    answer = await lineside("retune", folder, "-c", tmp_path / "lineside.toml")
    assert answer.status == 0, answer.err
    assert answer.out.count("both configurations are the same here") == 2
    assert answer.out.count("no stop changes") == 2
    assert "the agent was killed" in answer.out

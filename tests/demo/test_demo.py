from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Literal

import psutil
import pytest

from simulators.demo.plant import Choice
from simulators.demo.play import play, run
from simulators.demo.progress import Progress
from simulators.demo.scenario import BROKER_AWAY, Scenario


def processes_about(folder: Path) -> list[str]:
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if str(folder) in line and process.info["pid"] != os.getpid():
            found.append(line)
    return found


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("kind", "said"), [("mosquitto", "MQTT 5."), ("embedded", "MQTT 3.1.1, without a disk. Install Mosquitto")]
)
def test_the_demo_plays_to_a_verdict_without_a_fault(kind: str, said: str, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "agent", "demo", "--headless", "--kind", kind, "--folder", str(folder)]
    played = subprocess.run(command, capture_output=True, text=True, timeout=220, check=False)
    assert played.returncode == 0, played.stdout + played.stderr
    for words in (
        said,
        "the agent is killed (SIGKILL)",
        "the broker is stopped",
        "Plan against fact",
        "From the journal to the MES",
        "What the machines truly did against what the MES counted",
        "every fact is at the MES exactly once",
    ):
        assert words in played.stdout
    assert "✗" not in played.stdout
    assert processes_about(folder) == []


@pytest.mark.timeout(120)
async def test_on_a_busy_pc_it_begins_anew_with_more_time(tmp_path: Path) -> None:
    said = io.StringIO()
    short = Scenario(speed=60.0, minutes=3.0, work={})
    choice = Choice(tmp_path, short.speed, "embedded", leads_s=(0.1, 20.0))
    _, checks = await run(short, choice, Progress(said))
    assert [check for check in checks if not check.ok] == []
    assert said.getvalue().count("this PC is busy: all begins anew, with more time to start") == 1


@pytest.mark.timeout(120)
async def test_without_a_broker_the_machines_are_watched_as_ever(tmp_path: Path) -> None:
    evidence, checks = await run(BROKER_AWAY, Choice(tmp_path, BROKER_AWAY.speed, "mosquitto"), Progress(io.StringIO()))
    assert [check for check in checks if not check.ok] == []
    [away] = evidence.supervisor.broker_outages
    for wc, outputs in evidence.outputs.items():
        told = [output for output in outputs if output.overlap(away) > 0]
        assert len(told) > 10, wc
        assert evidence.report.work_centers[wc].seconds.get("UNKNOWN", 0.0) == 0.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_a_demo_that_is_broken_off_leaves_nothing_running(number: signal.Signals, tmp_path: Path) -> None:
    command = ("-m", "agent", "demo", "--headless", "--folder", str(tmp_path / "demo"))
    demo = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=PIPE, stderr=PIPE)
    assert demo.stdout is not None
    try:
        async with asyncio.timeout(60):
            while b"is watched" not in await demo.stdout.readline():
                pass
            assert len(processes_about(tmp_path)) >= 4
            demo.send_signal(number)
            _, said = await demo.communicate()
            while processes_about(tmp_path):  # noqa: ASYNC110 - a process that is no child of ours tells us nothing
                await asyncio.sleep(0.02)
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.communicate()
    if number != signal.SIGKILL:
        assert (demo.returncode, said) == (130, b"lineside demo: broken off; there is no verdict.\n")


@pytest.mark.parametrize("broker", ["", ":1883", "here:", "here:x", "here:70000"])
def test_a_broker_that_is_no_address_is_refused_in_one_sentence(
    broker: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(headless=True, broker=broker, kind="auto", folder=tmp_path / "new") == 1
    assert capsys.readouterr().err == (
        f"lineside demo: the broker is '{broker}'; expected host:port, such as 127.0.0.1:1883\n"
    )


def test_a_folder_that_is_in_use_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "journal").touch()
    kind: Literal["auto"] = "auto"
    assert play(headless=True, broker=None, kind=kind, folder=tmp_path) == 1
    assert capsys.readouterr().err == (
        f"lineside demo: the folder '{tmp_path}' is not empty; expected a new one, as each run begins a journal\n"
    )

"""`lineside tui --demo` in a real terminal: what it shows, what works before it, and that nothing of it is left."""

from __future__ import annotations

import asyncio
import json
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from agent.core.directories import CodeList
from simulators.broker import Broker, BrokerUnavailableError
from simulators.demo.trial_plan import BADGE, KEY_FILE, trial_plan
from simulators.mes.credentials import DEMO_KEY
from simulators.mes.plan_file import read_plan
from tests.tui.test_real_terminal import Tmux

ROOT = Path(__file__).parents[2]
READY_S = 60.0
"""A busy PC may need so long for five processes; a quiet one needs seven seconds."""
TYPING_GAP_S = "0.3"
"""A person's pace: keys that come faster are taken for a scanner's."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial that runs in tmux."""

    tmux: Tmux
    folder: Path
    """TMPDIR of it all."""

    async def types(self, *keys: str) -> None:
        words: list[str] = []
        for key in keys:
            words += ["send-keys", key, ";", "run-shell", "-d", TYPING_GAP_S, ";"]
        await self.tmux.run(*words[:-1])

    def processes(self) -> list[psutil.Process]:
        """Everything that was started by it, the trial itself first."""
        found = [process for process in psutil.process_iter() if self._is_part(process)]
        return sorted(found, key=lambda process: process.create_time())

    def _is_part(self, process: psutil.Process) -> bool:
        try:
            here = process.environ().get("TMPDIR") == str(self.folder)
            return here and process.name() not in {"tmux: server", "sh", "cat"}
        except psutil.Error:
            return False

    async def is_over(self) -> None:
        async with asyncio.timeout(30):
            while self.processes() or any(self.folder.iterdir()):  # noqa: ASYNC110 - they are no children of ours
                await asyncio.sleep(0.05)


@asynccontextmanager
async def trying(folder: Path, *options: str) -> AsyncIterator[Trial]:
    home = folder / "tmp"
    home.mkdir()
    tmux = Tmux(folder / "tmux.sock")
    command = shlex.join([sys.executable, "-m", "agent", "tui", "--demo", *options])
    environment = ["env", f"TMPDIR={home}", f"PYTHONPATH={ROOT}"]
    shell = f"{shlex.join(environment)} {command}; echo ended with $?; cat"
    await tmux.run("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "-c", str(ROOT), shell)
    try:
        yield Trial(tmux, home)
    finally:
        await tmux.run("kill-server")


@pytest.mark.timeout(120)
async def test_somebody_signs_on_starts_an_order_kills_the_agent_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async with trying(tmp_path) as trial:
        await trial.tmux.sees(f"type {BADGE} and Enter", READY_S)
        await trial.tmux.type_as_a_scanner(BADGE)
        await trial.tmux.sees("Aigerim S. signed on.")
        await trial.types("F7")
        await trial.tmux.sees("PO-1003")
        await trial.types("1", "Enter")
        await trial.tmux.sees("Order started")
        [agent] = [one for one in trial.processes() if "run" in one.cmdline()]
        agent.kill()
        await trial.tmux.sees("AGENT NOT REACHABLE")
        await trial.tmux.sees("● ONLINE")
        await trial.types("C-q")
        await trial.tmux.sees("ended with 0")
        await trial.is_over()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
async def test_a_trial_that_is_ended_from_outside_leaves_no_process(number: signal.Signals, tmp_path: Path) -> None:
    async with trying(tmp_path) as trial:
        await trial.tmux.sees(f"type {BADGE} and Enter", READY_S)
        assert len(trial.processes()) >= 6
        trial.processes()[0].send_signal(number)
        await trial.tmux.sees("ended with")
        async with asyncio.timeout(30):
            while trial.processes():  # noqa: ASYNC110 - they are no children of ours
                await asyncio.sleep(0.05)
        if number != signal.SIGKILL:
            assert list(trial.folder.iterdir()) == []
            await trial.tmux.run("send-keys", "-l", "abc")
            await trial.tmux.sees("abc")


@pytest.mark.timeout(120)
async def test_it_speaks_the_language_asked_for_and_a_window_that_is_closed_ends_it_all(tmp_path: Path) -> None:
    async with trying(tmp_path, "--language", "ru") as trial:
        await trial.tmux.sees(f"наберите {BADGE}", READY_S)
        await trial.tmux.run("kill-server")
        await trial.is_over()


def test_without_a_terminal_it_says_so_and_starts_nothing() -> None:
    command = [sys.executable, "-m", "agent", "tui", "--demo"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("lineside tui --demo: this is no terminal.")


def test_a_pc_without_any_broker_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.broker.find_spec", lambda _name: None)
    with pytest.raises(BrokerUnavailableError, match=r"apt install mosquitto; or pip install 'lineside\[simulation\]'"):
        Broker(folder=tmp_path, search_path=str(tmp_path))


def test_the_plan_is_one_of_the_simulated_mes_and_every_reason_and_defect_has_its_group(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text(DEMO_KEY)
    file = tmp_path / "plan.json"
    document = trial_plan(datetime(2026, 5, 4, 9, tzinfo=UTC))
    file.write_text(json.dumps(document))
    plan = read_plan(file)
    assert {reason.more["group"] for reason in plan.reasons} == set(plan.reason_groups)
    assert plan.reasons_directory()["groups"] == plan.reason_groups
    (told,) = [one.document for one in plan.objects if one.name == "defects"]
    defects = CodeList.model_validate(told)
    assert len(defects.codes) > 9
    assert {one.group for one in defects.codes} == set(defects.groups)
    assert all(set(one.text) == {"en", "ru", "kk"} for one in defects.codes)

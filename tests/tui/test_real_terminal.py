"""The terminal in a real one: tmux types as fast as a scanner and shows what came of it."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.core.views import ScanBody
from agent.tui.wedge import REST_S
from tests.tui.fake_agent import FakeAgent
from tests.tui.operating import eventually
from tests.tui.views import STOPPED, showing

PROGRAM = (
    "import sys; from pathlib import Path; from agent.core.terminal_settings import TerminalSettings; "
    "from agent.tui.app import run_terminal; {call}"
)
KEY_GAP_S = "0.005"


@dataclass(frozen=True, slots=True)
class Tmux:
    """One tmux server of the test's own."""

    server: Path

    async def run(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "tmux", "-S", str(self.server), *arguments, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        return output.decode()

    async def type_as_a_scanner(self, code: str) -> None:
        """One key after the other, with its gap, then Enter; all in one call, since each takes longer than the gap."""
        keys = [("send-keys", "-l", key, ";", "run-shell", "-d", KEY_GAP_S, ";") for key in code]
        await self.run(*(word for key in keys for word in key), "send-keys", "Enter")

    async def scans(self, code: str, agent: FakeAgent) -> None:
        """Scans until the code is taken, as a person does: one in whose midst this PC stood still is refused aloud."""
        before = len(agent.received)
        for _ in range(5):
            await self.type_as_a_scanner(code)
            with suppress(AssertionError):
                return await eventually(lambda: len(agent.received) > before, code, within=REST_S + 3.0)
        raise AssertionError(f"scanned five times and not taken: {code!r}\n{await self.run('capture-pane', '-p')}")

    async def sees(self, text: str, within: float = 20.0) -> None:
        screen = ""
        try:
            async with asyncio.timeout(within):
                while text not in screen:
                    screen = await self.run("capture-pane", "-p")
        except TimeoutError:
            raise AssertionError(f"'{text}' is not on the screen:\n{screen}") from None


@asynccontextmanager
async def tmux_with_a_terminal(folder: Path, socket: Path, settings: str = "") -> AsyncIterator[Tmux]:
    """A terminal in tmux.

    Args:
        folder: for tmux's own socket.
        socket: the agent's.
        settings: arguments of the terminal's settings.
    """
    tmux = Tmux(folder / "tmux.sock")
    call = f"sys.exit(run_terminal(Path({str(socket)!r}), None, 'kk', TerminalSettings({settings})))"
    command = shlex.join([sys.executable, "-c", PROGRAM.format(call=call)])
    root = Path(__file__).parents[2]
    await tmux.run("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "-c", str(root), f"{command}; cat")
    try:
        yield tmux
    finally:
        await tmux.run("kill-server")


async def test_keys_at_scanner_speed_are_scans_and_a_digit_is_a_reason(socket: Path) -> None:
    agent = FakeAgent(showing(STOPPED))
    async with agent.serving(socket), tmux_with_a_terminal(socket.parent, socket) as tmux:
        await tmux.sees("Неге? Санды басыңыз")
        codes = ["LOT:P-001:BOARD", "4006381333931", "0109521234543213\x1d10AB"]
        for code in codes:
            await tmux.scans(code, agent)
        assert [(body.text, body.manual) for body in agent.received if isinstance(body, ScanBody)] == [
            (code, False) for code in codes
        ]
        await tmux.sees("√ ҚАБЫЛДАНДЫ")
        await tmux.run("send-keys", "-l", "2")
        await eventually(lambda: len(agent.received) == len(codes) + 1, "the reason", within=20)
        assert agent.received[-1].model_dump(include={"action", "arguments"}) == {
            "action": "set_reason",
            "arguments": {"code": "TECH", "stop_id": "stop-7"},
        }
        await tmux.run("send-keys", "C-q")
        await eventually(lambda: agent.followers == 0, "the terminal has ended", within=20)


@pytest.mark.parametrize(("prefix", "octets"), [("\\x02", "02"), ("f13", "1b 5b 32 35 7e")])
async def test_with_a_prefix_lumps_and_pauses_are_codes_and_the_keys_around_them_a_persons(
    socket: Path, prefix: str, octets: str
) -> None:
    agent = FakeAgent(showing(STOPPED))
    settings = f"scan_by='prefix', scan_prefix='{prefix}', scan_suffix='tab'"
    async with agent.serving(socket), tmux_with_a_terminal(socket.parent, socket, settings) as tmux:
        await tmux.sees("Неге? Санды басыңыз")
        for lump in (octets, "33 37 1d", "41 42 09"):
            await tmux.run("send-keys", "-H", *lump.split(" "))
        await eventually(lambda: len(agent.received) == 1, "the scan", within=20)
        await tmux.run(
            "send-keys", "-H", *octets.split(" "), "58", ";", "run-shell", "-d", "0.4", ";", "send-keys", "Y", "Tab"
        )
        await eventually(lambda: len(agent.received) == 2, "the scan with a pause", within=20)
        assert [body.text for body in agent.received if isinstance(body, ScanBody)] == ["37\x1dAB", "XY"]
        await tmux.run("send-keys", "-l", "2")
        await eventually(lambda: len(agent.received) == 3, "the reason", within=20)
        await tmux.run("send-keys", "-H", *octets.split(" "), "58", "33")
        await tmux.sees("Код үзіліп қалды")
        assert len(agent.received) == 3
        await tmux.run("send-keys", "C-q")


async def test_a_paste_is_refused_and_a_scan_behind_it_taken(socket: Path) -> None:
    agent = FakeAgent(showing(STOPPED))
    async with agent.serving(socket), tmux_with_a_terminal(socket.parent, socket) as tmux:
        await tmux.sees("Неге? Санды басыңыз")
        await tmux.run("set-buffer", "0109521234543213\x1d10AB\r", ";", "paste-buffer", "-p")
        await tmux.sees("Қойылған мәтін алынбайды")
        await tmux.scans("LOT:P-001:BOARD", agent)
        await tmux.sees("√ ҚАБЫЛДАНДЫ")
        assert len(agent.received) == 1
        await tmux.run("send-keys", "C-q")


async def test_octets_that_are_no_utf_8_spoil_their_code_and_nothing_else(socket: Path) -> None:
    agent = FakeAgent(showing(STOPPED))
    async with agent.serving(socket), tmux_with_a_terminal(socket.parent, socket) as tmux:
        await tmux.sees("Неге? Санды басыңыз")
        await tmux.run("send-keys", "-H", *["4c", "4f", "54", "ff", "fe", "3a", "31", "32", "0d"])
        await tmux.sees("× ҚАБЫЛДАНБАДЫ")
        await tmux.type_as_a_scanner("LOT:P-001:BOARD")
        await tmux.sees("√ ҚАБЫЛДАНДЫ")
        assert [body.text for body in agent.received if isinstance(body, ScanBody)] == ["LOT:P-001:BOARD"]
        await tmux.run("send-keys", "C-q")

"""The text console of Linux: colours, characters and keys, and the terminal on a real one where the kernel has one."""

from __future__ import annotations

import ast
import asyncio
import fcntl
import os
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from agent.core.terminal_settings import THEMES
from agent.tui.console import painted, palette
from agent.tui.themes import GROUNDS, INKS, colors
from tests.tui.fake_agent import FakeAgent
from tests.tui.operating import eventually
from tests.tui.test_real_terminal import PROGRAM
from tests.tui.views import STOPPED, showing

ROOT = Path(__file__).parents[2]
NUMBER = 62
"""A console that nobody has open."""
DARK = palette("dark")
FONT = frozenset((Path(__file__).parent / "console_font.txt").read_text(encoding="utf-8").rstrip("\n"))
"""What FullCyrAsia-TerminusBold of Debian's console-setup has beside ASCII; all its sizes have the same."""
NEVER_DRAWN = frozenset("\N{REPLACEMENT CHARACTER}")


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_has_a_place_for_each_colour_and_every_ground_is_among_the_first_eight(theme: str) -> None:
    assert (len(GROUNDS), len(palette(theme))) == (8, 16)
    assert set(colors(theme)) == {*GROUNDS, *INKS}


def test_a_colour_of_the_theme_is_drawn_by_its_place() -> None:
    ink, ground = "38;2;242;245;247", "48;2;15;107;53"
    assert painted(f"\x1b[{ink};{ground}mRUN\x1b[0m", DARK) == "\x1b[0;1;30;42mRUN\x1b[0m"
    assert painted("\x1b[38;2;15;107;53;48;2;242;245;247m", DARK) != painted(f"\x1b[{ink};{ground}m", DARK)


def test_bold_which_would_change_the_colour_is_left_out_and_reverse_is_kept() -> None:
    assert painted("\x1b[1;38;2;16;21;26mx\x1b[7m", DARK) == "\x1b[0;30mx\x1b[0;7m"


def test_what_is_no_style_is_passed_on() -> None:
    assert painted("\x1b[3;1HLot \x1b[?25l", DARK) == "\x1b[3;1HLot \x1b[?25l"


def test_a_character_that_the_font_lacks_is_drawn_as_the_one_next_to_it() -> None:
    assert painted("⇥ ● 01␝AB", DARK) == "» • 01◊AB"


def test_the_font_has_every_character_that_the_terminal_draws() -> None:
    lacking = {}
    for path in sorted((ROOT / "agent" / "tui").rglob("*.py")):
        if path.name == "console.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                drawn = {one for one in painted(node.value, DARK) if ord(one) > 0x7E}
                if lacks := drawn - FONT - NEVER_DRAWN:
                    lacking[f"{path.name}:{node.lineno}"] = "".join(sorted(lacks))
    assert lacking == {}


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        *((f"\x1b[[{letter}", f"f{number}") for number, letter in enumerate("ABCDE", 1)),
        *((f"\x1b[{code}~", f"f{number}") for number, code in enumerate((17, 18, 19, 20, 21, 23, 24), 6)),
        ("\x7f", "backspace"),
        ("\r", "enter"),
        ("\t", "tab"),
        ("\x1d", "ctrl+right_square_bracket"),
    ],
)
def test_the_keys_of_a_console_are_known_by_what_it_sends(sent: str, key: str) -> None:
    read = [one.key for one in XTermParser().feed(sent) if isinstance(one, events.Key)]
    assert read == [key]


@dataclass(frozen=True, slots=True)
class Console:
    """A text console of this PC's kernel."""

    device: int

    def press(self, octets: bytes) -> None:
        """What the keyboard of the console would send."""
        for octet in octets:
            fcntl.ioctl(self.device, termios.TIOCSTI, bytes([octet]))

    def text(self) -> str:
        return Path(f"/dev/vcsu{NUMBER}").read_bytes().decode("utf-32-le", "replace")

    def grounds_of(self, text: str) -> set[int]:
        """Places of the colours behind a text, in the order of the palette; what the font lacks is drawn inversely."""
        at = self.text().find(text)
        attributes = Path(f"/dev/vcsa{NUMBER}").read_bytes()[5::2][at : at + len(text)]
        # The hardware counts blue, green, red; the palette red, green, blue.
        return (
            set()
            if at < 0
            else {((one >> 4) & 2) | ((one >> 4) & 1) << 2 | ((one >> 4) & 4) >> 2 for one in attributes}
        )

    async def sees(self, text: str, on: str | None = None) -> None:
        """A text stands there, on the ground of that meaning."""

        def stands() -> bool:
            return text in self.text() and (on is None or self.grounds_of(text) == {GROUNDS.index(on)})

        try:
            await eventually(stands, text, within=20)
        except AssertionError:
            raise AssertionError(f"no '{text}' on {on}, but {self.grounds_of(text)}:\n{self.text()}") from None


def opened() -> int:
    """The console's device, where this kernel has one and we may open it."""
    try:
        device = os.open(f"/dev/tty{NUMBER}", os.O_RDWR | os.O_NOCTTY)
        Path(f"/dev/vcsu{NUMBER}").read_bytes()
    except OSError as error:
        pytest.skip(f"no text console for us here: {error}")
    return device


@asynccontextmanager
async def terminal_on_a_console(socket: Path, settings: str = "") -> AsyncIterator[tuple[Console, int]]:
    """Open it there as the service does; the console and the process."""
    device = opened()
    call = f"sys.exit(run_terminal(Path({str(socket)!r}), None, 'en', TerminalSettings({settings})))"
    program = (sys.executable, "-c", PROGRAM.format(call=call))
    process = await asyncio.create_subprocess_exec(
        *program,
        stdin=device,
        stdout=device,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        cwd=ROOT,
        env={**os.environ, "TERM": "linux"},
    )
    try:
        yield Console(device), process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        _, said = await process.communicate()
        os.close(device)
        # Standard error is the journal's: nothing is drawn there.
        assert (process.returncode, said) == (0, b"")


async def test_on_a_real_console_states_have_their_colours_and_function_keys_work(socket: Path) -> None:
    agent = FakeAgent(showing(STOPPED))
    async with agent.serving(socket), terminal_on_a_console(socket) as (console, _):
        await console.sees("Why? Press a digit", on="warn")
        console.press(b"\x1b[[A")
        await console.sees("Scan at any time")
        console.press(b"\x1b")
        await console.sees("Why? Press a digit")
        console.press(b"LOT:P-001:BOARD\r")
        await console.sees("ACCEPTED", on="good")
    assert console_is_empty()


def console_is_empty() -> bool:
    """Nothing of the work stands on a console that was left."""
    return not Path(f"/dev/vcsu{NUMBER}").read_bytes().decode("utf-32-le").strip()


async def test_in_a_kiosk_no_key_closes_it(socket: Path) -> None:
    agent = FakeAgent(showing(STOPPED))
    async with agent.serving(socket), terminal_on_a_console(socket, "kiosk=True") as (console, _):
        await console.sees("Why? Press a digit")
        assert "Ctrl+Q" not in console.text()
        console.press(b"\x11")
        await console.sees("This terminal is not closed by its keys")
        console.press(b"\x03\x1a\x1c\x04")
        console.press(b"\x1b[[A")
        await console.sees("Scan at any time")
        assert agent.followers == 1

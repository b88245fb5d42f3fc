"""A terminal whose screen nobody reads any more ends all the same."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
from pathlib import Path

import pytest

COLOURS = b"\x1b[23;2~"
"""Shift and F11: the whole screen is drawn anew."""


def draw_much(master: int) -> None:
    """Presses keys and reads nothing of what they draw: far more than a line to a screen holds."""
    for _ in range(400):
        os.write(master, COLOURS)
        select.select([], [], [], 0.01)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
async def test_a_terminal_that_cannot_write_ends_when_it_is_told_to(tmp_path: Path, number: signal.Signals) -> None:
    master, slave = pty.openpty()
    try:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 48, 160, 0, 0))
        terminal = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "agent", "tui", "--socket", str(tmp_path / "agent.sock")),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        await asyncio.to_thread(os.read, master, 1)
        await asyncio.to_thread(draw_much, master)
        terminal.send_signal(number)
        async with asyncio.timeout(20):
            assert await terminal.wait() in {0, 128 + number}
    finally:
        os.close(master)
        os.close(slave)

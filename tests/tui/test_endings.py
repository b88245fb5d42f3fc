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
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

COLOURS = b"\x1b[23;2~"
"""Shift and F11: the whole screen is drawn anew."""


def draw_much(master: int) -> None:
    """Presses keys and reads nothing of what they draw: far more than a line to a screen holds."""
    for _ in range(400):
        os.write(master, COLOURS)
        select.select([], [], [], 0.01)


@asynccontextmanager
async def a_terminal(folder: Path) -> AsyncIterator[tuple[Process, int]]:
    """One that looks for its agent, and the far end of its line; it is drawn."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 48, 160, 0, 0))
    command = (sys.executable, "-m", "agent", "tui", "--socket", str(folder / "agent.sock"))
    terminal = await asyncio.create_subprocess_exec(
        *command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    try:
        await asyncio.to_thread(os.read, master, 1)
        yield terminal, master
    finally:
        if terminal.returncode is None:
            terminal.kill()
            await terminal.wait()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
async def test_a_terminal_that_cannot_write_ends_when_it_is_told_to(tmp_path: Path, number: signal.Signals) -> None:
    async with a_terminal(tmp_path) as (terminal, master):
        await asyncio.to_thread(draw_much, master)
        terminal.send_signal(number)
        async with asyncio.timeout(20):
            assert await terminal.wait() in {0, 128 + number}
        os.close(master)


async def test_a_terminal_whose_input_has_ended_ends_and_does_not_read_on_for_ever(tmp_path: Path) -> None:
    async with a_terminal(tmp_path) as (terminal, master):
        os.close(master)
        async with asyncio.timeout(20):
            assert await terminal.wait() in {0, 128 + signal.SIGHUP}

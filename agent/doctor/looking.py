"""How the world is looked at: other programs and slow files, each with a time limit and none that holds the page up."""

from __future__ import annotations

import asyncio
import shutil
import threading
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
TOOLS = "/usr/bin:/usr/sbin:/bin:/sbin"
"""Debian keeps some programs where only root's PATH looks."""


async def aside(call: Callable[[], T]) -> T:
    """The answer of a call that may hang, made in a thread that nobody waits for in the end."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(done: Callable[[], None]) -> None:
        if not answer.done():
            done()

    def work() -> None:
        try:
            found = call()
        except BaseException as error:  # noqa: BLE001 - it is raised where the answer is waited for
            raised = error
            told: Callable[[], None] = lambda: answer.set_exception(raised)  # noqa: E731 - the other of two
        else:
            told = lambda: answer.set_result(found)  # noqa: E731 - one of two
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(settle, told)

    threading.Thread(target=work, name="doctor", daemon=True).start()
    return await answer


async def said(*command: str, limit_s: float = 3.0) -> str | None:
    """What a program prints, in English; None where there is no such program, or it says nothing in time."""
    program = shutil.which(command[0], path=TOOLS)
    if program is None:
        return None
    environment = {"PATH": TOOLS, "LC_ALL": "C.UTF-8", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}
    process = await asyncio.create_subprocess_exec(
        program, *command[1:], stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, env=environment
    )
    try:
        async with asyncio.timeout(limit_s):
            out, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return out.decode(errors="replace")


def line_of(path: Path) -> str | None:
    """The text of a small file of the kernel; None where there is none."""
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return None

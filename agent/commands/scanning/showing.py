"""Shows each code that is heard, in order, until there are no more or somebody presses Ctrl+C."""

from __future__ import annotations

import asyncio
import logging
import shutil
import signal
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import typer

from agent.commands.client import AgentAwayError, post
from agent.commands.scanning.explained import Explained, Hand, Heard, as_json, explained
from agent.commands.scanning.page import page
from agent.core.codes.badges import Badges
from agent.core.codes.code_settings import ScannerSettings
from agent.core.terminal_settings import TerminalSettings
from agent.core.values import replace
from agent.core.views import ExplainBody, Reply


@dataclass(frozen=True, slots=True)
class Showing:
    """How codes are shown."""

    badges: Badges
    """What the site's codes look like and, where it is known here, the key of its badges."""
    asked: tuple[Path, str] | None
    """Socket of a running agent that is asked what a text would do, and at which work center; None without one."""
    terminal: TerminalSettings
    """How scans are told from typing in this terminal."""
    as_json: bool
    told: set[tuple[str, str]] = field(default_factory=set)
    """Readers and what was said of them: what is to be mended is said once."""

    def texts(self, texts: Iterable[str]) -> None:
        """Show texts that came without a reader."""
        for text in texts:
            if text:
                self._show(Heard("text", text))

    def readers(self, readers: Sequence[ScannerSettings]) -> None:
        """Show what is scanned from now on at these readers, which are opened here, and in this terminal."""
        from agent.commands.scanning.readers import listen

        # What drivers log of a flaw is shown in words of ours.
        logging.disable(logging.WARNING)
        asyncio.run(self._live(lambda hand: [listen(one, hand, _say) for one in readers]))

    def agent(self, socket: Path, only: str | None) -> None:
        """Show what a running agent takes from now on, of one reader or of all, and what is typed in this terminal."""
        from agent.commands.scanning.agent import follow

        def chosen(hand: Hand) -> Hand:
            return lambda one: hand(one) if only in {None, one.reader} else None

        asyncio.run(self._live(lambda hand: [follow(socket, chosen(hand), _say)]))

    async def _live(self, sources: Callable[[Hand], list[Coroutine[Any, Any, None]]]) -> None:
        heard: asyncio.Queue[Heard] = asyncio.Queue()
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopping.set)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one, name="scan.hear") for one in sources(heard.put_nowait)]
            tasks.append(group.create_task(self._show_all(heard), name="scan.show"))
            if sys.stdin.isatty():
                from agent.commands.scanning.keyboard import type_in

                tasks.append(group.create_task(type_in(self.terminal, heard.put_nowait, _say), name="scan.keyboard"))
                tasks[-1].add_done_callback(lambda _: stopping.set())
            await stopping.wait()
            for task in tasks:
                task.cancel()

    async def _show_all(self, heard: asyncio.Queue[Heard]) -> None:
        while True:
            await asyncio.to_thread(self._show, await heard.get())

    def _show(self, heard: Heard) -> None:
        one = self._answered(explained(heard, self.badges))
        if self.as_json:
            typer.echo(orjson.dumps(as_json(one)).decode())
        else:
            warnings = tuple(said for said in one.warnings if (heard.reader, said) not in self.told)
            self.told.update((heard.reader, said) for said in warnings)
            for line in page(replace(one, warnings=warnings), shutil.get_terminal_size().columns):
                typer.echo(line)

    def _answered(self, one: Explained) -> Explained:
        """With what the running agent would say, where it was not asked by scanning."""
        is_code = one.reading is not None and one.reading.code is not None
        if self.asked is None or one.heard.answer is not None or not is_code:
            return one
        socket, wc_id = self.asked
        body = ExplainBody(wc_id=wc_id, text=one.heard.text)
        try:
            answer = Reply.model_validate_json(post(socket, "/v1/explain", body.model_dump_json().encode()))
        except AgentAwayError as error:
            return replace(one, warnings=(*one.warnings, str(error)))
        return replace(one, heard=replace(one.heard, answer=answer))


def _say(text: str) -> None:
    typer.echo(typer.style(text, dim=True), err=True)

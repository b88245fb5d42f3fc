"""Jobs that run beside a body and end with it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self


class Background:
    """A task group whose body keeps its own errors.

    Leaving cancels the jobs. An error of the body goes through as it is, not wrapped in a group; an error of a job
    cancels the body and goes out as an exception group.
    """

    def __init__(self, jobs: dict[str, Coroutine[Any, Any, None]]) -> None:
        self._jobs = jobs
        self._group = asyncio.TaskGroup()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Start the jobs, each a task of its name."""
        await self._group.__aenter__()
        self._tasks = [self._group.create_task(job, name=name) for name, job in self._jobs.items()]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel the jobs and wait for them."""
        for task in self._tasks:
            task.cancel()
        if kind is asyncio.CancelledError:
            # Perhaps the group's own way to end the body: only the group can tell.
            await self._group.__aexit__(kind, error, trace)
        else:
            await self._group.__aexit__(None, None, None)

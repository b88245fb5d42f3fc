"""Commands to agents, and their answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import NAMESPACE_URL, uuid4, uuid5

Answer: TypeAlias = dict[str, Any]
LIFE = timedelta(seconds=60)


def head(reason: str, *, actor: str = "mes", command_id: str | None = None, life: timedelta | None = LIFE) -> Answer:
    """What every command carries.

    Args:
        reason: Why.
        actor: Who.
        command_id: A repeat keeps it, and is not run again; a new one if None.
        life: How long it may be run; None is for ever.
    """
    now = datetime.now(UTC)
    carried = {"command_id": command_id or str(uuid4()), "issued_at": iso(now), "actor": actor, "reason": reason}
    return carried if life is None else carried | {"expires_at": iso(now + life)}


def settling_id(agent_id: str, movement_id: str) -> str:
    """The id of the command that settles a movement: the same whenever it is said."""
    return str(uuid5(NAMESPACE_URL, f"settle:{agent_id}:{movement_id}"))


def iso(instant: datetime) -> str:
    """As the contract writes an instant."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Answers:
    """Answers that somebody waits for."""

    def __init__(self) -> None:
        self._awaited: dict[str, asyncio.Future[Answer]] = {}

    def take(self, payload: bytes) -> None:
        """An answer came; one that nobody waits for is nothing to us."""
        try:
            said = json.loads(payload)
        except (ValueError, RecursionError):
            return
        command_id = said.get("command_id") if isinstance(said, Mapping) else None
        awaited = self._awaited.pop(command_id, None) if isinstance(command_id, str) else None
        if awaited is not None and not awaited.done():
            awaited.set_result(dict(said))

    async def of(self, command_id: str, within: float) -> Answer:
        """The answer to a command; ask before it is sent.

        Raises:
            TimeoutError: none came within so many real seconds.
        """
        awaited = self._awaited.setdefault(command_id, asyncio.get_running_loop().create_future())
        try:
            async with asyncio.timeout(within):
                return await awaited
        finally:
            self._awaited.pop(command_id, None)

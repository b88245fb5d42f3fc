"""The hand on the simulated MES: requests as JSON lines over a local socket, each answered by one line.

    {"do": "publish", "name": "lots/L-1", "document": {...}, "wc_id": null}
    {"do": "withdraw", "name": "orders/PO-1", "wc_id": "FILL-1"}
    {"do": "release", "order_id": "PO-1", "op_no": null}
    {"do": "change", "order_id": "PO-1", "changes": {"bom_version": "4"}}
    {"do": "command", "name": "correct", "fields": {...}, "agent_id": null, "within_s": 10}
    {"do": "settling", "verdict": "rejected", "after_s": 0.5, "rejected_items": []}
    {"do": "wrong_figures", "by": "5"}

`release` and `change` are new revisions of the order. `command` answers with what the agent says on `res`; without an
`agent_id` it goes to the only agent that was heard of. What is published is retained, and published again at each
connect; a restart of the MES goes back to its plan.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

Request: TypeAlias = dict[str, Any]
Carry: TypeAlias = Callable[[Request], Awaitable[dict[str, Any]]]
"""Carries a request out; ValueError says what is wrong with it, TimeoutError that nobody answered."""
_LONGEST_LINE = 2**20


@asynccontextmanager
async def controlled(path: Path, carry: Carry) -> AsyncIterator[None]:
    """Listen at this path as long as it is open; only its owner can use it.

    Raises:
        OSError: the socket cannot be made.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await _answered(line, carry), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            # Whoever asked is gone, or says more than fits a line.
            return
        finally:
            writer.close()

    # What a killed MES left there would be in the way.
    _take_away(path)
    server = await asyncio.start_unix_server(serve, path, limit=_LONGEST_LINE)
    _close_to_others(path)
    try:
        yield
    finally:
        server.close()
        _take_away(path)


def _take_away(path: Path) -> None:
    path.unlink(missing_ok=True)


def _close_to_others(path: Path) -> None:
    path.chmod(0o600)


async def ask(path: Path, **request: object) -> dict[str, Any]:
    """One request to the MES at this path, and its answer.

    Raises:
        OSError: nobody listens there.
    """
    reader, writer = await asyncio.open_unix_connection(path, limit=_LONGEST_LINE)
    try:
        writer.write(json.dumps(request).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await reader.readline())
        return answer
    finally:
        writer.close()


async def _answered(line: bytes, carry: Carry) -> dict[str, Any]:
    try:
        request = json.loads(line)
        if not isinstance(request, dict):
            return {"ok": False, "error": "a request is a JSON object"}
        return {"ok": True, **await carry(request)}
    except KeyError as missing:
        return {"ok": False, "error": f"{missing} is missing"}
    except TimeoutError:
        return {"ok": False, "error": "no answer"}
    except ValueError as error:
        return {"ok": False, "error": str(error)}

"""Hosts whose names are asked for."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from drivers.naming import addresses

PATIENCE_S = 0.05


class Silent:
    """A name server that answers when it is let."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer = asyncio.Event()

    async def getaddrinfo(self, host: str, port: int, **_: Any) -> list[Any]:  # noqa: ANN401 - as asyncio has it
        self.asked += 1
        await self.answer.wait()
        if host == "nowhere":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        told = [("10.0.0.1", port), ("10.0.0.2", port), ("10.0.0.1", port)]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in told]


@pytest.fixture
async def silent(monkeypatch: pytest.MonkeyPatch) -> Silent:
    server = Silent()
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", server.getaddrinfo)
    return server


async def test_a_silent_name_server_is_waited_for_no_longer_than_said_and_not_asked_again_meanwhile(
    silent: Silent,
) -> None:
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await addresses("plc", 4840, PATIENCE_S)
    assert silent.asked == 1
    silent.answer.set()
    assert await addresses("plc", 4840, 60) == ["10.0.0.1", "10.0.0.2"]
    assert await addresses("plc", 4840, 60) == ["10.0.0.1", "10.0.0.2"]
    assert silent.asked == 2, "an answer is no longer true than its moment"


async def test_who_is_cancelled_takes_the_question_away_from_nobody(silent: Silent) -> None:
    one, other = (asyncio.create_task(addresses("plc", 4840, 60)) for _ in range(2))
    await asyncio.sleep(0)
    one.cancel()
    with pytest.raises(asyncio.CancelledError):
        await one
    silent.answer.set()
    assert await other == ["10.0.0.1", "10.0.0.2"]
    assert silent.asked == 1


async def test_a_name_that_nobody_knows_is_an_error(silent: Silent) -> None:
    silent.answer.set()
    with pytest.raises(OSError, match="not known"):
        await addresses("nowhere", 4840, 60)


async def test_an_address_needs_nobody_to_ask() -> None:
    assert await addresses("127.0.0.1", 4840, 60) == ["127.0.0.1"]

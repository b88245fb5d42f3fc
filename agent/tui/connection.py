"""The one connection to the agent: follows the present for ever, and posts what the operator enters.

`follow` and `deliver` are loops around single steps. Both end only by cancellation.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn, Self, TypeAlias

import aiohttp
from pydantic import ValidationError

from agent.core.errors import LinesideError
from agent.core.views import API_VERSION, AgentView, EntryBody, Problem, Reply, ScanBody, SignOnBody

Body: TypeAlias = EntryBody | ScanBody | SignOnBody

_PATHS: Final[dict[type[Body], str]] = {
    EntryBody: "/v1/entries",
    ScanBody: "/v1/scans",
    SignOnBody: "/v1/sign-ons",
}

BACK_OFF_S: Final = 0.5
"""Between two attempts. The socket is on this PC: there is nobody to spare, and an operator waits."""
SILENCE_S: Final = 5.0
"""The agent speaks at least every 2 s. Silent for longer, it is taken for lost."""
ANSWER_S: Final = 3.0
"""An answer comes after a commit, within 0.2 s as a rule. Later, the same entry is sent again."""
VERSION_HEADER: Final = "Lineside-Api"


class Loss(Enum):
    """Why the agent cannot be reached."""

    ABSENT = "absent"
    """Nobody listens at the socket, or the connection broke."""
    NO_ACCESS = "no access"
    """The socket does not let this user in."""
    SILENT = "silent"
    """It is connected and says nothing."""
    NEWER_AGENT = "newer agent"
    """It speaks a later version of the API than this terminal."""
    OLDER_AGENT = "older agent"
    """It speaks a former version of the API, or names none."""
    UNREADABLE = "unreadable"
    """It says the right version and something else all the same."""


class AgentLostError(LinesideError):
    """For the operator: the agent cannot be reached at present. It is tried again."""

    def __init__(self, loss: Loss) -> None:
        super().__init__(f"the agent cannot be reached: {loss.value}")
        self.loss = loss


class Connection:
    """An HTTP session over the agent's Unix socket."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self.sessions: dict[str, str] = {}
        """By work center the token of whoever was let in there at this terminal."""
        self._reachable = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Opens the session; the agent need not be there yet."""
        connector = aiohttp.UnixConnector(path=str(self._socket))
        self._session = aiohttp.ClientSession("http://agent", connector=connector)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes whatever is open."""
        await self._session.close()

    async def follow(self, on_view: Callable[[AgentView], None], on_loss: Callable[[Loss], None]) -> NoReturn:
        """Hands over every view, and every failed attempt to get one, until it is cancelled."""
        while True:
            try:
                async with aclosing(self.views()) as views:
                    async for view in views:
                        self._reachable.set()
                        on_view(view)
            except AgentLostError as lost:
                self._reachable.clear()
                on_loss(lost.loss)
            await asyncio.sleep(BACK_OFF_S)

    async def views(self) -> AsyncGenerator[AgentView, None]:
        """Views of one connection, the present one first.

        Raises:
            AgentLostError: always in the end.
        """
        with _failures_as_losses():
            timeout = aiohttp.ClientTimeout(total=ANSWER_S)
            async with self._session.get("/v1/status", timeout=timeout) as response:
                _check_version(response)
                yield AgentView.model_validate_json(await response.read())
            async with self._session.ws_connect("/v1/live", max_msg_size=0) as live:
                while (message := await live.receive(SILENCE_S)).type is aiohttp.WSMsgType.TEXT:
                    yield AgentView.model_validate_json(message.data)
        raise AgentLostError(Loss.ABSENT)

    async def deliver(self, body: Body, on_wait: Callable[[], None]) -> Reply:
        """Posts until the agent answers, with the same `client_id` every time: a repeat makes no second fact."""
        while True:
            try:
                return await self.post(body)
            except AgentLostError:
                on_wait()
            await asyncio.sleep(BACK_OFF_S)
            await self._reachable.wait()

    async def post(self, body: Body) -> Reply:
        """Posts once. A refusal is an answer, and so is a problem document.

        Raises:
            AgentLostError: no answer that can be understood; the agent may or may not have the entry.
        """
        token = self.sessions.get(body.wc_id)
        answer = await self._post_once(body, token)
        if token is not None and isinstance(answer, Problem) and answer.status == 401:
            # Nothing was done. Without the session it is done by whoever works there now, or refused for a lock.
            del self.sessions[body.wc_id]
            answer = await self._post_once(body, None)
        if isinstance(answer, Problem):
            return Reply(accepted=False, code=answer.code or answer.title, message=answer.detail)
        if answer.session is not None:
            self.sessions[body.wc_id] = answer.session
        return answer

    async def _post_once(self, body: Body, token: str | None) -> Reply | Problem:
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        with _failures_as_losses():
            async with self._session.post(
                _PATHS[type(body)],
                data=body.model_dump_json(),
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=ANSWER_S),
            ) as response:
                _check_version(response)
                answer = await response.read()
                return (Reply if response.ok else Problem).model_validate_json(answer)


def _check_version(response: aiohttp.ClientResponse) -> None:
    """Raises AgentLostError unless both sides speak the same version."""
    text = response.headers.get(VERSION_HEADER, "")
    number = int(text) if text.isdecimal() else 0
    if number != API_VERSION:
        raise AgentLostError(Loss.NEWER_AGENT if number > API_VERSION else Loss.OLDER_AGENT)


@contextmanager
def _failures_as_losses() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise AgentLostError(Loss.SILENT) from None
    except PermissionError:
        raise AgentLostError(Loss.NO_ACCESS) from None
    except aiohttp.ClientConnectorError as error:
        denied = isinstance(error.os_error, PermissionError)
        raise AgentLostError(Loss.NO_ACCESS if denied else Loss.ABSENT) from None
    except (aiohttp.ClientError, OSError):
        raise AgentLostError(Loss.ABSENT) from None
    except ValidationError:
        raise AgentLostError(Loss.UNREADABLE) from None

"""What the local API answers where it cannot do what is asked: problem details (RFC 9457)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from agent.core.errors import JournalError
from agent.core.views import API_VERSION, Problem

SHOWN = 60
"""Characters of a path that nobody knows."""
VERSION_HEADER = "Lineside-Api"
_NAME = re.compile(r"[a-z_]{1,40}|[0-9]{1,4}")
"""What a field is called."""
Body = TypeVar("Body", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SessionEndedError(web.HTTPUnauthorized):
    """For the client: the token is of no session at this work center any more, if it ever was."""

    def __init__(self) -> None:
        super().__init__(
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            text="The session has ended. Send the same again without Authorization, or sign on by badge or PIN first.",
        )


class NotWhoActsError(web.HTTPForbidden):
    """For the client: it names somebody whose session it does not have."""

    def __init__(self) -> None:
        super().__init__(
            text="Who acts, or acts as what, is believed of trusted callers alone. Sign on by badge or PIN and send "
            "the token of that session, or call as root, as the agent's user or as a member of lineside-admin."
        )


class NotTrustedError(web.HTTPForbidden):
    """For the client: this is done by maintenance alone."""

    def __init__(self) -> None:
        super().__init__(text="Call as root, as the agent's user or as a member of lineside-admin.")


CODES: dict[type[web.HTTPException], str] = {
    SessionEndedError: "SESSION_ENDED",
    NotWhoActsError: "NOT_WHO_ACTS",
    NotTrustedError: "NOT_TRUSTED",
}
"""By which programs know a problem."""


@web.middleware
async def as_documents(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers every problem by a document."""
    headers = {}
    try:
        return await handler(request)
    except web.HTTPException as error:
        headers = {name: error.headers[name] for name in ("WWW-Authenticate", "Allow") if name in error.headers}
        detail, code = _detail(request, error), CODES.get(type(error), "")
        problem = Problem(title=error.reason, status=error.status, detail=detail, code=code)
    except JournalError as error:
        problem = Problem(title="Service Unavailable", status=503, detail=str(error))
    return web.Response(
        status=problem.status,
        text=problem.model_dump_json(),
        content_type="application/problem+json",
        headers=headers,
    )


def _detail(request: web.Request, error: web.HTTPException) -> str:
    if error.text != f"{error.status}: {error.reason}":
        return error.text or error.reason
    # What aiohttp itself finds wrong with a route says no more than its status.
    return f"{error.reason}: {request.method} {request.path[:SHOWN]}; /v1/docs shows what can be asked for"


async def stamp(_request: web.Request, response: web.StreamResponse) -> None:
    """Say which version of the API answers."""
    response.headers[VERSION_HEADER] = str(API_VERSION)


async def body_of(request: web.Request, model: type[Body]) -> Body:
    """What was sent.

    Raises:
        HTTPBadRequest: it is not what is expected.
    """
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        # What was sent may hold a badge or a PIN: neither the answer nor the error that is kept repeats it.
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"] if _NAME.fullmatch(str(part))) or "the body"
        raise web.HTTPBadRequest(text=f"{where}: {first['msg']}") from None


def json(model: BaseModel) -> web.Response:
    """An answer."""
    return web.Response(text=model.model_dump_json(), content_type="application/json")

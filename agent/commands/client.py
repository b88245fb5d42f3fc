"""Asks a running agent over its Unix socket."""

from __future__ import annotations

import errno
import http.client
import socket
from pathlib import Path

from pydantic import ValidationError

from agent.core.errors import LinesideError
from agent.core.views import Problem

PATIENCE_S = 5.0
WHO_MAY = "run it with sudo, or as a member of the group lineside"


class AgentAwayError(LinesideError):
    """For the technician: no agent answers at the socket."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, patience_s: float) -> None:
        super().__init__("localhost", timeout=patience_s)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def is_answered(path: Path) -> bool:
    """Whether somebody answers at the socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == 0


def is_running(path: Path) -> bool:
    """Whether an agent has this socket, so that nobody else may open what it holds.

    Raises:
        AgentAwayError: this user may not ask, and so cannot know.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        error = probe.connect_ex(str(path))
    if error in {errno.EACCES, errno.EPERM}:
        raise AgentAwayError(f"this user may not ask the agent at {path}; {WHO_MAY}")
    # A listener whose queue is full is one all the same.
    return error in {0, errno.EAGAIN}


def get(path: Path, url: str, patience_s: float = PATIENCE_S) -> bytes:
    """The body of a successful answer, which may take so many seconds.

    Raises:
        AgentAwayError: nobody answers, or not as expected.
    """
    return _asked(path, "GET", url, None, patience_s)


def post(path: Path, url: str, body: bytes) -> bytes:
    """The body of a successful answer to this body.

    Raises:
        AgentAwayError: nobody answers, or not as expected.
    """
    return _asked(path, "POST", url, body, PATIENCE_S)


def _detail(body: bytes) -> str:
    try:
        return Problem.model_validate_json(body).detail
    except ValidationError:
        return body.decode(errors="replace")


def _asked(path: Path, method: str, url: str, sent: bytes | None, patience_s: float) -> bytes:
    connection = _UnixConnection(path, patience_s)
    try:
        connection.request(method, url, sent)
        response = connection.getresponse()
        body = response.read()
    except PermissionError as error:
        raise AgentAwayError(f"this user may not ask the agent at {path}; {WHO_MAY}") from error
    except OSError as error:
        raise AgentAwayError(
            f"no agent answers at {path} ({error.strerror or error}); start it, or see its log"
        ) from error
    finally:
        connection.close()
    if response.status != 200:
        raise AgentAwayError(f"the agent at {path} answered {response.status}: {_detail(body)}")
    return body

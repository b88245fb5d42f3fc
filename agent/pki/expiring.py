"""When certificates end that machines are read with: our own, the trusted ones, and those of the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from agent.core.errors import ConfigurationError
from agent.core.settings import Settings
from agent.pki.folder import ISSUERS, OWN, TRUSTED, Folder
from agent.tls import WARNING_S

EVERY_S: Final = 6 * 3600.0
"""Real seconds between two looks."""
_RENEW: Final = "make another, `sudo lineside pki new --replace`, and have the servers trust it"
_OTHERS: Final = (
    "have a new one made at the server and trust that; where no server shows this one: `sudo lineside pki reject`"
)
_NAMED: Final = "have a new one put in its place"


@dataclass(frozen=True, slots=True)
class Ending:
    """A certificate and its end."""

    what: str
    """For people."""
    path: Path
    at: float
    """Seconds since 1970 UTC."""
    action: str

    def ends_soon(self, now: float) -> bool:
        """Whether it is to be told, a month ahead; `now` is real time, in seconds since 1970 UTC."""
        return self.at - now <= WARNING_S

    def words(self, now: float) -> str:
        """That it ends, or has ended."""
        return f"{self.what} in {self.path} {'ended' if self.at <= now else 'ends'} on {self.day}"

    @property
    def day(self) -> str:
        """Its last day, by UTC."""
        return datetime.fromtimestamp(self.at, UTC).date().isoformat()


def is_secure(settings: Settings) -> bool:
    """Whether any machine is read with security."""
    return any(one.opcua is not None and one.opcua.security != "none" for one in settings.machine)


def endings(settings: Settings) -> tuple[Ending, ...]:
    """Of all certificates that are there; nothing is made, and nothing looked at where no machine has security.

    Raises:
        ConfigurationError: a file cannot be read.
    """
    return tuple(_endings(settings)) if is_secure(settings) else ()


def _endings(settings: Settings) -> Iterator[Ending]:
    from agent.pki.contents import certificate  # noqa: PLC0415 - cryptography, only where a machine has security

    def ending(what: str, path: Path, content: bytes, action: str) -> Iterator[Ending]:
        one = certificate(content)
        if one is not None:
            yield Ending(what.format(f"'{one.subject}'"), path, one.ends.timestamp(), action)

    folder = Folder(settings.agent.data)
    own = folder.own()
    if own is not None:
        yield from ending("our certificate for machines", folder.path / OWN, own, _RENEW)
    for room in (TRUSTED, ISSUERS):
        for kept in folder.read(room):
            yield from ending("the trusted certificate {}", kept.path, kept.content, _OTHERS)
    for machine in settings.machine:
        server, center = machine.opcua, machine.work_center
        named = () if server is None else (server.server_certificate, server.user_certificate)
        for path in named:
            if path is not None:
                content = _read(path)
                yield from ending(f"the certificate {{}} for {center}", path, content, _NAMED)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error

"""The key under which this site's badges are known: a file, a systemd credential, or a key of the agent's own."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from agent.core.errors import ConfigurationError
from agent.core.settings import Settings
from agent.credentials import SITE_KEY, credential
from agent.logs.events import Event
from agent.logs.telling import tell

OWN: Final = "site-key"
"""In the data folder."""
SHORTEST: Final = 16
"""Bytes of a key."""
_EXPECTED: Final = f"expected at least {SHORTEST} bytes in a file that only the agent's user can read"


def read(settings: Settings) -> bytes:
    """The site's key; the first start without one makes it.

    Raises:
        ConfigurationError: its file cannot be read or made, or is none that keeps a secret.
    """
    named = _named(settings)
    if named is not None:
        return _read(named)
    own = settings.agent.data / OWN
    try:
        if not own.exists():
            _make(own)
            text = "badges have no key of the site: one was made in %s, which the MES needs for its digests"
            tell(Event.SITE_KEY_MADE, text, own)
    except OSError as error:
        raise ConfigurationError(f"people.key_file: '{own}' cannot be made: {error.strerror}; {_EXPECTED}") from error
    return _read(own)


def at_hand(settings: Settings) -> bytes | None:
    """The site's key as far as it is there and ours to read. Nothing is made."""
    try:
        return _read(_named(settings) or settings.agent.data / OWN)
    except ConfigurationError:
        return None


def check(settings: Settings) -> Path:
    """Where the key is or will be, seen to be one if it is there. Nothing is made.

    Raises:
        ConfigurationError: as `read`.
    """
    path = _named(settings)
    if path is None:
        path = settings.agent.data / OWN
        if not path.exists():
            return path
    _read(path)
    return path


def _named(settings: Settings) -> Path | None:
    """The file that somebody gave us."""
    if settings.people.key_file is not None:
        return settings.people.key_file
    return credential(SITE_KEY)


def _read(path: Path) -> bytes:
    try:
        key = path.read_bytes().removesuffix(b"\n")
        everybody = path.stat().st_mode & 0o007
    except OSError as error:
        found = f"'{path}' cannot be read: {error.strerror}"
        raise ConfigurationError(f"people.key_file: {found}; {_EXPECTED}") from error
    if everybody:
        raise ConfigurationError(f"people.key_file: everybody can open '{path}'; {_EXPECTED}: chmod go= {path}")
    if len(key) < SHORTEST:
        raise ConfigurationError(f"people.key_file: '{path}' has {len(key)} bytes; {_EXPECTED}")
    return key


def _make(path: Path) -> None:
    """Whole or not at all, whenever the power goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f"{path.name}.making")
    making.unlink(missing_ok=True)
    file = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, f"{secrets.token_hex(32)}\n".encode())
        os.fsync(file)
    finally:
        os.close(file)
    making.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

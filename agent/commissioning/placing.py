"""Puts a new configuration in its place: seen to be right first, whole or not at all, and never over an old one."""

from __future__ import annotations

import grp
import os
import pwd
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from agent.configuration import load
from agent.core.errors import ConfigurationError

SERVICE: Final = "lineside"
"""User and group of the service."""
PASSWORD: Final = "broker-password"  # noqa: S105 - the file's name


@dataclass(frozen=True, slots=True)
class Placed:
    """What was written."""

    config: Path
    password: Path | None
    former: Path | None
    """Where the configuration of before is kept."""


def must_be_free(config: Path, *, force: bool) -> None:
    """See to it before the first question that the answers can be written.

    Raises:
        ConfigurationError: there is a configuration already, or the folder is missing or not ours to write.
    """
    if config.exists() and not force:
        raise ConfigurationError(f"{config} exists and stays as it is; --force keeps it beside the new one")
    if not config.parent.is_dir():
        raise ConfigurationError(f"{config.parent} is no folder; expected the one of the installation, see --config")
    if not os.access(config.parent, os.W_OK | os.X_OK):
        raise ConfigurationError(f"{config.parent} cannot be written; run it with sudo, or say --config FILE")


def password_file(config: Path) -> Path:
    """Where the broker's password goes."""
    return config.parent / PASSWORD


def place(config: Path, text: str, password: str | None, now: datetime) -> Placed:
    """Write both files, the configuration last; what stood there before is kept beside.

    Raises:
        ConfigurationError: the text is no configuration, or it cannot be written. Nothing was changed.
    """
    secret = password_file(config)
    try:
        with ExitStack() as stack:
            prepared = stack.enter_context(_prepared(config, text))
            try:
                load(prepared)
            except ConfigurationError as error:
                raise ConfigurationError(str(error).replace(str(prepared), str(config))) from error
            _hand_over(prepared, 0o640, (0, _gid()))
            undo = stack.enter_context(ExitStack())
            former = _kept(config, now, undo)
            if password is not None:
                prepared_secret = stack.enter_context(_prepared(secret, password))
                _hand_over(prepared_secret, 0o600, (_uid(), _gid()))
                _kept(secret, now, undo)
                prepared_secret.replace(secret)
            prepared.replace(config)
            _sync(config.parent)
            undo.pop_all()
    except OSError as error:
        raise ConfigurationError(f"{config}: cannot be written: {error.strerror}. Nothing was changed") from error
    return Placed(config, secret if password is not None else None, former)


@contextmanager
def _prepared(target: Path, text: str) -> Iterator[Path]:
    """The text in a file beside its target that is gone afterwards, unless it took its place."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    path = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield path
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def _kept(path: Path, now: datetime, undo: ExitStack) -> Path | None:
    """A second name for what stands there: at no moment there is no file. Undone, all is as it was."""
    if not path.exists():
        undo.callback(path.unlink, missing_ok=True)
        return None
    kept = path.with_name(f"{path.name}.{now:%Y-%m-%dT%H-%M-%S}")
    os.link(path, kept)
    # A name that takes the place of another name of the same file stays, too: rename(2).
    undo.callback(kept.unlink, missing_ok=True)
    undo.callback(kept.replace, path)
    return kept


def _hand_over(path: Path, mode: int, owner: tuple[int, int]) -> None:
    path.chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, *owner)


def _uid() -> int:
    """Of the service's user; root where there is none yet."""
    try:
        return pwd.getpwnam(SERVICE).pw_uid
    except KeyError:
        return 0


def _gid() -> int:
    """Of the service's group; root's where there is none yet."""
    try:
        return grp.getgrnam(SERVICE).gr_gid
    except KeyError:
        return 0


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""What drivers are given of the agent's certificates, trust and passwords. Nothing is read before it is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from agent.core.errors import ConfigurationError, DeviceError
from agent.core.settings import Settings
from agent.core.sources.opcua_settings import OpcUaSettings
from agent.credentials import OPCUA_PASSWORD, credential
from agent.logs.events import Event
from agent.logs.telling import tell
from agent.pki.folder import ISSUERS, OWN, TRUSTED, Folder
from drivers.keys import Keys, Own, Trust

T = TypeVar("T")
LONGEST_PASSWORD: Final = 1024
"""Bytes of a file with a password."""


def keys_of(settings: Settings) -> Keys:
    """The keys of the agent with these settings."""
    folder = Folder(settings.agent.data)
    return Keys(
        own=partial(_as_device_error, partial(own_of, settings, folder)),
        trust=partial(_as_device_error, partial(trust_of, folder)),
        reject=lambda der: _as_device_error(partial(_reject, folder, der)),
        password=lambda wc_id, server: _as_device_error(partial(password_of, wc_id, server)),
    )


def own_of(settings: Settings, folder: Folder) -> Own:
    """Our certificate and key; made where there are none yet.

    Raises:
        ConfigurationError: they cannot be made, read or used.
    """
    from agent.pki.contents import own  # noqa: PLC0415 - cryptography, only where a machine has security

    path = folder.path / OWN
    pem = folder.own()
    if pem is None:
        from agent.pki.making import made, wanted  # noqa: PLC0415 - likewise

        with folder.alone():
            pem = folder.own()
            if pem is None:
                pem = made(wanted(settings), time.time())
                folder.write("", OWN, pem)
                text = "machines with security get to see a certificate of ours: one was made in %s"
                tell(Event.CERTIFICATE_MADE, text, path)
    if path.stat().st_mode & 0o007:
        raise ConfigurationError(f"everybody can open {path}, our key for machines; sudo chmod go= {path}")
    try:
        return own(pem)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}; sudo lineside pki new --replace makes another") from error


def trust_of(folder: Folder) -> Trust:
    """Whom we believe. A file that is no certificate makes nobody believed; a broken revocation list is an error.

    Raises:
        ConfigurationError: a revocation list cannot be read, and somebody who was revoked might be believed.
    """
    from agent.pki.contents import certificate, revocation_list  # noqa: PLC0415 - as above

    found: dict[str, list[bytes]] = {TRUSTED: [], ISSUERS: []}
    revoked: list[bytes] = []
    for room, known in found.items():
        for kept in folder.read(room):
            is_list = kept.path.suffix == ".crl"
            one = None if is_list else certificate(kept.content)
            if one is not None:
                known.append(one.der)
            elif (each := revocation_list(kept.content)) is not None:
                revoked.append(each)
            elif is_list:
                raise ConfigurationError(f"{kept.path} is no revocation list that could be read; replace or remove it")
    return Trust(tuple(found[TRUSTED]), tuple(found[ISSUERS]), tuple(revoked))


def password_of(wc_id: str, server: OpcUaSettings) -> str:
    """The password of the user at the server of a work center.

    Raises:
        ConfigurationError: there is none. What a file holds is never said.
    """
    path, what = password_file(wc_id, server), f"the password of '{server.user}'"
    if path is None:
        raise ConfigurationError(
            f"there is no password for the user '{server.user}' at the OPC UA server of {wc_id}: expected "
            f"'password_file', or the systemd credential {OPCUA_PASSWORD}-{wc_id} or {OPCUA_PASSWORD}"
        )
    try:
        with path.open("rb") as file:
            secret = file.read(LONGEST_PASSWORD + 1)
        text = secret.removesuffix(b"\n").removesuffix(b"\r").decode()
    except OSError as error:
        raise ConfigurationError(f"{path}, {what}, cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path}, {what}, is no text in UTF-8") from None
    if not text or len(secret) > LONGEST_PASSWORD:
        raise ConfigurationError(f"{path} holds no password; expected one line of text")
    return text


def password_file(wc_id: str, server: OpcUaSettings) -> Path | None:
    """Where the password stands; None where nobody put one."""
    return server.password_file or credential(f"{OPCUA_PASSWORD}-{wc_id}") or credential(OPCUA_PASSWORD)


def _reject(folder: Folder, der: bytes) -> None:
    if der:
        from agent.pki.contents import certificate  # noqa: PLC0415 - as above

        one = certificate(der)
        if one is not None:
            folder.reject(f"{one.fingerprint}.der", one.der)


def _as_device_error(call: Callable[[], T]) -> T:
    try:
        return call()
    except ConfigurationError as error:
        raise DeviceError(f"{str(error).removesuffix('.')}. It is tried again.") from error
    except OSError as error:
        raise DeviceError(f"{error.filename}: {error.strerror}. It is tried again.") from error

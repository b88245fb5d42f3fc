"""`lineside pki`: the certificates for machines, the agent's own and those that it believes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer

from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.configuration import load
from agent.core.errors import ConfigurationError
from agent.pki.contents import Certificate, as_pem, certificate, digits, is_of_one_authority, revocation_list
from agent.pki.folder import ISSUERS, LARGEST_LIST, OWN, ROOMS, TRUSTED, Folder, Kept
from agent.pki.making import DAYS, made, wanted

application = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Certificates for machines: our own, and those that are believed."
)
OURS: Final = "own"
Fingerprint = Annotated[
    str, typer.Argument(metavar="FINGERPRINT", help=f"As `list` shows it, 16 digits at least; '{OURS}' is our own.")
]


class Bits(IntEnum):
    """Lengths of a key that the security policies take."""

    SHORT = 2048
    MIDDLE = 3072
    LONG = 4096


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate and where it stands."""

    room: str
    kept: Kept
    certificate: Certificate | None
    """None where the file holds none."""
    is_list: bool = False
    """It is a revocation list."""


@application.command("list")
def list_all(config: ConfigOption = DEFAULT_CONFIG, *, as_json: JsonOption = False) -> None:
    """Our own certificate, those that are trusted, and those that were rejected."""
    folder = _folder(config)
    shown = list(_all(folder))
    if as_json:
        typer.echo(orjson.dumps([_document(one) for one in shown]).decode())
        return
    if not shown:
        typer.echo(f"{folder.path}: nothing yet; our own is made when a machine with security is first connected to")
    for one in shown:
        typer.echo(f"{one.room:<9} {_line(one)}")


@application.command()
def show(fingerprint: Fingerprint, config: ConfigOption = DEFAULT_CONFIG, *, as_json: JsonOption = False) -> None:
    """One certificate with all that is known of it."""
    one = _one(_folder(config), fingerprint)
    if as_json:
        typer.echo(orjson.dumps(_document(one)).decode())
        return
    for key, value in _document(one).items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        typer.echo(f"{key.replace('_', ' '):<13} {text}")


@application.command()
def new(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    bits: Annotated[Bits, typer.Option("--bits", help="Length of the key.")] = Bits.SHORT,
    days: Annotated[int, typer.Option("--days", min=1, max=36_500, help="How long it is valid.")] = DAYS,
    host: Annotated[
        list[str] | None, typer.Option("--host", help="A further name or address of this PC; may be given again.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Though there is one: servers must be made to trust the new one.")
    ] = False,
) -> None:
    """Make our own certificate and its key."""
    settings = load(config)
    folder = Folder(settings.agent.data)
    asked = wanted(settings, host or ())
    asked = type(asked)(asked.uri, asked.name, asked.organization, asked.hosts, bits.value, days)
    with folder.alone():
        if folder.own() is not None and not replace:
            raise ConfigurationError(
                f"{folder.path / OWN}: there is one already; --replace makes another, which every server must be made "
                "to trust before machines are read again"
            )
        try:
            pem = made(asked, time.time())
        except ValueError as error:
            raise ConfigurationError(f"--host: {error}; expected names or addresses of this PC") from error
        folder.write("", OWN, pem)
    one = certificate(pem)
    assert one is not None
    typer.echo(f"made {one.fingerprint}, valid until {one.ends:%Y-%m-%d}, for {', '.join((*one.uris, *one.hosts))}")
    typer.echo("write it to a file for the servers' administrators: sudo lineside pki export FILE")


@application.command()
def trust(
    named: Annotated[
        str, typer.Argument(metavar="FINGERPRINT|FILE", help="A rejected one, or a file with a certificate or a list.")
    ],
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    issuer: Annotated[
        bool, typer.Option("--issuer", help="Only as a link between others: not believed by itself.")
    ] = False,
) -> None:
    """Believe a server's certificate, or an authority's; counts from the next connection on."""
    folder, room = _folder(config), ISSUERS if issuer else TRUSTED
    path = Path(named)
    if path.is_file():
        content = _content(path)
        one = certificate(content)
        revoked = None if one is not None else revocation_list(content)
        if one is None and revoked is None:
            raise ConfigurationError(f"{path}: expected a certificate or a revocation list, DER or PEM")
        if one is None or revoked is not None:
            typer.echo(f"kept as {_kept_list(folder, room, path, revoked or b'')}")
            return
    else:
        one = _one(folder, named).certificate
        if one is None:
            raise ConfigurationError(f"{named}: this file holds no certificate")
    folder.write(room, f"{one.fingerprint}.der", one.der)
    for other in _named(folder, one.fingerprint):
        if other.room not in (room, OURS):
            folder.remove(other.kept.path)
    what = "known as a link between others" if issuer else "trusted"
    typer.echo(f"{what}: {one.fingerprint} {one.subject}, valid until {one.ends:%Y-%m-%d}")
    if one.is_authority and not issuer:
        typer.echo("it is an authority: every server that it vouches for is believed")


@application.command()
def reject(fingerprint: Fingerprint, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Believe a certificate no more; counts from the next connection on. It stays among the rejected ones."""
    folder = _folder(config)
    one = _one(folder, fingerprint)
    if one.certificate is None or one.room == OURS:
        raise ConfigurationError(
            f"{fingerprint}: expected one that is trusted; `lineside pki new --replace` ends our own"
        )
    folder.reject(f"{one.certificate.fingerprint}.der", one.certificate.der)
    for other in _named(folder, one.certificate.fingerprint):
        if other.room in (TRUSTED, ISSUERS):
            folder.remove(other.kept.path)
    typer.echo(f"not believed any more: {one.certificate.fingerprint} {one.certificate.subject}")


@application.command()
def export(
    arguments: Annotated[
        list[str], typer.Argument(metavar="[FINGERPRINT] FILE", help="Our own without a fingerprint; FILE - is stdout.")
    ],
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    pem: Annotated[bool, typer.Option("--pem", help="As text, PEM; without it DER.")] = False,
) -> None:
    """Write a certificate to a file, for the administrator of a server. Never a key."""
    if len(arguments) > 2:
        raise ConfigurationError("expected a FILE, or a FINGERPRINT and a FILE")
    *fingerprint, name = arguments
    one = _one(_folder(config), fingerprint[0] if fingerprint else OURS).certificate
    if one is None:
        raise ConfigurationError(f"{fingerprint[0]}: this file holds no certificate")
    content = as_pem(one.der) if pem else one.der
    if name == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise ConfigurationError(f"{name} cannot be written: {error.strerror}") from error
    typer.echo(f"{name}: {one.fingerprint} {one.subject}")


def _folder(config: Path) -> Folder:
    return Folder(load(config).agent.data)


def _all(folder: Folder) -> Iterator[Shown]:
    own = folder.own()
    if own is not None:
        yield Shown(OURS, Kept(folder.path / OWN, own), certificate(own))
    for room in ROOMS:
        for kept in folder.read(room):
            one = certificate(kept.content)
            yield Shown(room, kept, one, is_list=one is None and revocation_list(kept.content) is not None)


def _kept_list(folder: Folder, room: str, path: Path, revoked: bytes) -> Path:
    """Keep a revocation list under its file's name; a former one of the same authority makes place."""
    # What begins with a dot is not looked at.
    name = f"{path.stem.lstrip('.')}.crl"
    for kept in folder.read(room):
        if kept.path.name == name and not is_of_one_authority(kept.content, revoked):
            raise ConfigurationError(f"{path}: {kept.path} is of another authority; give this file another name")
    return folder.write(room, name, revoked)


def _named(folder: Folder, fingerprint: str) -> list[Shown]:
    return [
        one
        for one in _all(folder)
        if one.certificate is not None and one.certificate.fingerprint.startswith(fingerprint)
    ]


def _one(folder: Folder, named: str) -> Shown:
    """The one that is meant; a fingerprint that fits several certificates names none."""
    if named == OURS:
        own = next((one for one in _all(folder) if one.room == OURS), None)
        if own is None:
            raise ConfigurationError(f"{folder.path}: there is none of our own yet; sudo lineside pki new makes it")
        return own
    found = _named(folder, digits(named))
    different = {one.certificate.fingerprint for one in found if one.certificate is not None}
    if len(different) != 1:
        several = f"it fits {len(different)}: {', '.join(sorted(different))}" if different else "there is none such"
        raise ConfigurationError(f"{named}: {several}; `lineside pki list` shows those that there are")
    return found[0]


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_LIST)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error


def _line(shown: Shown) -> str:
    one = shown.certificate
    if one is None:
        return (
            f"{shown.kept.path.name}: {'a revocation list' if shown.is_list else 'no certificate, and not looked at'}"
        )
    return f"{one.fingerprint}  until {one.ends:%Y-%m-%d}  {one.subject}"


def _document(shown: Shown) -> dict[str, Any]:
    one, place = shown.certificate, {"kept_as": shown.room, "file": str(shown.kept.path)}
    if one is None:
        return {**place, "kind": "revocation list" if shown.is_list else "none"}
    return {
        **place,
        "kind": "authority" if one.is_authority else "certificate",
        "fingerprint": one.fingerprint,
        "sha1": one.thumbprint,
        "subject": one.subject,
        "issuer": one.issuer,
        "application": list(one.uris),
        "hosts": list(one.hosts),
        "valid_from": one.begins.isoformat(),
        "valid_until": one.ends.isoformat(),
        "key_bits": one.bits,
    }

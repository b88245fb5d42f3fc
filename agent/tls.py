"""TLS to the broker: what we prove, what we believe, and how long the certificates last."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.core.errors import UplinkError
from agent.core.settings import TlsSettings
from agent.credentials import TLS_KEY, credential

WARNING_S = 30 * 24 * 3600
"""Real seconds ahead of its end from which on a certificate is warned about: a month, as plants order certificates."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a certificate ends."""

    what: str
    """Whose it is, for people."""
    path: Path | None
    """The file to renew; None for the broker's own."""
    at: float
    """Seconds since 1970 UTC."""

    def warning(self, now: float) -> str | None:
        """The sentence for who must renew it, None while there is time enough."""
        if self.at - now > WARNING_S:
            return None
        where = "" if self.path is None else f" in {self.path}"
        day = datetime.fromtimestamp(self.at, UTC).date()
        ends = "ended" if self.at <= now else "ends"
        return f"{self.what}{where} {ends} on {day}; renew it, as nothing can be sent without"


class _ClosedWhenRefused(ssl.SSLSocket):
    """Closed where the handshake fails, as the client library leaves that to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the standard library's signature
        """Shake hands.

        Raises:
            OSError: it failed; the socket is closed.
        """
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def context(tls: TlsSettings) -> ssl.SSLContext:
    """What a connection is made with; the certificate and the host name of the broker are always verified.

    Raises:
        UplinkError: a file cannot be read or used.
    """
    key_file = tls.key_file or credential(TLS_KEY)
    if tls.cert_file is not None and key_file is None:
        raise UplinkError(f"mes.tls: {tls.cert_file} has no key; expected key_file or the systemd credential {TLS_KEY}")
    for key, path in (("ca_file", tls.ca_file), ("cert_file", tls.cert_file), ("key_file", tls.key_file)):
        if path is not None:
            _read(key, path)
    try:
        made = ssl.create_default_context(cafile=tls.ca_file)
    except ssl.SSLError as error:
        raise UplinkError(f"mes.tls.ca_file: {tls.ca_file} holds no certificate; expected PEM") from error
    made.sslsocket_class = _ClosedWhenRefused
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.cert_file is not None:
        try:
            # Without an answer of ours the passphrase of a key would be asked for at the terminal.
            made.load_cert_chain(tls.cert_file, key_file, password=b"")
        except ssl.SSLError as error:
            raise UplinkError(
                f"mes.tls: {tls.cert_file} and {key_file} cannot be used ({error.reason or 'no PEM'}); expected a "
                "certificate and its own key, both PEM, the key without a passphrase"
            ) from error
    return made


def expiries(tls: TlsSettings | None) -> tuple[Expiry, ...]:
    """The end of every certificate in our files; those of the operating system are its own care.

    Raises:
        UplinkError: a file cannot be read or holds no certificate.
    """
    if tls is None:
        return ()
    return (*_in_file("our certificate", "cert_file", tls.cert_file), *_in_file("the CA", "ca_file", tls.ca_file))


def peer_expiry(sock: object) -> Expiry | None:
    """The end of the broker's certificate on an open connection; None on plain TCP."""
    certificate = sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else None
    if not certificate:
        return None
    return Expiry("the broker's certificate", None, float(ssl.cert_time_to_seconds(str(certificate["notAfter"]))))


def _in_file(what: str, key: str, path: Path | None) -> tuple[Expiry, ...]:
    if path is None:
        return ()
    # Imported here, as an agent without certificates need not carry it.
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415

    try:
        found = load_pem_x509_certificates(_read(key, path))
    except ValueError as error:
        raise UplinkError(f"mes.tls.{key}: {path} holds no certificate; expected PEM") from error
    return tuple(
        Expiry(f"{what} '{one.subject.rfc4514_string()}'", path, one.not_valid_after_utc.timestamp()) for one in found
    )


def _read(key: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UplinkError(f"mes.tls.{key}: {path} cannot be read: {error.strerror}") from error


def presented(host: str, port: int, patience_s: float) -> Expiry:
    """The certificate that a server shows to anybody, believed or not. Nothing is sent to it.

    Raises:
        OSError: it cannot be reached, or shows none.
    """
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415 - as in `_in_file`

    curious = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    curious.check_hostname, curious.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((host, port), patience_s) as plain, curious.wrap_socket(plain) as shown:
        octets = shown.getpeercert(binary_form=True)
    if octets is None:
        raise OSError("the server shows no certificate")
    one = load_der_x509_certificate(octets)
    named = f"'{one.subject.rfc4514_string()}' of '{one.issuer.rfc4514_string()}'"
    return Expiry(f"the broker's certificate {named}", None, one.not_valid_after_utc.timestamp())

"""Makes the agent's own certificate for machines: self-signed, as OPC 10000-6, 6.2.2 asks of an application."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from agent.core.settings import Settings

BITS: Final = 2048
"""Of a key that nobody asked to be longer: every security policy takes it, and a small controller is not kept busy."""
DAYS: Final = 5 * 365
_EARLIER: Final = timedelta(days=1)
"""It is valid before it is made, as clocks of controllers go wrong."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a certificate is to say."""

    uri: str
    """The application URI."""
    name: str
    """For people at the server."""
    organization: str
    hosts: Sequence[str]
    """Names and addresses of this PC."""
    bits: int = BITS
    days: int = DAYS


def wanted(settings: Settings, hosts: Sequence[str] = ()) -> Wanted:
    """What the certificate of this agent says; `hosts` are further names and addresses of this PC."""
    agent = settings.agent
    uri = f"urn:lineside:{quote(agent.site, safe='')}:{quote(agent.id, safe='')}"
    return Wanted(uri, f"Lineside {agent.id}"[:64], agent.enterprise[:64], tuple(dict.fromkeys([hostname(), *hosts])))


def hostname() -> str:
    """This PC's name, as it calls itself."""
    return socket.gethostname() or "localhost"


def made(one: Wanted, now: float) -> bytes:
    """A new key and its certificate, PEM; takes up to some seconds.

    Args:
        one: what it says.
        now: real time, in seconds since 1970 UTC.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=one.bits)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, one.name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, one.organization),
        ]
    )
    begin = datetime.fromtimestamp(now, UTC)
    public = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - _EARLIER)
        .not_valid_after(begin + timedelta(days=one.days))
        .add_extension(x509.SubjectAlternativeName(_names(one)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USE, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(public, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + certificate.public_bytes(Encoding.PEM)


_USE: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=True,
    data_encipherment=True,
    key_agreement=False,
    # As one that has signed itself.
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _names(one: Wanted) -> list[x509.GeneralName]:
    return [x509.UniformResourceIdentifier(one.uri), *map(_name, one.hosts)]


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host.encode("idna").decode())

"""What stands in a file with a certificate or a revocation list, in DER or PEM."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from agent.core.errors import ConfigurationError
from drivers.keys import Own

SHORTEST: Final = 16
"""Digits of a fingerprint that name a certificate; fewer could be made to fit by somebody who wants to be trusted."""
_PEM: Final = b"-----BEGIN"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is shown of a certificate."""

    der: bytes
    subject: str
    issuer: str
    uris: tuple[str, ...]
    """Application URIs."""
    hosts: tuple[str, ...]
    begins: datetime
    ends: datetime
    bits: int
    """Of its RSA key; 0 for a key of another kind."""
    is_authority: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256, which it is trusted by."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def thumbprint(self) -> str:
        """SHA-1, as many servers show it; for the eye, and nothing is trusted by it."""
        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest()


def certificate(content: bytes) -> Certificate | None:
    """The first certificate of a file; None where it holds none that could be read."""
    try:
        one = x509.load_pem_x509_certificate(content) if _PEM in content else x509.load_der_x509_certificate(content)
        key, names = one.public_key(), _names(one)
        hosts = (
            *names.get_values_for_type(x509.DNSName),
            *map(str, names.get_values_for_type(x509.IPAddress)),
        )
        return Certificate(
            der=one.public_bytes(Encoding.DER),
            subject=printable(one.subject.rfc4514_string()),
            issuer=printable(one.issuer.rfc4514_string()),
            uris=tuple(map(printable, names.get_values_for_type(x509.UniformResourceIdentifier))),
            hosts=tuple(map(printable, hosts)),
            begins=one.not_valid_before_utc,
            ends=one.not_valid_after_utc,
            bits=key.key_size if isinstance(key, RSAPublicKey) else 0,
            is_authority=_is_authority(one),
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def revocation_list(content: bytes) -> bytes | None:
    """The revocation list of a file, DER; None where it holds none that could be read."""
    try:
        one = x509.load_pem_x509_crl(content) if _PEM in content else x509.load_der_x509_crl(content)
    except (ValueError, TypeError):
        return None
    return one.public_bytes(Encoding.DER)


def is_of_one_authority(one: bytes, other: bytes) -> bool:
    """Whether two revocation lists are of the same authority; what is no list is of none."""
    lists = revocation_list(one), revocation_list(other)
    issuers = [x509.load_der_x509_crl(each).issuer for each in lists if each is not None]
    return len(issuers) == len(lists) and issuers[0] == issuers[1]


def own(pem: bytes) -> Own:
    """Our certificate and key out of one file, seen to belong together.

    Raises:
        ConfigurationError: they do not, or the certificate does not say what application it is of.
    """
    try:
        key, one = load_pem_private_key(pem, None), x509.load_pem_x509_certificate(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # What the library says of it is not passed on: it may quote.
        raise ConfigurationError("expected a key without a passphrase and its certificate, both PEM") from None
    uris = _names(one).get_values_for_type(x509.UniformResourceIdentifier)
    if not uris or key.public_key() != one.public_key():
        raise ConfigurationError("expected a certificate of that key with an application URI among its names")
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Own(uris[0], one.public_bytes(Encoding.DER), secret)


def as_pem(der: bytes) -> bytes:
    """A certificate in the form of text."""
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def digits(text: str) -> str:
    """A fingerprint as somebody wrote it, without what is between its digits.

    Raises:
        ConfigurationError: it is none, or too short to name one certificate and no other.
    """
    plain = re.sub(r"[\s:-]", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{16,64}", plain):
        raise ConfigurationError(
            f"found '{text[:80]}': expected a fingerprint, as `lineside pki list` shows it: 64 hexadecimal digits, or "
            f"the first {SHORTEST} at least"
        )
    return plain


def printable(text: str) -> str:
    """A stranger's words without what could steer a terminal, and not too many of them."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:200])


def _names(one: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        return one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])


def _is_authority(one: x509.Certificate) -> bool:
    try:
        return one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False

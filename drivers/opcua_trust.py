"""Whether the certificate that an OPC UA server shows is believed (OPC 10000-4, 6.1.3). No I/O.

Believed is what stands among the trusted ones, or what an authority among them vouches for, or the pinned one alone.
All that is wrong with a certificate is said at once.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from drivers.keys import Trust

LARGEST: Final = 64 * 1024
"""Bytes of a chain that is looked at."""
RENEW: Final = "Have another certificate made at the server."
_CLOCK: Final = "Set the clock that is wrong, or have a new certificate made at the server."
_NAME: Final = (
    "Have its certificate made with that name, write a name that it has into 'endpoint', or pin this certificate with "
    "'server_certificate', which asks for no name."
)
_DEEPEST: Final = 6
"""Authorities above each other."""
_BROKEN_HASHES: Final = frozenset({"md5", "sha1"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a certificate is held against."""

    host: str
    """Of the endpoint, as configured."""
    uri: str
    """The application URI that the server names."""
    bits: tuple[int, int]
    """The shortest and the longest key."""
    now: float
    """Real time, in seconds since 1970 UTC."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is wrong with a certificate."""

    text: str
    """The rest of a sentence that begins with `it`."""
    advice: str = RENEW
    """What to do, as a sentence; empty for one that nobody trusts, which is for a person to change."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is held against a certificate."""

    leaf: bytes
    """The server's own certificate out of the chain; DER. Empty where there is none."""
    subject: str
    flaws: tuple[Flaw, ...] = ()
    """Why it is not believed; none where it is."""

    @property
    def is_unknown(self) -> bool:
        """Nobody trusts it, as far as is known yet."""
        return any(not one.advice for one in self.flaws)

    @property
    def fingerprint(self) -> str:
        """What it is trusted by."""
        return fingerprint(self.leaf)


def fingerprint(der: bytes) -> str:
    """SHA-256 of a certificate, in hexadecimal digits."""
    return hashlib.sha256(der).hexdigest()


def leaf_of(chain: bytes) -> bytes:
    """The first certificate of those that stand one after the other, which is the server's own."""
    return next(_apart(chain), b"")


def judge(chain: bytes, asked: Asked, trust: Trust, pinned: bytes | None = None) -> Verdict:
    """What is held against what a server shows.

    Args:
        chain: its certificate, and those of its authorities behind it; DER.
        asked: what it must be.
        trust: whom we believe.
        pinned: the one certificate that is believed; DER. None where the trusted ones are.
    """
    parts = list(_apart(chain))
    leaf = parts[0] if parts else b""
    try:
        certificate = x509.load_der_x509_certificate(leaf)
        subject = _printable(certificate.subject.rfc4514_string())
        flaws = [] if pinned is None else list(_pin_flaws(leaf, leaf_of(pinned)))
        if pinned is None:
            flaws += _chain_flaws(certificate, parts[1:], trust, asked.now)
            flaws += [*_name_flaws(certificate, asked), *_use_flaws(certificate)]
        flaws += [*_key_flaws(certificate, asked), *_time_flaws(certificate, asked.now)]
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        return Verdict(leaf, "", (Flaw(f"cannot be read: {_printable(str(error))}"),))
    return Verdict(leaf, subject, tuple(flaws))


def _apart(chain: bytes) -> Iterator[bytes]:
    """Each certificate of those that stand one after the other (X.690, 8.1.3)."""
    rest = chain[:LARGEST]
    while len(rest) >= 4 and rest[0] == 0x30:
        size, header = rest[1], 2
        if size & 0x80:
            header = 2 + (size & 0x7F)
            size = int.from_bytes(rest[2:header], "big")
        if size == 0 or header + size > len(rest):
            return
        yield rest[: header + size]
        rest = rest[header + size :]


def _pin_flaws(leaf: bytes, pinned: bytes) -> Iterator[Flaw]:
    if leaf != pinned:
        yield Flaw(f"is not the pinned one, whose fingerprint is {fingerprint(pinned)}", "")


def _key_flaws(certificate: x509.Certificate, asked: Asked) -> Iterator[Flaw]:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        yield Flaw("has no RSA key, which the security policies ask for")
    elif not asked.bits[0] <= key.key_size <= asked.bits[1]:
        yield Flaw(f"has a key of {key.key_size} bits; the policy asks for {asked.bits[0]} to {asked.bits[1]}")


def _time_flaws(certificate: x509.Certificate, now: float) -> Iterator[Flaw]:
    here = datetime.fromtimestamp(now, UTC)
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= here <= last:
        is_early = here < first
        what = "is not valid yet" if is_early else "has ended"
        valid = f"it is valid from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
        yield Flaw(f"{what}: {valid}, and this PC's clock says {here:%Y-%m-%d %H:%M} UTC", _CLOCK)


def _name_flaws(certificate: x509.Certificate, asked: Asked) -> Iterator[Flaw]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        yield Flaw("names neither a host nor an application, as it has no subject alternative name", _NAME)
        return
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    hosts = [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]
    if _host(asked.host) not in map(_host, hosts):
        yield Flaw(f"was made for {_listed(hosts)} and not for '{asked.host}', the host of the endpoint", _NAME)
    if asked.uri not in uris:
        said = f"'{_printable(asked.uri)}', as the server calls itself"
        yield Flaw(f"was made for the application {_listed(uris)} and not for {said}", _NAME)


def _use_flaws(certificate: x509.Certificate) -> Iterator[Flaw]:
    """A use that is not said at all is not ruled out."""
    try:
        use = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        if not (use.digital_signature and (use.key_encipherment or use.data_encipherment)):
            yield Flaw("is not made for signing and encrypting (key usage)")
    except x509.ExtensionNotFound:
        pass
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if not {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(uses):
            yield Flaw("is not made for a server (extended key usage)")
    except x509.ExtensionNotFound:
        pass


def _chain_flaws(leaf: x509.Certificate, sent: Sequence[bytes], trust: Trust, now: float) -> Iterator[Flaw]:
    known = [x509.load_der_x509_certificate(one) for one in (*trust.trusted, *trust.issuers)]
    pool = [*known, *_readable(sent[:_DEEPEST])]
    trusted = [x509.load_der_x509_certificate(one) for one in trust.trusted]
    chain = _vouched(leaf, pool, trusted, 0)
    if chain is None:
        yield Flaw("is not among the trusted ones, nor vouched for by one of them", "")
        return
    lists = [x509.load_der_x509_crl(one) for one in trust.revoked]
    for number, one in enumerate(chain):
        whose = "" if number == 0 else f"comes from '{_printable(one.subject.rfc4514_string())}', which "
        if any(_is_revoked(one, known, each) for each in lists):
            yield Flaw(f"{whose}was revoked by its authority")
        if number:
            yield from (Flaw(f"{whose}{flaw.text}", flaw.advice) for flaw in _time_flaws(one, now))


def _readable(sent: Sequence[bytes]) -> Iterator[x509.Certificate]:
    """Of what a server sends along, what could be of use."""
    for one in sent:
        with suppress(ValueError):
            yield x509.load_der_x509_certificate(one)


def _vouched(
    one: x509.Certificate, pool: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate], below: int
) -> list[x509.Certificate] | None:
    """The way from a certificate up to one that is trusted; None where there is none."""
    if one in trusted:
        return [one]
    if below >= _DEEPEST:
        return None
    for authority in pool:
        if authority != one and authority.subject == one.issuer and _has_signed(authority, one, below):
            way = _vouched(authority, pool, trusted, below + 1)
            if way is not None:
                return [one, *way]
    return None


def _has_signed(authority: x509.Certificate, one: x509.Certificate, below: int) -> bool:
    """Whether it is an authority that may vouch for others, and has."""
    try:
        limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    if not limits.ca or (limits.path_length is not None and limits.path_length < below):
        return False
    try:
        if not authority.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign:
            return False
    except x509.ExtensionNotFound:
        pass
    way = one.signature_hash_algorithm
    if way is None or way.name in _BROKEN_HASHES:
        return False
    try:
        one.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _is_revoked(
    one: x509.Certificate, known: Sequence[x509.Certificate], revoked: x509.CertificateRevocationList
) -> bool:
    """An old list counts as long as there is none that is newer; one that no authority of ours has signed does not."""
    if revoked.issuer != one.issuer or revoked.get_revoked_certificate_by_serial_number(one.serial_number) is None:
        return False
    return any(each.subject == revoked.issuer and _has_signed_list(each, revoked) for each in known)


def _has_signed_list(authority: x509.Certificate, revoked: x509.CertificateRevocationList) -> bool:
    key = authority.public_key()
    with suppress(TypeError, UnsupportedAlgorithm):
        # It may have a key of any kind that certificates are signed with.
        return revoked.is_signature_valid(key)  # type: ignore[arg-type]  # one of another kind raises TypeError
    return False


def _host(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.rstrip(".").lower()


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{_printable(one)}'" for one in names[:5])
    return shown or "none"


def _printable(text: str) -> str:
    """A stranger's words without what could steer a terminal, and not too many of them."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:200])

"""Certificates of plants, good and bad."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

SERVER: Final = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT: Final = ExtendedKeyUsageOID.CLIENT_AUTH
URI: Final = "urn:plant:filler"


@cache
def key_of(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The key of whoever has this name; made once, as that takes its time. That of `curve` lies on one."""
    if name == "curve":
        # Whoever signs with it does not care.
        return ec.generate_private_key(ec.SECP256R1())  # type: ignore[return-value]
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@dataclass(frozen=True, slots=True)
class Made:
    """What a certificate says."""

    name: str = "filler"
    key: str = "filler"
    uri: str | None = URI
    hosts: Sequence[str] = ("127.0.0.1", "plc-7")
    begins_d: float = -1
    """Days from now."""
    ends_d: float = 365
    issuer: Made | None = None
    is_authority: bool = False
    path_length: int | None = None
    uses: Sequence[ObjectIdentifier] | None = (SERVER,)
    signs: bool = True
    bits: int = 2048

    @property
    def private(self) -> rsa.RSAPrivateKey:
        return key_of(self.key, self.bits)

    @property
    def pem(self) -> bytes:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def subject(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])

    @property
    def certificate(self) -> x509.Certificate:
        return _made(self)


@cache
def _made(one: Made) -> x509.Certificate:
    now, issuer = datetime.now(UTC).replace(microsecond=0), one.issuer or one
    builder = (
        x509.CertificateBuilder()
        .subject_name(one.subject)
        .issuer_name(issuer.subject)
        .public_key(one.private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=one.begins_d))
        .not_valid_after(now + timedelta(days=one.ends_d))
        .add_extension(x509.BasicConstraints(one.is_authority, one.path_length), critical=True)
        .add_extension(_use(one), critical=True)
    )
    names: list[x509.GeneralName] = [] if one.uri is None else [x509.UniformResourceIdentifier(one.uri)]
    for host in one.hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if one.uses is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(one.uses), critical=False)
    return builder.sign(issuer.private, hashes.SHA256())


def authority(name: str, issuer: Made | None = None, path_length: int | None = None) -> Made:
    return Made(name, name, None, (), issuer=issuer, is_authority=True, path_length=path_length, uses=None)


def revoked_by(issuer: Made, *revoked: Made, signer: Made | None = None) -> bytes:
    """A revocation list; DER."""
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
    builder = builder.last_update(now - timedelta(days=1)).next_update(now + timedelta(days=7))
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(now).build())
    return builder.sign((signer or issuer).private, hashes.SHA256()).public_bytes(Encoding.DER)


def _use(one: Made) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=one.signs,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=one.is_authority or one.issuer is None,
        crl_sign=one.is_authority,
        encipher_only=False,
        decipher_only=False,
    )

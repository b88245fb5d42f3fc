"""A plant's own certificate authority, made anew for each test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, both PEM files."""

    cert_file: Path
    key_file: Path
    ends: datetime


@dataclass(frozen=True)
class Authority:
    """Signs certificates into a folder."""

    folder: Path
    name: str = "Plant CA"
    days: float = 365
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def ca_file(self) -> Path:
        file = self.folder / f"{self.name}.crt"
        if not file.exists():
            constraints = x509.BasicConstraints(ca=True, path_length=0)
            certificate = self._begun(self.name, self._key, self.days).add_extension(constraints, critical=True)
            usage = x509.KeyUsage(
                digital_signature=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            )
            self._sign(certificate.add_extension(usage, critical=True), file)
        return file

    def issue(self, name: str, *, days: float = 365, host: str = "127.0.0.1", passphrase: bytes | None = None) -> Pair:
        """A certificate that ends in so many days, for this address."""
        key = ec.generate_private_key(ec.SECP256R1())
        file = self.folder / f"{name}.crt"
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
        signed = self._sign(self._begun(name, key, days).add_extension(names, critical=False), file)
        key_file = file.with_suffix(".key")
        locked: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
        return Pair(file, key_file, signed.not_valid_after_utc)

    def _begun(self, name: str, key: ec.EllipticCurvePrivateKey, days: float) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(_called(name))
            .issuer_name(_called(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(now, now + days * DAY) - DAY)
            .not_valid_after(now + days * DAY)
            .add_extension(identifier, critical=False)
            .add_extension(authority, critical=False)
        )

    def _sign(self, certificate: x509.CertificateBuilder, file: Path) -> x509.Certificate:
        signed = certificate.sign(self._key, hashes.SHA256())
        file.write_bytes(signed.public_bytes(Encoding.PEM))
        return signed


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

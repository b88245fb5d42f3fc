"""What a secure session is made with: read from files and seen to be right before anything is sent. Runs in a thread.

The server's certificate is judged first. No secret of ours is as much as read before it is believed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from asyncua import ua
from asyncua.crypto.security_policies import SecurityPolicy
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from agent.core.errors import DeviceError
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.keys import Keys, Trust
from drivers.opcua_refusals import RefusedError, policy_name
from drivers.opcua_security import POLICIES, key_bits, token_policy
from drivers.opcua_trust import Asked, Verdict, judge, leaf_of


@dataclass(frozen=True, slots=True)
class Proof:
    """What a secure session is made with."""

    policy: SecurityPolicy = field(repr=False)
    uri: str
    """Our application URI."""
    token: ua.UserTokenPolicy
    """By what we say who we are."""
    ended: str = ""
    """That our certificate has ended, as a sentence behind others; empty while it is valid."""
    user: str | None = None
    password: str = field(default="", repr=False)
    user_certificate: x509.Certificate | None = None
    user_key: RSAPrivateKey | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Meeting:
    """Who meets whom, and when."""

    wc_id: str
    settings: OpcUaSettings
    host: str
    now: float
    """Real time, in seconds since 1970 UTC."""


def prove(meeting: Meeting, endpoint: ua.EndpointDescription, keys: Keys) -> Proof:
    """Judge the server by the endpoint that was chosen, then read what we come with.

    Raises:
        RefusedError: its certificate is not believed, or something of ours is missing.
        DeviceError: a file of ours cannot be used.
    """
    settings = meeting.settings
    leaf = _believed(meeting, endpoint, keys)
    token = token_policy(endpoint, settings)
    own = keys.own()
    name = policy_name(endpoint.SecurityPolicyUri)
    ours, key = x509.load_der_x509_certificate(own.certificate), load_pem_private_key(own.key, None)
    shortest, longest = key_bits(name)
    if not isinstance(key, RSAPrivateKey) or not shortest <= key.key_size <= longest:
        raise RefusedError(
            f"Our key does not go with {name}, which asks for RSA with {shortest} to {longest} bits: make another, "
            "`sudo lineside pki new --replace --bits 2048`, and have the server trust it."
        )
    policy = POLICIES[name](x509.load_der_x509_certificate(leaf), ours, key, endpoint.SecurityMode)
    ended = _ended(ours, meeting.now)
    if settings.user is not None:
        return Proof(policy, own.uri, token, ended, settings.user, keys.password(meeting.wc_id, settings))
    if settings.user_certificate is not None and settings.user_key is not None:
        named = x509.load_der_x509_certificate(leaf_of(_certificate(settings.user_certificate)))
        return Proof(policy, own.uri, token, ended, user_certificate=named, user_key=_key(settings.user_key))
    return Proof(policy, own.uri, token, ended)


def _ended(ours: x509.Certificate, now: float) -> str:
    """The server decides: some take one that has ended, and a line that could be read is not stopped by us."""
    last = ours.not_valid_after_utc
    if last.timestamp() > now:
        return ""
    return (
        f" Our certificate ended on {last:%Y-%m-%d}: `sudo lineside pki new --replace`, and have the server trust it."
    )


def _believed(meeting: Meeting, endpoint: ua.EndpointDescription, keys: Keys) -> bytes:
    """The server's certificate."""
    path = meeting.settings.server_certificate
    pinned = None if path is None else _certificate(path)
    server = endpoint.Server.ApplicationUri if endpoint.Server is not None else ""
    asked = Asked(meeting.host, server or "", key_bits(policy_name(endpoint.SecurityPolicyUri)), meeting.now)
    trust = keys.trust() if pinned is None else Trust()
    verdict = judge(endpoint.ServerCertificate or b"", asked, trust, pinned)
    if verdict.flaws:
        told = _sentences(verdict, path)
        try:
            keys.reject(verdict.leaf)
        except DeviceError as error:
            raise RefusedError(f"{told} It could not be kept for that: {error}") from error
        raise RefusedError(told)
    return verdict.leaf


def _sentences(verdict: Verdict, pinned: Path | None) -> str:
    if not verdict.leaf:
        return "It shows no certificate that could be read. Have one made at the server."
    flaws = "; it ".join(one.text for one in verdict.flaws)
    advice = [one.advice for one in verdict.flaws if one.advice]
    if verdict.is_unknown and pinned is None:
        advice.append(f"If the server shows this fingerprint: `sudo lineside pki trust {verdict.fingerprint}`.")
    elif verdict.is_unknown:
        export = f"`sudo lineside pki export {verdict.fingerprint} {pinned}`."
        advice.append(f"If the server has a new certificate and shows this fingerprint: {export}")
    told = " ".join(dict.fromkeys(advice))
    known = "" if verdict.is_unknown else f" with the fingerprint {verdict.fingerprint}"
    return f"Its certificate '{verdict.subject}'{known} is refused: it {flaws}. {told}"


def _certificate(path: Path) -> bytes:
    """One out of a file; DER."""
    content = _read(path)
    try:
        if b"-----BEGIN" in content:
            return _der(x509.load_pem_x509_certificate(content))
        return _der(x509.load_der_x509_certificate(leaf_of(content)))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RefusedError(f"{path} holds no certificate; expected one in DER or PEM.") from error


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _key(path: Path) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(_read(path), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # What the library says of it is not passed on: it may quote.
        raise RefusedError(f"{path} holds no key that can be used; expected PEM without a passphrase.") from None
    if not isinstance(key, RSAPrivateKey):
        raise RefusedError(f"{path} holds no RSA key, which the security policies ask for.")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RefusedError(f"{path} cannot be read: {error.strerror}.") from error

"""Why an OPC UA server lets us not in, in words for who must act; and what it offers instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from asyncua import ua
from asyncua.ua.status_codes import StatusCodes

from agent.core.errors import DeviceError
from agent.core.sources.opcua_settings import OpcUaSettings

NO_SECURITY: Final = "no security"
PAGE: Final = "docs/opcua-security.md"
_TOKENS: Final = {
    ua.UserTokenType.Anonymous: "anonymous",
    ua.UserTokenType.UserName: "user name",
    ua.UserTokenType.Certificate: "certificate",
    ua.UserTokenType.IssuedToken: "token",
}
_TRUST_US: Final = (
    "It does not believe our certificate: `sudo lineside pki export FILE` writes it; put it among the certificates "
    f"that the server trusts, see {PAGE}."
)
_OUR_NAMES: Final = (
    "Our certificate does not say what it asks for: make one that does, `sudo lineside pki new --replace --host NAME`, "
    "and have the server trust it."
)
_USER: Final = "It does not let {who} in: check the name, the secret, and the rights of that user at the server."
_NOBODY: Final = (
    "It lets nobody in without a name: allow that at the server, or configure 'user' and a security policy."
)
_FULL: Final = "It has no session left for us: end others, or raise the number of sessions at the server."
_ADVICE: Final[Mapping[int, str]] = {
    **dict.fromkeys(
        (
            StatusCodes.BadSecurityChecksFailed,
            StatusCodes.BadCertificateUntrusted,
            StatusCodes.BadCertificateInvalid,
            StatusCodes.BadCertificateChainIncomplete,
            StatusCodes.BadCertificatePolicyCheckFailed,
            StatusCodes.BadCertificateRevocationUnknown,
            StatusCodes.BadCertificateIssuerRevocationUnknown,
        ),
        _TRUST_US,
    ),
    **dict.fromkeys(
        (
            StatusCodes.BadCertificateUriInvalid,
            StatusCodes.BadCertificateHostNameInvalid,
            StatusCodes.BadCertificateUseNotAllowed,
            StatusCodes.BadCertificateIssuerUseNotAllowed,
        ),
        _OUR_NAMES,
    ),
    **dict.fromkeys(
        (StatusCodes.BadCertificateTimeInvalid, StatusCodes.BadCertificateIssuerTimeInvalid),
        "By its clock our certificate is not valid: set the clocks of the server and of this PC, or make a new "
        "certificate: `sudo lineside pki new --replace`.",
    ),
    **dict.fromkeys(
        (StatusCodes.BadCertificateRevoked, StatusCodes.BadCertificateIssuerRevoked),
        "Our certificate was revoked: make a new one, `sudo lineside pki new --replace`, and have the server trust it.",
    ),
    **dict.fromkeys(
        (
            StatusCodes.BadIdentityTokenInvalid,
            StatusCodes.BadIdentityTokenRejected,
            StatusCodes.BadUserAccessDenied,
            StatusCodes.BadUserSignatureInvalid,
        ),
        _USER,
    ),
    **dict.fromkeys(
        (StatusCodes.BadTooManySessions, StatusCodes.BadTcpServerTooBusy, StatusCodes.BadTcpNotEnoughResources), _FULL
    ),
    **dict.fromkeys(
        (
            StatusCodes.BadSecurityPolicyRejected,
            StatusCodes.BadSecurityModeRejected,
            StatusCodes.BadSecurityModeInsufficient,
        ),
        "It does not take {security}: `lineside doctor` says what it offers.",
    ),
    **dict.fromkeys(
        (StatusCodes.BadTcpEndpointUrlInvalid, StatusCodes.BadServerUriInvalid),
        "It does not know this address: `endpoint` must be as the server has it, its path too.",
    ),
}


LOCKED_OUT: Final = frozenset(
    {StatusCodes.BadIdentityTokenInvalid, StatusCodes.BadIdentityTokenRejected, StatusCodes.BadUserAccessDenied}
)
"""Answers to a user whom a server may lock out."""
AGAIN_S: Final = 60.0
"""Real seconds between two tries then."""


class RefusedError(DeviceError):
    """For the technician: the server answers, and there is no session with it as it is configured."""

    def __init__(self, message: str, why: str = "", again_s: float = 0.0, *, is_of_user: bool = False) -> None:
        super().__init__(message, again_s)
        self.is_of_user = is_of_user
        """It is about whom it lets in."""
        self.why = why or message
        """The reason and what to do, without where it is."""


def advice(code: int, settings: OpcUaSettings) -> str:
    """What to do where a server answers a connection with this status."""
    text = _ADVICE.get(code)
    if text is None:
        if settings.security == "none":
            return "Does it allow anonymous reading without security, and one more session?"
        return f"Does it allow {who(settings)} with {security(settings)}, and one more session?"
    if text is _USER and settings.user is None and settings.user_certificate is None:
        return _NOBODY
    return text.format(who=who(settings), security=security(settings))


def broken_off(settings: OpcUaSettings) -> str:
    """What to do where a server says not why it does not make the secure channel."""
    return (
        f"It broke off while {security(settings)} was agreed on, as servers do that refuse a certificate. {_TRUST_US}"
    )


def who(settings: OpcUaSettings) -> str:
    """As whom we come."""
    if settings.user is not None:
        return f"the user '{settings.user}'"
    if settings.user_certificate is not None:
        return f"the user of {settings.user_certificate}"
    return "anonymous reading"


def security(settings: OpcUaSettings) -> str:
    """How safely it is to be spoken to."""
    if settings.security == "none":
        return NO_SECURITY
    mode = "SignAndEncrypt" if settings.mode == "sign_and_encrypt" else "Sign"
    return f"{'any policy' if settings.security == 'strongest' else settings.security} {mode}"


def offers(endpoints: Iterable[ua.EndpointDescription]) -> tuple[str, ...]:
    """What a server offers, each once, such as `Basic256Sha256 SignAndEncrypt, user name`."""
    return tuple(dict.fromkeys(map(offer, endpoints)))


def offer(endpoint: ua.EndpointDescription) -> str:
    """What one endpoint asks of who comes in by it."""
    tokens = dict.fromkeys(_TOKENS.get(one.TokenType, "another") for one in endpoint.UserIdentityTokens or [])
    return f"{channel(endpoint)}, {', '.join(tokens) or 'nobody'}"


def channel(endpoint: ua.EndpointDescription) -> str:
    """Policy and mode of an endpoint."""
    mode = endpoint.SecurityMode.name.rstrip("_")
    return NO_SECURITY if mode == "None" else f"{policy_name(endpoint.SecurityPolicyUri)} {mode}"


def policy_name(uri: str | None) -> str:
    """A security policy by its short name."""
    name = (uri or "").rpartition("#")[2]
    return "".join(sign if sign.isprintable() else "?" for sign in name[:64]) or "None"

"""Which endpoint of an OPC UA server is taken, and by which of its user token policies. No I/O.

What a server says before there is a secure channel is not proven. So nothing weaker than what is configured is taken
whatever it says, and when the channel stands the server must say the same again (OPC 10000-4, 5.6.2.2): what somebody
took out of the list on its way is missed then, before anything secret is sent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from asyncua import ua
from asyncua.crypto import security_policies
from asyncua.crypto.security_policies import SecurityPolicy

from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.opcua_refusals import PAGE, RefusedError, channel, offer, offers, policy_name, security, who

POLICIES: Final[Mapping[str, type[SecurityPolicy]]] = {
    "Aes256_Sha256_RsaPss": security_policies.SecurityPolicyAes256Sha256RsaPss,
    "Aes128_Sha256_RsaOaep": security_policies.SecurityPolicyAes128Sha256RsaOaep,
    "Basic256Sha256": security_policies.SecurityPolicyBasic256Sha256,
    "Basic256": security_policies.SecurityPolicyBasic256,
    "Basic128Rsa15": security_policies.SecurityPolicyBasic128Rsa15,
}
"""The strongest first."""
WITHDRAWN: Final = frozenset({"Basic256", "Basic128Rsa15"})
"""OPC 10000-7 has withdrawn them, for SHA-1; taken only where their name stands in the configuration."""
SHORTEST_NONCE: Final = 32
"""Bytes (OPC 10000-4, 5.6.2.2)."""
_RANK: Final = {name: rank for rank, name in enumerate(POLICIES)}
_NONE: Final = security_policies.SecurityPolicyNone.URI
_MODE: Final = ua.MessageSecurityMode
Side: TypeAlias = frozenset[tuple[object, ...]]


def key_bits(policy: str) -> tuple[int, int]:
    """The shortest and the longest RSA key that goes with a policy, in bits (OPC 10000-7)."""
    return (1024, 2048) if policy in WITHDRAWN else (2048, 4096)


def chosen(endpoints: Sequence[ua.EndpointDescription], settings: OpcUaSettings) -> ua.EndpointDescription:
    """The strongest endpoint that is as configured.

    Raises:
        RefusedError: there is none.
    """
    modes = [_MODE.SignAndEncrypt] if settings.mode == "sign_and_encrypt" else [_MODE.Sign, _MODE.SignAndEncrypt]
    suited = [one for one in endpoints if _is_binary(one) and one.SecurityMode in modes and one.ServerCertificate]
    known = [one for one in suited if policy_name(one.SecurityPolicyUri) in POLICIES]
    wanted = set(POLICIES) - WITHDRAWN if settings.security == "strongest" else {settings.security}
    taken = [one for one in known if policy_name(one.SecurityPolicyUri) in wanted]
    if not taken:
        raise RefusedError(_none_suits(endpoints, known, settings))
    return min(taken, key=lambda one: (_RANK[policy_name(one.SecurityPolicyUri)], modes.index(one.SecurityMode)))


def token_policy(endpoint: ua.EndpointDescription, settings: OpcUaSettings) -> ua.UserTokenPolicy:
    """By what an endpoint lets us say who we are, with the security policy that the secret is hidden by.

    Raises:
        RefusedError: it does not let us in as whom we are configured, or the secret would be open to others.
    """
    kind = ua.UserTokenType.Anonymous
    if settings.user is not None:
        kind = ua.UserTokenType.UserName
    elif settings.user_certificate is not None:
        kind = ua.UserTokenType.Certificate
    offered = [one for one in endpoint.UserIdentityTokens or [] if one.TokenType == kind]
    if not offered:
        raise RefusedError(
            f"It does not let {who(settings)} in; it offers {offer(endpoint)}. Allow that at the server, or configure "
            "'user' or 'user_certificate' for one that it knows.",
            is_of_user=True,
        )
    known: list[ua.UserTokenPolicy] = [
        dataclasses.replace(one, SecurityPolicyUri=one.SecurityPolicyUri or endpoint.SecurityPolicyUri)
        for one in offered
    ]
    if kind == ua.UserTokenType.Anonymous:
        return known[0]
    safe: list[ua.UserTokenPolicy] = [one for one in known if _hides(one, kind, endpoint)]
    if not safe:
        named = ", ".join(dict.fromkeys(policy_name(one.SecurityPolicyUri) for one in known))
        raise RefusedError(
            f"With {channel(endpoint)} it takes the secret of {who(settings)} by {named} only, which others could read "
            f'or use. Nothing was sent. Set mode = "sign_and_encrypt", or mend it at the server, see {PAGE}.'
        )
    return min(safe, key=lambda one: _RANK.get(policy_name(one.SecurityPolicyUri), len(_RANK)))


def difference(before: Iterable[ua.EndpointDescription], after: Iterable[ua.EndpointDescription]) -> str | None:
    """What a server offers under security that it did not say before, or said otherwise; None where there is nothing.

    What it says less of then weakens nothing: the endpoint that was taken must be there as it was, which the library
    sees to, and some servers tell a session of its own endpoint alone.
    """
    first, second = (tuple(one for one in side if _is_binary(one)) for side in (before, after))
    if _side(second) <= _side(first):
        return None
    known = offers(first)
    hidden = ", ".join(f"'{one}' was left out" for one in offers(second) if one not in known)
    return hidden or "the user token policies are others"


def _is_binary(endpoint: ua.EndpointDescription) -> bool:
    url, profile = endpoint.EndpointUrl or "", endpoint.TransportProfileUri or ""
    return not (url and not url.startswith("opc.tcp:")) and not (profile and "uatcp" not in profile)


def _hides(policy: ua.UserTokenPolicy, kind: ua.UserTokenType, endpoint: ua.EndpointDescription) -> bool:
    """Whether nobody but the server can read, or use elsewhere, what is sent by it."""
    name, is_hidden = policy_name(policy.SecurityPolicyUri), endpoint.SecurityMode == _MODE.SignAndEncrypt
    if policy.SecurityPolicyUri == _NONE:
        # A password within what is encrypted as a whole; a certificate without a signature proves nothing.
        return is_hidden and kind == ua.UserTokenType.UserName
    weak = name in WITHDRAWN and policy_name(endpoint.SecurityPolicyUri) not in WITHDRAWN
    return name in POLICIES and (is_hidden or not weak)


def _side(endpoints: Iterable[ua.EndpointDescription]) -> Side:
    """What OPC 10000-4 has a client compare."""
    return frozenset(
        (
            one.SecurityMode,
            one.SecurityPolicyUri,
            frozenset(
                (token.PolicyId, token.TokenType, token.SecurityPolicyUri or "")
                for token in one.UserIdentityTokens or []
            ),
        )
        for one in endpoints
    )


def _none_suits(
    endpoints: Sequence[ua.EndpointDescription], known: Sequence[ua.EndpointDescription], settings: OpcUaSettings
) -> str:
    found = offers(endpoints)
    only = "only " if len(found) == 1 else ""
    text = f"It offers {only}{' | '.join(found) or 'nothing'}; configured is {security(settings)}."
    old = [name for one in known if (name := policy_name(one.SecurityPolicyUri)) in WITHDRAWN]
    if settings.security == "strongest" and old:
        return (
            f"{text} {old[0]} was withdrawn by the OPC Foundation as too weak: switch on another policy at the server, "
            f'or write security = "{old[0]}" where there is none.'
        )
    return f"{text} Switch that on at the server, or configure what it offers; nothing weaker is taken by itself."

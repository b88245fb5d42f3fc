"""The configuration of an OPC UA server (IEC 62541): where it is, how safely it is spoken to and how it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from agent.core.settings_base import Endpoint, NodeId, Seconds, Section

SecurityChoice: TypeAlias = Literal[
    "strongest",
    "Aes256_Sha256_RsaPss",
    "Aes128_Sha256_RsaOaep",
    "Basic256Sha256",
    "Basic256",
    "Basic128Rsa15",
    "none",
]


class OpcUaSettings(Section):
    """An OPC UA server (IEC 62541)."""

    endpoint: Endpoint
    """Endpoint URL, `opc.tcp://host:port/path`."""
    security: SecurityChoice = "strongest"
    """Security policy. strongest: the best that the server offers, but never none, and never Basic256 or Basic128Rsa15,
    which are withdrawn: those are used only where their name stands here."""
    mode: Literal["sign", "sign_and_encrypt"] = "sign_and_encrypt"
    """Message security mode, where there is a security policy. Nothing weaker is taken than what stands here."""
    server_certificate: Path | None = None
    """The server's certificate (DER or PEM): this one alone is believed, whatever the trusted ones say. Without it the
    server's certificate must stand among the trusted ones; see `lineside pki`."""
    user: str | None = Field(default=None, min_length=1, max_length=128)
    """User name at the server. Without it and `user_certificate` the session is anonymous."""
    password_file: Path | None = None
    """File with the user's password, which never stands in the configuration. Without it the systemd credential
    `lineside-opcua-password-WORK_CENTER` is taken, then `lineside-opcua-password`."""
    user_certificate: Path | None = None
    """Certificate (DER or PEM) that names the user at the server, in place of a user name."""
    user_key: Path | None = None
    """PEM file with the key of that certificate, without a passphrase."""
    profile: Literal["standard", "small"] = "standard"
    """small: a small controller, such as an S7-1200, which gets no more than 100 values in one request and one
    request at a time; standard: whatever the server says that it can take."""
    read: Literal["auto", "subscribe", "poll"] = "auto"
    """subscribe: the server tells what changed. poll: it is asked every `poll_ms`. auto: subscribe, and poll where the
    server has no subscriptions."""
    publishing_ms: int = Field(default=100, ge=5, le=400)
    """Publishing interval of the subscription in real milliseconds."""
    sampling_ms: int = Field(default=100, ge=0, le=60_000)
    """Sampling interval of each node in real milliseconds; 0 asks for the server's fastest."""
    poll_ms: int = Field(default=500, ge=20, le=1_000)
    """Real milliseconds between two readings, where values are polled."""
    queue: int = Field(default=50, ge=2, le=10_000)
    """Values kept by the server for each node between two publications (domain.md R25)."""
    timeout_s: Seconds = 2.0
    """Real seconds without an answer or a keep-alive after which the connection is given up."""
    watch_s: Seconds = 5.0
    """Real seconds between two looks at what a subscription does not tell: whether nodes that were unknown are there
    now, or known ones are gone (a program download), and whether values still move."""
    alarms: NodeId | None = None
    """Node whose events tell alarms and conditions, `i=2253` for the whole server (OPC 10000-9). The first alarm that
    came is then what the signal of role alarm tells, which has no `node`. Without it no events are subscribed to."""
    history: bool = False
    """Whether the server's history is read to find out what happened while it could not be reached (domain.md R15)."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.user_certificate is None) != (self.user_key is None):
            raise ValueError("'user_certificate' and 'user_key' belong together: expected both or neither")
        if self.user is not None and self.user_certificate is not None:
            raise ValueError("expected one of 'user' and 'user_certificate': a session has one user")
        if self.password_file is not None and self.user is None:
            raise ValueError("'password_file' needs 'user': whose password it is")
        if "@" in urlsplit(self.endpoint).netloc:
            raise ValueError("a user and a password do not stand in 'endpoint': expected 'user' and 'password_file'")
        if (self.user is not None or self.user_certificate is not None) and self.security == "none":
            raise ValueError(
                "'user' and 'user_certificate' need a security policy: without one everybody on the network could read "
                "the secret, or take the session over"
            )
        if self.server_certificate is not None and self.security == "none":
            raise ValueError("'server_certificate' needs a security policy: without one no certificate is looked at")
        return self

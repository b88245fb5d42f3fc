"""What the agent proves itself by to a device, and whom it believes. Filled by whoever opens a driver.

Everything here is asked anew for each connection, so that what was trusted, renewed or put in place meanwhile counts
from the next one on. The functions read files: they are called in a thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from agent.core.sources.opcua_settings import OpcUaSettings


@dataclass(frozen=True, slots=True)
class Own:
    """Who we are to a server."""

    uri: str
    """Our application URI, as it stands in the certificate."""
    certificate: bytes
    """DER."""
    key: bytes = field(repr=False)
    """PEM, without a passphrase."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom we believe."""

    trusted: tuple[bytes, ...] = ()
    """Certificates of servers, and of authorities whose every server is believed; DER."""
    issuers: tuple[bytes, ...] = ()
    """Certificates of authorities that only complete a chain up to a trusted one; DER."""
    revoked: tuple[bytes, ...] = ()
    """Revocation lists; DER."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The agent's secrets and its trust, as far as a driver needs them.

    Each of these raises DeviceError with a sentence where a file is missing or cannot be used.
    """

    own: Callable[[], Own]
    """Our certificate and key, made where there are none yet."""
    trust: Callable[[], Trust]
    reject: Callable[[bytes], None]
    """Is shown a certificate (DER) that was not believed, so that somebody can look at it and trust it."""
    password: Callable[[str, OpcUaSettings], str]
    """The password of the user at the server of this work center."""

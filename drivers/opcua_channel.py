"""The library's client as a session is made with it: it tries each address, and looks before it says who we are."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from asyncua import ua
from asyncua.client.client import Client

from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.cancellation import honour_cancellation
from drivers.naming import addresses
from drivers.opcua_proof import Proof
from drivers.opcua_refusals import RefusedError
from drivers.opcua_security import SHORTEST_NONCE, difference

# The library logs what is raised here as a sentence, and logs it louder.
for _name in ("asyncua.client", "asyncua.common", "asyncua.crypto", "asyncua.uaprotocol"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

PORT: Final = 4840
_SESSION_MS: Final = 30_000
"""What we leave behind when we die ends after so long: a small controller has few sessions."""

_PULSE_S: Final = 86_400.0
"""The library asks for the server's state so often, beside all other requests, and gives the connection up where one
answer does not come. Whoever reads keeps the session alive, notices silence and decides how much of it is too much."""


class Channel(Client):
    """A client for one connection."""

    def __init__(self, settings: OpcUaSettings, name: str) -> None:
        super().__init__(settings.endpoint, settings.timeout_s, _PULSE_S)
        self.is_greeted = False
        """The server has answered."""
        self.is_agreed = False
        """There is a secure channel."""
        self._patience_s = settings.timeout_s
        self._proof: Proof | None = None
        self._offered: Sequence[ua.EndpointDescription] = ()
        self.name = self.description = name
        self.application_uri = "urn:lineside:agent"
        self.product_uri = "urn:lineside"
        self.session_timeout = _SESSION_MS

    @property
    def is_secure(self) -> bool:
        """Whether it is made with security."""
        return self._proof is not None

    def secure(self, proof: Proof, offered: Sequence[ua.EndpointDescription]) -> None:
        """Make the connection with security.

        Args:
            proof: what it is made with.
            offered: what the server said that it offers, to be compared with what it says under security.
        """
        self._proof, self._offered = proof, offered
        self.application_uri = proof.uri
        self.security_policy = proof.policy  # type: ignore[assignment] # the library takes it for the one of no security
        self.uaclient.set_security(proof.policy)
        if proof.user is not None:
            self.set_user(proof.user)
            self.set_password(proof.password)
        self.user_certificate, self.user_private_key = proof.user_certificate, proof.user_key

    async def connect_socket(self) -> None:
        """Connect to the first address that takes us.

        Raises:
            OSError: none does.
        """
        host, port = self.server_url.hostname or "", self.server_url.port or PORT
        failed: OSError = OSError("it has no address")
        for address in await addresses(host, port, self._patience_s):
            try:
                await self.uaclient.connect_socket(address, port)
            except OSError as error:
                failed = error
            else:
                honour_cancellation()
                return
        raise failed

    async def send_hello(self) -> None:
        """Have the server answer at all."""
        await super().send_hello()
        self.is_greeted = True

    async def open_secure_channel(self, renew: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's signature
        """Agree on security, or on none."""
        await super().open_secure_channel(renew)
        self.is_agreed = True

    async def create_session(self) -> ua.CreateSessionResult:
        """Ask for a session; the library holds its answer against the certificate. Nobody was named yet.

        Raises:
            RefusedError: what the server says now is not what it said before there was security.
        """
        created = await super().create_session()
        if self._proof is not None:
            if len(created.ServerNonce or b"") < SHORTEST_NONCE:
                raise RefusedError(
                    f"It gave {len(created.ServerNonce or b'')} random bytes for a session; expected {SHORTEST_NONCE}. "
                    "Is its firmware up to date?"
                )
            changed = difference(self._offered, created.ServerEndpoints or ())
            if changed is not None:
                raise RefusedError(
                    f"What it first said that it offers is not what it says under security: {changed}. Somebody "
                    "between it and this PC may have changed it; nothing secret was sent. Look for a gateway between."
                )
        return created

    def server_policy(self, token_type: ua.UserTokenType) -> ua.UserTokenPolicy:
        """By what we say who we are: as was chosen before, where there is security."""
        return super().server_policy(token_type) if self._proof is None else self._proof.token

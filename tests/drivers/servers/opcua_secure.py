"""An OPC UA server with security, which shows what it is told to.

Argument: port. Commands: `{"certificate": path of DER, "key": path of PEM}`, `{"policies": [names]}`, `{"tokens":
[names]}` and `{"hides": policy or null}`: what GetEndpoints leaves out and CreateSession does not; `{"nonce": bytes or
null}`, how long the one of a session is; `{"refuses": status or null}`, what it says to every certificate of a client;
`{"plain": true}`: its user token policies have no security of their own.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any

from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.internal_session import InternalSession
from asyncua.server.server import Server
from asyncua.server.user_managers import UserManager
from asyncua.ua.status_codes import StatusCodes
from cryptography import x509

from tests.drivers.servers.commands import commands

TOKENS = {
    "anonymous": ua.AnonymousIdentityToken,
    "user": ua.UserNameIdentityToken,
    "certificate": ua.X509IdentityToken,
}
NAMESPACE = "http://example.org/line"


class Users(UserManager):
    """`lineside` with its password, whoever has a certificate, and anonymous ones."""

    def get_user(
        self,
        iserver: object,
        username: str | None = None,
        password: str | None = None,
        certificate: object = None,
    ) -> User | None:
        del iserver, certificate
        return None if username and (username, password) != ("lineside", "canary-7") else User(role=UserRole.User)


class Shown:
    """What is shown at present."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.hides: str | None = None
        self.nonce: int | None = None
        self.refuses: str | None = None
        self.plain = False
        self.within = False
        """A session is being made."""
        inner, offered = InternalSession.create_session, server.iserver.get_endpoints

        async def create(
            session: InternalSession,
            params: ua.CreateSessionParameters,
            sockname: Any = None,  # noqa: ANN401 - as there
        ) -> ua.CreateSessionResult:
            self.within = True
            try:
                result = await inner(session, params, sockname)
            finally:
                self.within = False
            if self.nonce is not None:
                session.nonce = result.ServerNonce = b"n" * self.nonce
            return result

        async def endpoints(*rest: Any, **more: Any) -> list[ua.EndpointDescription]:  # noqa: ANN401 - as there
            told = await offered(*rest, **more)
            if self.plain:
                for token in (one for endpoint in told for one in endpoint.UserIdentityTokens):
                    token.SecurityPolicyUri = "http://opcfoundation.org/UA/SecurityPolicy#None"
            return [one for one in told if self.within or not self.hides or self.hides not in one.SecurityPolicyUri]

        InternalSession.create_session = create  # type: ignore[method-assign,assignment]  # the only way in
        server.iserver.get_endpoints = endpoints  # type: ignore[method-assign]  # the only way in

    async def validate(self, certificate: x509.Certificate, description: ua.ApplicationDescription) -> None:
        del certificate, description
        if self.refuses is not None:
            raise ServiceError(getattr(StatusCodes, self.refuses))

    async def obey(self, command: dict[str, Any]) -> None:
        for name in ("hides", "nonce", "refuses", "plain"):
            if name in command:
                setattr(self, name, command[name])
        server = self.server
        if "certificate" in command:
            await server.load_certificate(command["certificate"], "der")
            await server.load_private_key(command["key"], format="pem")
        if "policies" in command:
            server.set_security_policy([getattr(ua.SecurityPolicyType, name) for name in command["policies"]])
        if "tokens" in command:
            server.set_identity_tokens([TOKENS[name] for name in command["tokens"]])
        server.iserver.endpoints.clear()
        server._policies.clear()
        await server._setup_server_nodes()


async def main(port: int, certificate: Path, key: Path) -> None:
    server = Server(user_manager=Users())
    await server.init()
    await server.set_application_uri("urn:plant:filler")
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/line")
    shown = Shown(server)
    server.set_certificate_validator(shown.validate)
    await server.load_certificate(str(certificate), "der")
    await server.load_private_key(str(key), format="pem")
    await server.register_namespace(NAMESPACE)
    async with server, aclosing(commands()) as told:
        async for command in told:
            await shown.obey(command)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])))

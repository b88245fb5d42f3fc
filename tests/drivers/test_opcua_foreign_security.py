"""Sessions with security with a server that we did not write."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.keys import Keys, Own, Trust
from drivers.opcua_refusals import RefusedError
from drivers.opcua_session import Session
from drivers.opcua_trust import fingerprint
from tests.drivers.certificates import CLIENT, Made
from tests.drivers.foreign.node_opcua import NodeOpcUa
from tests.drivers.plants import URI

OURS: Final = Made("lineside", "lineside", "urn:lineside:ala1:line-7", ("pc",), uses=(CLIENT,))
USER: Final = Made("user", "user", None, (), uses=None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeOpcUa]:
    running = NodeOpcUa(tmp_path_factory.mktemp("node"))
    running.start(URI)
    yield running
    running.kill()


def keys(trust: Trust, rejected: list[bytes] | None = None) -> Keys:
    def reject(der: bytes) -> None:
        if rejected is not None:
            rejected.append(der)

    return Keys(lambda: Own(str(OURS.uri), OURS.der, OURS.pem), lambda: trust, reject, lambda *_: "canary-7")


def settings(server: NodeOpcUa, **more: Any) -> OpcUaSettings:  # noqa: ANN401 - whatever is configured
    return OpcUaSettings.model_validate(
        {"endpoint": f"opc.tcp://127.0.0.1:{server.port}/line", "timeout_s": 10, **more}
    )


async def test_each_policy_and_each_way_to_say_who_we_are_is_understood(server: NodeOpcUa, tmp_path: Path) -> None:
    (tmp_path / "user.der").write_bytes(USER.der)
    (tmp_path / "user.pem").write_bytes(USER.pem)
    by_file = {"user_certificate": tmp_path / "user.der", "user_key": tmp_path / "user.pem"}
    rejected: list[bytes] = []
    with pytest.raises(RefusedError, match="is not among the trusted ones"):
        await Session("WC-1", settings(server), keys(Trust(), rejected)).__aenter__()
    [shown] = rejected
    for policy in ("Aes256_Sha256_RsaPss", "Aes128_Sha256_RsaOaep", "Basic256Sha256"):
        for mode, ways in (("sign", ({}, by_file)), ("sign_and_encrypt", ({"user": "lineside"},))):
            for who in ways:
                asked = settings(server, security=policy, mode=mode, **who)
                async with Session("WC-1", asked, keys(Trust((shown,)))) as session:
                    assert URI in session.namespaces


async def test_one_that_does_not_believe_our_certificate_is_told_from_one_that_is_away(server: NodeOpcUa) -> None:
    stranger = Made("stranger", "stranger", "urn:lineside:ala1:line-8", ("pc",), uses=(CLIENT,))
    ring = dataclasses.replace(keys(Trust()), own=lambda: Own(str(stranger.uri), stranger.der, stranger.pem))
    server.tell(believes=False)
    try:
        with pytest.raises(RefusedError, match="does not believe our certificate: `sudo lineside pki export FILE`"):
            await Session("WC-1", settings(server, server_certificate=server.certificate), ring).__aenter__()
    finally:
        server.tell(believes=True)


async def test_what_it_shows_is_what_its_administrator_has_in_a_file(server: NodeOpcUa) -> None:
    pinned = settings(server, server_certificate=server.certificate)
    async with Session("WC-1", pinned, keys(Trust())) as session:
        assert session.client.security_policy.URI.endswith("#Aes256_Sha256_RsaPss")
        assert session.client.security_policy.peer_certificate is not None
        assert len(fingerprint(session.client.security_policy.peer_certificate)) == 64

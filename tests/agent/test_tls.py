from __future__ import annotations

import asyncio
import re
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent import broker as agent_broker
from agent.alarms import Alarms
from agent.broker import Outgoing, connected, peek
from agent.certificates import Certificates
from agent.core.errors import UplinkError
from agent.core.settings import MesSettings, TlsSettings
from agent.tls import WARNING_S, Expiry, context, expiries
from tests.agent.parts import AGENT, settings
from tests.brokers.certificates import Authority
from tests.brokers.kinds import AGENT_ID, Kind, a_broker

CLIENT = "lineside-ala1-edge-1"
WILL = Outgoing(f"{AGENT}/status", b'{"online":false}', retain=True)
LOCKED: tuple[Kind, ...] = ("mosquitto-tls", "mosquitto-password")


def mes(folder: Path, keys: dict[str, Any], **changed: Any) -> MesSettings:  # noqa: ANN401 - any TOML
    return settings(folder, **{**keys, **changed}).mes


async def refused(mes_settings: MesSettings) -> UplinkError:
    with pytest.raises(UplinkError) as told:
        async with connected(mes_settings, CLIENT, WILL):
            pass
    return told.value


@pytest.mark.parametrize("kind", LOCKED)
async def test_both_ends_prove_who_they_are(tmp_path: Path, kind: Kind) -> None:
    async with a_broker(kind, tmp_path / "broker") as broker:
        mes_settings = mes(tmp_path, broker.mes)
        assert await peek(mes_settings, CLIENT, WILL.topic) is None
        async with connected(mes_settings, CLIENT, WILL) as session, asyncio.timeout(10):
            assert session.trusted
            assert session.peer_expiry is not None
            days = (session.peer_expiry.at - datetime.now(UTC).timestamp()) / 86_400
            assert 364 < days <= 365
            assert await session.publish(WILL) == 0x10
        assert await peek(mes_settings, CLIENT, WILL.topic) == WILL.payload


async def test_what_tls_holds_back_is_read_to_the_end(tmp_path: Path) -> None:
    async with a_broker("mosquitto-tls", tmp_path / "broker") as broker:
        mes_settings = mes(tmp_path, broker.mes)
        async with connected(mes_settings, CLIENT, WILL) as session, asyncio.timeout(30):
            # Many answers in one TLS record: the socket is readable once, the answers are many.
            for _ in range(200):
                answers = [session.publish(Outgoing(f"{AGENT}/res", b"x" * 3_000)) for _ in range(20)]
                assert set(await asyncio.gather(*answers)) == {0x10}


async def test_an_agent_without_a_certificate_is_not_let_in(tmp_path: Path) -> None:
    async with a_broker("mosquitto-tls", tmp_path / "broker") as broker:
        keys = {**broker.mes, "tls": {"ca_file": broker.mes["tls"]["ca_file"]}}
        said = str(await refused(mes(tmp_path, keys)))
    assert re.match(r"the broker 127\.0\.0\.1:\d+ (closed the connection|cannot be reached)", said)


async def test_a_wrong_password_is_refused_with_its_code(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("guessed")
    async with a_broker("mosquitto-password", tmp_path / "broker") as broker:
        error = await refused(mes(tmp_path, broker.mes, password_file=wrong))
    assert error.code in {0x86, 0x87}
    assert "refuses the connection" in str(error)


async def test_a_broker_of_another_authority_is_not_believed(tmp_path: Path) -> None:
    other = Authority(tmp_path, "Somebody else's CA")
    async with a_broker("mosquitto-password", tmp_path / "broker") as broker:
        keys = {**broker.mes, "tls": {"ca_file": other.ca_file}}
        said = str(await refused(mes(tmp_path, keys)))
        own = str(await refused(mes(tmp_path, {**broker.mes, "tls": {}})))
    for sentence in (said, own):
        assert "its certificate cannot be trusted" in sentence
        assert sentence.endswith("look at mes.host and mes.tls.ca_file")


async def test_a_broker_under_another_name_is_not_believed(tmp_path: Path) -> None:
    async with a_broker("mosquitto-password", tmp_path / "broker") as broker:
        said = str(await refused(mes(tmp_path, broker.mes, host="localhost")))
    assert "its certificate cannot be trusted (Hostname mismatch" in said


async def test_a_broker_without_tls_is_a_sentence(tmp_path: Path) -> None:
    async with a_broker("mosquitto", tmp_path / "broker") as broker:
        said = str(await refused(mes(tmp_path, broker.mes, tls={})))
    assert "cannot be reached: " in said


async def test_a_handshake_that_never_ends_holds_nobody_up_and_leaves_nobody_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_broker, "CONNECT_TIMEOUT_S", 0.3)
    gone = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        gone.set()

    async with await asyncio.start_server(hold, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        turns = 0

        async def turn() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0.01)

        turning = asyncio.create_task(turn())
        said = str(await refused(settings(tmp_path, port=port, tls={}).mes))
        turning.cancel()
        assert "does not answer within 0 s" in said
        assert turns > 10
        async with asyncio.timeout(20):
            await gone.wait()


@pytest.mark.parametrize("key", ["ca_file", "cert_file", "key_file"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, key: str) -> None:
    plant = Authority(tmp_path)
    pair = plant.issue(AGENT_ID)
    files = {"ca_file": plant.ca_file, "cert_file": pair.cert_file, "key_file": pair.key_file}
    missing = tmp_path / "missing.pem"
    with pytest.raises(UplinkError) as told:
        context(TlsSettings.model_validate({**files, key: missing}))
    assert str(told.value) == f"mes.tls.{key}: {missing} cannot be read: No such file or directory"


def test_files_that_do_not_belong_together_are_named(tmp_path: Path) -> None:
    plant = Authority(tmp_path)
    one, other = plant.issue("one"), plant.issue("other")
    with pytest.raises(UplinkError, match=r"one\.crt and .*other\.key cannot be used \(KEY_VALUES_MISMATCH\)"):
        context(TlsSettings(cert_file=one.cert_file, key_file=other.key_file))


def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked_for_it(tmp_path: Path) -> None:
    pair = Authority(tmp_path).issue("one", passphrase=b"secret")
    with pytest.raises(UplinkError, match="the key without a passphrase"):
        context(TlsSettings(cert_file=pair.cert_file, key_file=pair.key_file))


@pytest.mark.parametrize("content", [b"", b"no certificate"])
def test_a_file_without_a_certificate_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(content)
    tls = TlsSettings(ca_file=file)
    for read in (context, expiries):
        with pytest.raises(UplinkError, match=rf"mes\.tls\.ca_file: {file} holds no certificate; expected PEM"):
            read(tls)


def test_nothing_older_than_tls_1_2_and_nobody_unverified(tmp_path: Path) -> None:
    made = context(TlsSettings(ca_file=Authority(tmp_path).ca_file))
    assert made.minimum_version == ssl.TLSVersion.TLSv1_2
    assert made.check_hostname
    assert made.verify_mode == ssl.CERT_REQUIRED


def test_every_certificate_of_ours_has_its_end(tmp_path: Path) -> None:
    plant = Authority(tmp_path, days=400)
    pair = plant.issue(AGENT_ID, days=20)
    tls = TlsSettings(ca_file=plant.ca_file, cert_file=pair.cert_file, key_file=pair.key_file)
    ours, authority = expiries(tls)
    assert (ours.what, ours.path, ours.at) == ("our certificate 'CN=edge-1'", pair.cert_file, pair.ends.timestamp())
    assert (authority.what, authority.path) == ("the CA 'CN=Plant CA'", plant.ca_file)
    assert expiries(None) == ()
    assert expiries(TlsSettings()) == ()


def test_a_month_ahead_of_its_end_a_certificate_is_warned_about() -> None:
    ends = datetime(2027, 3, 1, 12, tzinfo=UTC)
    ours = Expiry("our certificate 'CN=edge-1'", Path("/etc/lineside/edge-1.crt"), ends.timestamp())
    theirs = Expiry("the broker's certificate", None, ends.timestamp())
    ahead = ends - timedelta(seconds=WARNING_S)
    assert ours.warning(ahead.timestamp() - 1) is None
    assert ours.warning(ahead.timestamp()) == (
        "our certificate 'CN=edge-1' in /etc/lineside/edge-1.crt ends on 2027-03-01; renew it, as nothing can be sent "
        "without"
    )
    assert theirs.warning(ends.timestamp() + 1) == (
        "the broker's certificate ended on 2027-03-01; renew it, as nothing can be sent without"
    )


async def test_a_certificate_that_ends_soon_is_an_alarm_until_it_is_renewed(tmp_path: Path) -> None:
    plant = Authority(tmp_path, days=4000)
    pair = plant.issue(AGENT_ID, days=20)
    tls = TlsSettings(ca_file=plant.ca_file, cert_file=pair.cert_file, key_file=pair.key_file)
    alarms = Alarms(time.time)
    certificates = Certificates(tls, alarms)
    theirs = Expiry("the broker's certificate", None, time.time() + 3 * 86_400)
    await certificates.look(theirs, time.time())
    (raised,) = alarms.current
    assert raised.code == "certificate_ends"
    ours, broker = raised.text.split("; renew it, as nothing can be sent without")[:2]
    assert ours.startswith("our certificate 'CN=edge-1' in ")
    assert broker.startswith("; the broker's certificate ends on ")
    plant.issue(AGENT_ID, days=365)
    await certificates.look(None, time.time())
    assert not alarms.current
    pair.cert_file.unlink()
    await certificates.look(None, time.time())
    assert [alarm.text for alarm in alarms.current] == [
        f"mes.tls.cert_file: {pair.cert_file} cannot be read: No such file or directory"
    ]


@pytest.mark.parametrize(
    ("keys", "trusted"),
    [
        ({}, True),
        ({"host": "mes.example"}, False),
        ({"host": "mes.example", "tls": {}}, False),
        ({"host": "mes.example", "tls": {}, "username": "edge-1"}, True),
        ({"host": "mes.example", "tls": {"cert_file": "a", "key_file": "b"}}, True),
        ({"host": "mes.example", "username": "edge-1", "allow_plaintext": True}, False),
    ],
)
def test_commands_are_believed_over_a_proven_link_only(tmp_path: Path, keys: dict[str, Any], *, trusted: bool) -> None:
    assert settings(tmp_path, **keys).mes.is_trusted == trusted


async def test_a_connection_that_stands_later_than_anybody_waited_is_hung_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread that connects cannot be stopped; a connection in our name that nobody reads must not stay."""
    monkeypatch.setattr(agent_broker, "CONNECT_TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        plant = Authority(tmp_path)
        pair = plant.issue("broker")
        served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        served.load_cert_chain(pair.cert_file, pair.key_file)
        port = listener.getsockname()[1]
        said = str(await refused(settings(tmp_path, port=port, tls={"ca_file": plant.ca_file}).mes))
        assert "does not answer" in said
        heard = await asyncio.to_thread(_late, listener, served)
    assert heard.endswith(b"\xe0\x00")


def _late(listener: socket.socket, served: ssl.SSLContext) -> bytes:
    """Shake hands after all; everything that comes until the other end hangs up."""
    raw, _ = listener.accept()
    raw.settimeout(10)
    with served.wrap_socket(raw, server_side=True) as secured:
        heard = b""
        while part := secured.recv(4096):
            heard += part
        return heard

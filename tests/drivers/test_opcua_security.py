"""Sessions with security: what is agreed on, what is refused and in which words, and what is never sent or said."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings, Role, SignalSettings
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.keys import Keys, Own, Trust
from drivers.opcua_refusals import RefusedError
from drivers.opcua_session import CONNECTING, Session, offered
from drivers.opcua_trust import fingerprint
from drivers.probed import ProbeError, Stage
from drivers.registry import open_machine, probe_machine
from tests.drivers.certificates import CLIENT, Made, authority, revoked_by
from tests.drivers.plants import ServerProcess, free_port, now

CANARY = "canary-7"
OURS = Made("lineside", "lineside", "urn:lineside:ala1:line-7", ("pc",), uses=(CLIENT,))
GOOD = Made()
POLICIES = ("Aes256_Sha256_RsaPss", "Aes128_Sha256_RsaOaep", "Basic256Sha256", "Basic256", "Basic128Rsa15")
ALL = ["NoSecurity", *(f"{one.replace('_', '')}_{mode}" for one in POLICIES for mode in ("Sign", "SignAndEncrypt"))]
MODES = {"sign": ua.MessageSecurityMode.Sign, "sign_and_encrypt": ua.MessageSecurityMode.SignAndEncrypt}
EVERYBODY = ["anonymous", "user", "certificate"]
PLAIN = {"hides": None, "nonce": None, "refuses": None, "plain": False}


TRUSTING = Trust((GOOD.der,))


@dataclass
class Ring:
    """Keys as a test wants them, and what was asked of them."""

    trust: Trust = TRUSTING
    password: str = CANARY
    asked: tuple[str, ...] = ()
    rejected: tuple[bytes, ...] = ()

    @property
    def keys(self) -> Keys:
        return Keys(self._own, lambda: self.trust, self._reject, self._password)

    def _own(self) -> Own:
        self.asked += ("own",)
        return Own(str(OURS.uri), OURS.der, OURS.pem)

    def _reject(self, der: bytes) -> None:
        self.rejected += (der,)

    def _password(self, wc_id: str, server: OpcUaSettings) -> str:
        self.asked += (f"password of {server.user} of {wc_id}",)
        return self.password


class Plant:
    """A server with security."""

    def __init__(self, folder: Path) -> None:
        self.server = ServerProcess("opcua_secure")
        self.folder = folder
        self._count = 0

    def shows(self, certificate: Made = GOOD, policies: list[str] | None = None, **more: Any) -> None:  # noqa: ANN401 - JSON
        self._count += 1
        shown, key = self.folder / f"{self._count}.der", self.folder / f"{self._count}.pem"
        shown.write_bytes(certificate.der)
        key.write_bytes(certificate.pem)
        told = {"certificate": str(shown), "key": str(key), "policies": policies or ALL, "tokens": EVERYBODY}
        if not self.server.runs:
            self.server.start(str(shown), str(key))
        self.server.tell(**{**told, **PLAIN, **more})

    def settings(self, **more: Any) -> OpcUaSettings:  # noqa: ANN401 - whatever is configured
        asked = {"endpoint": f"opc.tcp://127.0.0.1:{self.server.port}/line", "timeout_s": 5.0, **more}
        return OpcUaSettings.model_validate(asked)

    async def refusal(self, ring: Ring, **more: Any) -> RefusedError:  # noqa: ANN401 - whatever is configured
        with pytest.raises(RefusedError) as caught:
            async with Session("WC-1", self.settings(**more), ring.keys):
                pytest.fail("it was let in")
        return caught.value


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    plant = Plant(tmp_path_factory.mktemp("plant"))
    plant.shows()
    yield plant
    plant.server.kill()


@pytest.fixture
def plant(running: Plant) -> Plant:
    running.shows()
    return running


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("policy", POLICIES)
async def test_a_named_policy_is_used_exactly_with_every_way_to_say_who_we_are(
    running: Plant, policy: str, mode: str
) -> None:
    user = Made("user", "user", None, (), uses=None)
    certificate, key = running.folder / "user.der", running.folder / "user.pem"
    certificate.write_bytes(user.der)
    key.write_bytes(user.pem)
    people: tuple[dict[str, Any], ...] = ({}, {"user": "lineside"}, {"user_certificate": certificate, "user_key": key})
    for who in people:
        async with Session("WC-1", running.settings(security=policy, mode=mode, **who), Ring().keys) as session:
            used = session.client.security_policy
            assert used.URI.endswith(f"#{policy}")
            assert used.Mode is MODES[mode]
            assert "http://example.org/line" in session.namespaces


async def test_the_strongest_of_what_is_offered_is_taken(plant: Plant) -> None:
    async with Session("WC-1", plant.settings(), Ring().keys) as session:
        assert session.client.security_policy.URI.endswith("#Aes256_Sha256_RsaPss")
    plant.shows(
        policies=[
            "NoSecurity",
            "Basic128Rsa15_SignAndEncrypt",
            "Aes256Sha256RsaPss_Sign",
            "Basic256Sha256_SignAndEncrypt",
        ]
    )
    async with Session("WC-1", plant.settings(), Ring().keys) as session:
        assert session.client.security_policy.URI.endswith("#Basic256Sha256")
        assert session.client.security_policy.Mode == ua.MessageSecurityMode.SignAndEncrypt


@pytest.mark.parametrize(
    ("policies", "configured", "told"),
    [
        (["NoSecurity"], {}, "It offers only no security, anonymous"),
        (["NoSecurity"], {"mode": "sign"}, "configured is any policy Sign."),
        (
            ["NoSecurity", "Basic256Sha256_Sign"],
            {},
            "It offers no security, .* | Basic256Sha256 Sign, .*nothing weaker is taken",
        ),
        (
            ["Basic256Sha256_SignAndEncrypt"],
            {"security": "Aes256_Sha256_RsaPss"},
            "configured is Aes256_Sha256_RsaPss SignAndEnc",
        ),
        (["NoSecurity", "Basic256_SignAndEncrypt"], {}, 'Basic256 was withdrawn .* write security = "Basic256"'),
    ],
)
async def test_nothing_weaker_than_what_is_configured_is_taken(
    plant: Plant, policies: list[str], configured: dict[str, Any], told: str
) -> None:
    ring = Ring()
    plant.shows(policies=policies)
    refusal = await plant.refusal(ring, user="lineside", **configured)
    assert re.search(told, refusal.why), refusal.why
    assert ring.asked == ()


async def test_a_server_without_what_security_none_needs_says_so(plant: Plant) -> None:
    plant.shows(policies=["Basic256Sha256_SignAndEncrypt"])
    assert "lets nobody in without security" in (await plant.refusal(Ring(), security="none")).why


ENDED = replace(GOOD, ends_d=-0.5)
EARLY = replace(GOOD, begins_d=2)
ELSEWHERE = replace(GOOD, hosts=("plc-8", "192.0.2.8"))
ANOTHER = replace(GOOD, uri="urn:plant:press")


@pytest.mark.parametrize(
    ("shown", "trust", "told"),
    [
        (GOOD, Trust(), "is not among the trusted ones"),
        (ENDED, Trust((ENDED.der,)), "has ended: it is valid from 20"),
        (EARLY, Trust((EARLY.der,)), "is not valid yet: it is valid from 20"),
        (ELSEWHERE, Trust((ELSEWHERE.der,)), "was made for 'plc-8', '192.0.2.8' and not for '127.0.0.1'"),
        (
            ANOTHER,
            Trust((ANOTHER.der,)),
            "was made for the application 'urn:plant:press' and not for 'urn:plant:filler'",
        ),
    ],
    ids=["untrusted", "ended", "early", "elsewhere", "another"],
)
async def test_a_certificate_that_is_not_believed_is_refused_before_any_secret_is_read(
    plant: Plant, shown: Made, trust: Trust, told: str
) -> None:
    ring = Ring(trust)
    plant.shows(shown)
    refusal = await plant.refusal(ring, user="lineside")
    assert told in refusal.why
    assert fingerprint(shown.der) in refusal.why
    assert (ring.asked, ring.rejected) == ((), (shown.der,))
    assert (f"`sudo lineside pki trust {fingerprint(shown.der)}`" in refusal.why) == (trust == Trust())


async def test_an_authority_that_is_trusted_vouches_and_takes_it_back(plant: Plant) -> None:
    root = authority("root")
    middle = authority("middle", root)
    leaf = replace(GOOD, issuer=middle)
    plant.shows(leaf)
    for trust in (Trust((root.der,), (middle.der,)), Trust((middle.der,))):
        async with Session("WC-1", plant.settings(), Ring(trust).keys):
            pass
    assert "not among the trusted" in (await plant.refusal(Ring(Trust((root.der,))))).why
    assert "not among the trusted" in (await plant.refusal(Ring(Trust((), (root.der, middle.der))))).why
    revoked = Trust((root.der,), (middle.der,), (revoked_by(middle, leaf),))
    assert "was revoked by its authority" in (await plant.refusal(Ring(revoked))).why


async def test_a_pinned_certificate_alone_is_believed_whatever_it_is_called(plant: Plant) -> None:
    pinned = plant.folder / "pinned.der"
    pinned.write_bytes(ELSEWHERE.der)
    ring = Ring(Trust((GOOD.der,)))
    refusal = await plant.refusal(ring, server_certificate=pinned)
    assert f"is not the pinned one, whose fingerprint is {fingerprint(ELSEWHERE.der)}" in refusal.why
    assert f"`sudo lineside pki export {fingerprint(GOOD.der)} {pinned}`" in refusal.why
    plant.shows(ELSEWHERE)
    async with Session("WC-1", plant.settings(server_certificate=pinned), ring.keys):
        pass
    pinned.write_text("none")
    assert f"{pinned} holds no certificate" in (await plant.refusal(ring, server_certificate=pinned)).why


async def test_who_shows_a_trusted_certificate_and_has_not_its_key_gets_no_secret(plant: Plant) -> None:
    shown, key = plant.folder / "stolen.der", plant.folder / "other.pem"
    shown.write_bytes(GOOD.der)
    key.write_bytes(replace(GOOD, key="impostor").pem)
    plant.server.tell(certificate=str(shown), key=str(key), policies=ALL)
    with pytest.raises(DeviceError, match="answers, but not to a secure channel"):
        await Session("WC-1", plant.settings(user="lineside", timeout_s=1.0), Ring().keys).__aenter__()


async def test_what_was_left_out_on_the_way_is_missed_before_a_secret_is_sent(plant: Plant) -> None:
    plant.shows(hides="Aes256")
    refusal = await plant.refusal(Ring(), user="lineside")
    assert "'Aes256_Sha256_RsaPss SignAndEncrypt, anonymous, certificate, user name' was left out" in refusal.why
    plant.shows(nonce=8)
    assert "It gave 8 random bytes" in (await plant.refusal(Ring(), user="lineside")).why


async def test_a_password_is_never_sent_where_others_could_read_it(plant: Plant) -> None:
    plant.shows(plain=True)
    refusal = await plant.refusal(Ring(), user="lineside", mode="sign")
    assert "it takes the secret of the user 'lineside' by None only" in refusal.why
    async with Session("WC-1", plant.settings(user="lineside"), Ring().keys):
        pass
    for more in ({"user": "lineside"}, {"user_certificate": "/a", "user_key": "/b"}):
        with pytest.raises(ValueError, match="need a security policy"):
            plant.settings(security="none", **more)
    with pytest.raises(ValueError, match="do not stand in 'endpoint'") as caught:
        OpcUaSettings(endpoint=f"opc.tcp://lineside:{CANARY}@plc:4840")
    assert "expected 'user' and 'password_file'" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("BadCertificateUntrusted", "It does not believe our certificate: `sudo lineside pki export FILE`"),
        ("BadCertificateTimeInvalid", "By its clock our certificate is not valid"),
        ("BadCertificateUriInvalid", "Our certificate does not say what it asks for"),
        ("BadTooManySessions", "It has no session left for us"),
        ("BadOutOfMemory", "Does it allow anonymous reading with any policy SignAndEncrypt"),
    ],
)
async def test_a_refusal_of_the_server_is_told_in_words(plant: Plant, status: str, told: str) -> None:
    plant.shows(refuses=status)
    refusal = await plant.refusal(Ring())
    assert refusal.why.startswith(f"{status}. ")
    assert told in refusal.why


async def test_that_our_own_certificate_has_ended_is_told_where_the_server_refuses_and_stops_nobody_else(
    plant: Plant,
) -> None:
    old = replace(OURS, ends_d=-0.5)
    keys = replace(Ring().keys, own=lambda: Own(str(old.uri), old.der, old.pem))
    async with Session("WC-1", plant.settings(), keys):
        pass
    plant.shows(refuses="BadCertificateInvalid")
    with pytest.raises(RefusedError, match=r"Our certificate ended on 20.*: `sudo lineside pki new --replace`"):
        await Session("WC-1", plant.settings(), keys).__aenter__()


async def test_a_user_who_is_not_let_in_waits_before_the_next_try_as_servers_lock_out(plant: Plant) -> None:
    refusal = await plant.refusal(Ring(TRUSTING, "another-canary"), user="lineside")
    assert "BadUserAccessDenied. It does not let the user 'lineside' in" in refusal.why
    assert refusal.again_s == 60
    plant.shows(tokens=["user"])
    assert "It does not let anonymous reading in; it offers" in (await plant.refusal(Ring())).why
    assert "It lets nobody in without a name" in (await plant.refusal(Ring(), security="none")).why


async def test_the_secret_stands_in_no_error_no_log_and_no_picture_of_an_object(
    plant: Plant, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    ring = Ring()
    said += [repr(ring.keys), repr(ring.keys.own())]
    for shown in (
        {},
        {"certificate": ENDED},
        {"hides": "Aes256"},
        {"refuses": "BadInternalError"},
        {"plain": True},
        {"tokens": ["anonymous"]},
    ):
        plant.shows(**shown)
        for more in ({"user": "lineside"}, {"user": "another"}, {"user": "lineside", "mode": "sign"}):
            session = Session("WC-1", plant.settings(**more), ring.keys)
            try:
                async with session:
                    said += [repr(session), repr(session.client), str(session.client)]
            except DeviceError as error:
                said += [str(error), repr(error), repr(error.__cause__), repr(error.__context__)]
    machine = MachineSettings(
        work_center="WC-1",
        opcua=plant.settings(user="another"),
        signal=(SignalSettings(key="run", role=Role.RUN, node="i=2258"),),
    )
    with pytest.raises(ProbeError) as ended:
        await probe_machine(machine, ring.keys)
    said += [str(ended.value), repr(ended.value)]
    assert "password of lineside of WC-1" in ring.asked
    told = "\n".join([*said, *(record.getMessage() for record in caplog.records)])
    key = OURS.pem.splitlines()[3].decode()
    assert CANARY not in told
    assert key not in told


async def test_the_driver_reads_under_security_and_the_doctor_says_what_there_is(plant: Plant) -> None:
    machine = MachineSettings(
        work_center="WC-1",
        opcua=plant.settings(),
        signal=(SignalSettings(key="run", role=Role.RUN, node="i=2258"),),
    )
    async with open_machine(machine, now, Ring().keys) as driver:
        async for batch in driver:
            assert batch
            break
    probed = await probe_machine(machine, Ring().keys)
    assert (probed.way, probed.unreadable) == ("Aes256_Sha256_RsaPss SignAndEncrypt", ())
    assert "Basic256Sha256 SignAndEncrypt, anonymous, certificate, user name" in probed.offers
    cases: tuple[tuple[Ring, dict[str, Any], list[str], Stage], ...] = (
        (Ring(Trust()), {}, ALL, Stage.SECURITY),
        (Ring(TRUSTING, "wrong"), {"user": "lineside"}, ALL, Stage.USER),
        (Ring(), {"security": "none"}, ["Basic256_Sign"], Stage.SECURITY),
    )
    for ring, more, policies, stage in cases:
        plant.shows(policies=policies)
        with pytest.raises(ProbeError) as ended:
            await probe_machine(machine.model_copy(update={"opcua": plant.settings(**more)}), ring.keys)
        assert (ended.value.stage, bool(ended.value.offers)) == (stage, True)
    with pytest.raises(RefusedError, match="no folder with certificates at hand"):
        async with open_machine(machine, now):
            pass


@asynccontextmanager
async def a_relay(plant: Plant, *, hangs_up: bool) -> AsyncIterator[str]:
    """The endpoint of a way to the server that ends, or falls silent, where a secure channel is asked for."""
    handlers: set[asyncio.Task[None]] = set()

    async def relayed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        below = await asyncio.open_connection("127.0.0.1", plant.server.port)
        answers = asyncio.create_task(_pass_on(below[0], writer))
        with suppress(ConnectionError):
            while (octets := await reader.read(65536)) and b"#Aes256_Sha256_RsaPss" not in octets:
                below[1].write(octets)
            if not hangs_up:
                await reader.read()
        answers.cancel()
        below[1].close()
        writer.close()

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.create_task(relayed(reader, writer)))

    relay = await asyncio.start_server(take, "127.0.0.1", 0)
    async with relay:
        yield f"opc.tcp://127.0.0.1:{relay.sockets[0].getsockname()[1]}"
        await asyncio.gather(*handlers)


async def test_a_server_that_hangs_up_over_our_certificate_is_told_from_one_that_is_silent_or_away(
    plant: Plant,
) -> None:
    async with a_relay(plant, hangs_up=True) as endpoint:
        refusal = await plant.refusal(Ring(), endpoint=endpoint)
        assert refusal.why.startswith("It broke off while any policy SignAndEncrypt was agreed on")
    async with a_relay(plant, hangs_up=False) as endpoint:
        with pytest.raises(DeviceError, match=r"answers, but not to a secure channel: no answer within 0\.5 s"):
            await Session("WC-1", plant.settings(endpoint=endpoint, timeout_s=0.5), Ring().keys).__aenter__()
    with pytest.raises(DeviceError, match=r"No OPC UA server answers at .*: connection refused"):
        await offered(OpcUaSettings(endpoint=f"opc.tcp://127.0.0.1:{free_port()}"))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while octets := await reader.read(65536):
        writer.write(octets)


async def test_a_server_that_takes_the_call_and_says_nothing_holds_nobody_up() -> None:
    called, hung_up = asyncio.Event(), asyncio.Semaphore(0)

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        hung_up.release()

    silent = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with silent:
        mute = OpcUaSettings(endpoint=f"opc.tcp://127.0.0.1:{silent.sockets[0].getsockname()[1]}", timeout_s=0.2)
        session = Session("WC-1", mute, Ring().keys)
        began = asyncio.get_running_loop().time()
        with pytest.raises(DeviceError, match=r"no answer within 0\.2 s"):
            await session.__aenter__()
        assert session.turns_by >= began + CONNECTING * mute.timeout_s
        called.clear()
        patient = Session("WC-1", mute.model_copy(update={"timeout_s": 600.0}), Ring().keys)
        waiting = asyncio.create_task(patient.__aenter__())
        await called.wait()
        waiting.cancel()
        done, _ = await asyncio.wait([waiting], timeout=30)
        assert waiting in done
        assert waiting.cancelled()
        await hung_up.acquire()
        await hung_up.acquire()


async def test_a_thread_that_waits_for_a_disk_does_not_hold_up_whoever_cancels(plant: Plant) -> None:
    asked, goes_on = asyncio.Event(), threading.Event()
    loop, ring = asyncio.get_running_loop(), Ring()

    def slow() -> Trust:
        loop.call_soon_threadsafe(asked.set)
        goes_on.wait(60)
        return ring.trust

    keys = dataclasses.replace(ring.keys, trust=slow)
    waiting = asyncio.create_task(Session("WC-1", plant.settings(), keys).__aenter__())
    await asked.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    goes_on.set()
    assert ring.asked == ()

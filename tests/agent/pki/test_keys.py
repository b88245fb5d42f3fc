"""What drivers are given: our own certificate, whom we believe, and passwords."""

from __future__ import annotations

import fcntl
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from agent.core.errors import DeviceError
from agent.core.settings import Settings
from agent.pki.contents import certificate
from agent.pki.expiring import endings
from agent.pki.folder import ISSUERS, OWN, REJECTED, TRUSTED, Folder
from agent.pki.keys import keys_of
from agent.pki.making import Wanted, made
from tests.drivers.certificates import Made, authority, revoked_by

CANARY = "canary-7"


def test_our_certificate_is_made_once_and_says_what_servers_ask_for(settings: Settings) -> None:
    keys = keys_of(settings)
    with ThreadPoolExecutor(3) as threads:
        first, *others = threads.map(lambda _: keys.own(), range(3))
    assert all(one == first for one in others)
    assert keys_of(settings).own() == first
    assert first.uri == "urn:lineside:ala1:line-7"
    one = x509.load_der_x509_certificate(first.certificate)
    names = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [first.uri]
    assert names.get_values_for_type(x509.DNSName)
    assert load_pem_private_key(first.key, None).public_key() == one.public_key()
    assert (settings.agent.data / "pki" / OWN).stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" not in repr(first).encode()
    begins, ends = one.not_valid_before_utc, one.not_valid_after_utc
    assert begins < datetime.now(UTC) < ends
    assert (ends - begins).days > 4 * 365


def test_a_key_that_others_can_open_or_that_is_none_is_refused_in_words(settings: Settings) -> None:
    keys, path = keys_of(settings), settings.agent.data / "pki" / OWN
    keys.own()
    path.chmod(0o604)
    with pytest.raises(DeviceError, match=r"everybody can open .*own\.pem, our key for machines; sudo chmod go="):
        keys.own()
    path.chmod(0o600)
    path.write_bytes(b"-----BEGIN none")
    with pytest.raises(DeviceError, match=r"expected a key without a passphrase .* pki new --replace") as caught:
        keys.own()
    assert "none" not in str(caught.value)
    path.write_bytes(Made().pem + Made(key="another").certificate.public_bytes(Encoding.PEM))
    with pytest.raises(DeviceError, match="expected a certificate of that key"):
        keys.own()


def test_whom_we_believe_is_read_anew_in_each_form(settings: Settings) -> None:
    keys, folder = keys_of(settings), Folder(settings.agent.data)
    assert keys.trust().trusted == ()
    root = authority("root")
    folder.write(TRUSTED, "server.pem", Made().certificate.public_bytes(Encoding.PEM))
    folder.write(TRUSTED, "readme.txt", b"nothing")
    folder.write(ISSUERS, "root.crt", root.der)
    folder.write(ISSUERS, "root.crl", revoked_by(root, Made()))
    trust = keys.trust()
    assert (trust.trusted, trust.issuers, len(trust.revoked)) == ((Made().der,), (root.der,), 1)
    folder.write(TRUSTED, "other.crl", b"broken")
    with pytest.raises(DeviceError, match=r"other\.crl is no revocation list"):
        keys.trust()


def test_what_was_not_believed_is_kept_by_its_fingerprint(settings: Settings) -> None:
    keys_of(settings).reject(Made().der)
    keys_of(settings).reject(b"")
    keys_of(settings).reject(b"no certificate")
    [kept] = Folder(settings.agent.data).read(REJECTED)
    one = certificate(Made().der)
    assert one is not None
    assert kept.path.name == f"{one.fingerprint}.der"


def test_a_password_comes_from_its_file_or_a_credential_the_nearest_first(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, credentials = keys_of(settings), tmp_path / "credentials"
    credentials.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    [machine] = settings.machine
    assert machine.opcua is not None
    server = machine.opcua
    with pytest.raises(DeviceError, match="no password for the user 'lineside' at the OPC UA server of FILL-1"):
        keys.password("FILL-1", server)
    (credentials / "lineside-opcua-password").write_text("of all\n")
    assert keys.password("FILL-1", server) == "of all"
    (credentials / "lineside-opcua-password-FILL-1").write_text("of one\r\n")
    assert keys.password("FILL-1", server) == "of one"
    assert keys.password("FILL-2", server) == "of all"
    file = tmp_path / "password"
    file.write_text(" by file ")
    assert keys.password("FILL-1", server.model_copy(update={"password_file": file})) == " by file "


@pytest.mark.parametrize("content", [b"", b"\n", CANARY.encode() * 200, CANARY.encode() + b"\xff"])
def test_what_is_no_password_is_refused_without_a_word_of_it(
    settings: Settings, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    [machine] = settings.machine
    assert machine.opcua is not None
    with pytest.raises(DeviceError, match=str(file)) as caught:
        keys_of(settings).password("FILL-1", machine.opcua.model_copy(update={"password_file": file}))
    assert CANARY not in f"{caught.value!r}{caught.value.__cause__!r}"


def test_each_certificate_that_ends_within_a_month_is_told_with_what_to_do(settings: Settings) -> None:
    now, folder = time.time(), Folder(settings.agent.data)
    assert endings(settings) == ()
    folder.write("", OWN, made(Wanted("urn:x", "us", "acme", ("pc",), days=20), now))
    folder.write(TRUSTED, "ended.der", Made(ends_d=-0.5).der)
    folder.write(TRUSTED, "good.der", Made("good").der)
    own, ended, good = endings(settings)
    assert "our certificate for machines" in own.words(now)
    assert "pki new --replace" in own.action
    assert "'CN=filler' in" in ended.words(now)
    assert "ended on" in ended.words(now)
    assert [one.ends_soon(now) for one in (own, ended, good)] == [True, True, False]
    [machine] = settings.machine
    assert machine.opcua is not None
    open_ = machine.model_copy(update={"opcua": machine.opcua.model_copy(update={"security": "none", "user": None})})
    assert endings(settings.model_copy(update={"machine": (open_,)})) == ()


def test_while_a_key_is_made_nobody_else_makes_one(settings: Settings) -> None:
    folder = Folder(settings.agent.data)
    with folder.alone():
        other = os.open(folder.path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)

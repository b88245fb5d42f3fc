"""`lineside pki`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner, Result

from agent.commands.main import application
from agent.core.errors import ConfigurationError
from agent.core.settings import Settings
from agent.pki.contents import certificate
from agent.pki.folder import ISSUERS, REJECTED, TRUSTED, Folder
from tests.drivers.certificates import Made, authority, revoked_by

LEAF = certificate(Made().der)
assert LEAF is not None
FINGERPRINT = LEAF.fingerprint


def ran(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(application("pki"), ["pki", *arguments, "-c", str(config)])


def refused(config: Path, *arguments: str) -> str:
    found = ran(config, *arguments)
    assert isinstance(found.exception, ConfigurationError), found.output
    return str(found.exception)


def rooms(settings: Settings) -> dict[str, list[str]]:
    folder = Folder(settings.agent.data)
    return {room: [one.path.stem for one in folder.read(room)] for room in (TRUSTED, ISSUERS, REJECTED)}


def test_a_rejected_certificate_is_looked_at_trusted_and_rejected_again(config: Path, settings: Settings) -> None:
    Folder(settings.agent.data).reject(f"{FINGERPRINT}.der", Made().der)
    assert FINGERPRINT in ran(config, "list").output
    shown = ran(config, "show", FINGERPRINT[:20]).output
    assert LEAF is not None
    assert LEAF.thumbprint in shown
    assert "127.0.0.1" in shown
    assert "urn:plant:filler" in shown
    assert ran(config, "trust", FINGERPRINT).output.startswith(f"trusted: {FINGERPRINT} CN=filler, valid until 20")
    assert rooms(settings) == {TRUSTED: [FINGERPRINT], ISSUERS: [], REJECTED: []}
    [one] = json.loads(ran(config, "list", "--json").output)
    assert (one["kept_as"], one["fingerprint"], one["key_bits"]) == ("trusted", FINGERPRINT, 2048)
    assert "not believed any more" in ran(config, "reject", FINGERPRINT).output
    assert rooms(settings) == {TRUSTED: [], ISSUERS: [], REJECTED: [FINGERPRINT]}


@pytest.mark.parametrize(
    "written",
    [FINGERPRINT.upper(), ":".join(FINGERPRINT[i : i + 2] for i in range(0, 64, 2))],
    ids=["in capitals", "with colons"],
)
def test_a_fingerprint_is_taken_as_servers_show_it(config: Path, settings: Settings, written: str) -> None:
    Folder(settings.agent.data).reject("a.der", Made().der)
    ran(config, "trust", written)
    assert rooms(settings)[TRUSTED] == [FINGERPRINT]


def test_a_fingerprint_that_fits_none_or_several_or_is_too_short_trusts_nothing(
    config: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(settings.agent.data)
    folder.reject("a.der", Made().der)
    folder.reject("b.der", Made("another").der)
    assert "or the first 16 at least" in refused(config, "trust", FINGERPRINT[:15])
    assert "there is none such" in refused(config, "trust", "0" * 64)
    monkeypatch.setattr("agent.commands.pki.digits", lambda _: "")
    assert "it fits 2:" in refused(config, "trust", FINGERPRINT)
    assert rooms(settings)[TRUSTED] == []


def test_files_are_trusted_in_each_form_and_issuers_only_link(config: Path, settings: Settings, tmp_path: Path) -> None:
    root = authority("root")
    (tmp_path / "root.der").write_bytes(root.der)
    (tmp_path / "root.crl").write_bytes(revoked_by(root))
    (tmp_path / "none").write_text("none")
    assert "every server that it vouches for is believed" in ran(config, "trust", str(tmp_path / "root.der")).output
    found = ran(config, "trust", "--issuer", str(tmp_path / "root.der")).output
    assert found.startswith("known as a link between others: ")
    ran(config, "trust", "--issuer", str(tmp_path / "root.crl"))
    one = certificate(root.der)
    assert one is not None
    assert rooms(settings) == {TRUSTED: [], ISSUERS: sorted([one.fingerprint, "root"]), REJECTED: []}
    assert "expected a certificate or a revocation list" in refused(config, "trust", str(tmp_path / "none"))


def test_our_own_is_made_replaced_only_when_asked_and_exported_without_its_key(config: Path, tmp_path: Path) -> None:
    assert "there is none of our own yet" in refused(config, "export", str(tmp_path / "ours.der"))
    assert "nothing yet" in ran(config, "list").output
    made = ran(config, "new", "--host", "192.0.2.7", "--days", "400")
    assert "urn:lineside:ala1:line-7" in made.output
    assert "192.0.2.7" in made.output
    assert "there is one already" in refused(config, "new")
    der, pem = tmp_path / "ours.der", tmp_path / "ours.pem"
    ran(config, "export", str(der))
    ran(config, "export", "--pem", "own", str(pem))
    assert x509.load_der_x509_certificate(der.read_bytes()) == x509.load_pem_x509_certificate(pem.read_bytes())
    assert b"PRIVATE" not in pem.read_bytes()
    ran(config, "new", "--replace")
    ran(config, "export", str(pem), "--pem")
    assert x509.load_der_x509_certificate(der.read_bytes()) != x509.load_pem_x509_certificate(pem.read_bytes())
    assert "expected names or addresses" in refused(config, "new", "--replace", "--host", "ü" * 80)
    assert "PRIVATE" not in ran(config, "show", "own").output


def test_a_revocation_list_takes_the_place_of_no_other_authoritys(
    config: Path, settings: Settings, tmp_path: Path
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, name in ((one, "root"), (other, "another root")):
        folder.mkdir()
        (folder / "ca.crl").write_bytes(revoked_by(authority(name)))
        (folder / ".crl").write_bytes(revoked_by(authority(name)))
    ran(config, "trust", str(one / "ca.crl"))
    ran(config, "trust", str(one / "ca.crl"))
    assert "is of another authority; give this file another name" in refused(config, "trust", str(other / "ca.crl"))
    ran(config, "trust", str(other / ".crl"))
    [kept, further] = Folder(settings.agent.data).read(TRUSTED)
    assert (kept.content, further.path.name) == ((one / "ca.crl").read_bytes(), "crl.crl")

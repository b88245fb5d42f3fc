"""A support archive helps and opens no door: secrets are planted wherever they can stand, and none comes out."""

from __future__ import annotations

import ast
import gzip
import json
import re
import secrets
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from agent.commands.client import post
from agent.doctor import archive
from agent.doctor.archive import Member
from agent.doctor.finding import Finding, Level
from agent.doctor.redaction import SHOWN, redacted, scrubbed
from agent.doctor.unit import Unit
from agent.journal.journal import open_journal
from simulators.broker import Broker
from simulators.mes.link import Address
from simulators.mes.link import connected as connected_mes
from tests.agent.parts import SITE, eventually
from tests.agent.processes import ROOT, a_free_port, an_agent
from tests.agent.test_command_line import assert_refused, lineside, names, written
from tests.doctor.cases import a_case, asked, settings

CONFIGURATION = """
# The comment says {comment}.
[agent]
enterprise = "acme"
site = "ala1"
area = "hall-1"
id = "edge-1"
data = "{folder}/journal"
socket = "{folder}/agent.sock"

[mes]
host = "127.0.0.1"
port = {port}
username = "agent-{username}"
password_file = "{folder}/password"

[people]
key_file = "{folder}/site-key"

[codes]
badge = "B{pattern}(?P<badge>.+)"
lot_patterns = {{ CAP = "{lot_pattern}.*" }}

[[attribute]]
object = "items/CAP"
name = "line_code"
value = "{attribute}"

[[machine]]
work_center = "BENCH-1"
manual = true
orders = false
"""


class Planted(dict[str, str]):
    """A secret of ten digits for each name that is asked for."""

    def __missing__(self, name: str) -> str:
        self[name] = str(secrets.randbelow(9 * 10**9) + 10**9)
        return self[name]


def entry(client_id: str, action: str, actor: str, **arguments: str) -> bytes:
    body = {"client_id": client_id, "wc_id": "BENCH-1", "action": action, "arguments": arguments}
    return json.dumps({**body, "actor": actor, "role": "supervisor"}).encode()


def scan(client_id: str, text: str) -> bytes:
    return json.dumps({"client_id": client_id, "wc_id": "BENCH-1", "text": text}).encode()


def people(planted: Planted) -> bytes:
    """A directory of one operator, as the MES sends it."""
    one: dict[str, object] = {
        "operator_id": f"OP-{planted['operator']}",
        "name": f"Anna {planted['name']}",
        "roles": ["operator"],
    }
    digits = planted["PIN's digest"] * 4
    one["pin_scrypt"] = f"scrypt$n=16384,r=8,p=1$c2FsdC1vZi1vcGVyYXRvcg==${digits}AAE="
    one["badge_hmac"] = (planted["badge's digest"] * 7)[:64]
    return json.dumps({"rev": "1", "owner": "HR", "operators": [one]}).encode()


def opened(path: Path) -> dict[str, bytes]:
    """Every file of an archive, unpacked down to what is compressed no more."""
    with tarfile.open(path) as archived:
        found = {one.name: archived.extractfile(one) for one in archived if one.isfile()}
        read = {name: file.read() for name, file in found.items() if file is not None}
    return {name: gzip.decompress(it) if it[:2] == b"\x1f\x8b" else it for name, it in read.items()}


async def test_no_secret_comes_out_wherever_it_was_planted(
    tmp_path: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = Planted()
    (tmp_path / "password").write_text(planted["password"])
    (tmp_path / "site-key").write_text(planted["site key"] * 4)
    (tmp_path / "site-key").chmod(0o600)
    monkeypatch.setenv("MES_PASSWORD", planted["environment"])
    places = ("comment", "username", "pattern", "lot_pattern", "attribute")
    said = {name: planted[name] for name in places}
    text = CONFIGURATION.format(folder=tmp_path, port=broker.port, **said)
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        socket = tmp_path / "agent.sock"
        async with connected_mes(Address("127.0.0.1", broker.port, "5"), "mes") as mes:
            mes.publish(f"{SITE}/-/-/dir/operators", people(planted), retain=True)
            await eventually(lambda: b'"applied"' in asked(socket, "/v1/facts"), "the directory is taken")
        who, comment = f"OP-{planted['operator']}", f"the PIN is {planted['comment of a fact']}"
        post(socket, "/v1/entries", entry("entry-001", "start_stop", who, comment=comment))
        post(socket, "/v1/entries", entry("entry-002", "add_note", who, text=f"badge {planted['note']}"))
        post(socket, "/v1/scans", scan("scan-0001", f"B{planted['pattern']}{planted['badge']}"))
        post(socket, "/v1/scans", scan("scan-0002", planted["unknown code"]))
        post(socket, "/v1/scans", scan("scan-0003", f"LOT:{planted['lot']}:CAP"))
        post(socket, "/v1/scans", scan("scan-0004", f"SN:{planted['serial']}"))
        out = tmp_path / "support.tar.gz"
        answer = await lineside("doctor", "-c", tmp_path / "lineside.toml", "--bundle", out)
    assert (answer.status, answer.err) == (0, "")
    assert out.stat().st_mode & 0o777 == 0o600
    found = opened(out)
    assert {"doctor.txt", "doctor.json", "configuration.json", "status.json", "facts.jsonl", "metrics.txt"} <= {
        Path(name).name for name in found
    }
    facts = [json.loads(line) for line in found["lineside-support/facts.jsonl"].splitlines()]
    assert {"agent.started", "stop.opened", "scan.refused"} <= {one["type"] for one in facts}
    leaks = [
        (what, name)
        for what, secret in planted.items()
        for name, content in found.items()
        if secret.encode() in content
    ]
    assert leaks == []


async def test_a_configuration_that_cannot_be_used_gives_away_nothing_of_it(tmp_path: Path) -> None:
    planted = Planted()
    path = written(tmp_path, f'[mes]\nhost = "x"\nport = "{planted["port"]}"\npassword = "{planted["password"]}"\n')
    out = tmp_path / "support.tar.gz"
    assert (await lineside("doctor", "-c", path, "--bundle", out)).status == 0
    whole = b"".join(opened(out).values())
    assert b"cannot be used" in whole
    assert not any(secret.encode() in whole for secret in planted.values())


async def test_an_archive_is_never_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path, CONFIGURATION.format_map(Planted(folder=str(tmp_path), port=str(a_free_port()))))
    out = tmp_path / "support.tar.gz"
    out.write_text("mine")
    assert_refused(await lineside("doctor", "-c", path, "--bundle", out), "cannot be made: File exists")
    assert out.read_text() == "mine"
    assert_refused(await lineside("doctor", "-c", path, "--with-journal"), "--with-journal goes with --bundle")


async def test_the_whole_journal_goes_in_only_when_it_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, CONFIGURATION.format_map(Planted(folder=str(tmp_path), port=str(a_free_port()))))
    async with open_journal(tmp_path / "journal", "e1", 0.0):
        for name, arguments in (("a", ()), ("b", ("--with-journal",))):
            answer = await lineside("doctor", "-c", path, "--bundle", tmp_path / name, *arguments)
            assert answer.status == 0, answer.err
    assert not any("sqlite" in name for name in opened(tmp_path / "a"))
    assert opened(tmp_path / "b")["lineside-support/journal.sqlite"].startswith(b"SQLite format 3")
    assert names(tmp_path) == ["a", "b", "journal", "lineside.toml"]


@given(
    st.integers(10**9, 10**10 - 1),
    st.sampled_from(["found '{}': x", "badge {} unknown", "//u:{}@host/x", "k={}z", "OP-{}"]),
)
def test_no_number_of_ten_digits_stands_in_a_sentence(secret: int, sentence: str) -> None:
    assert str(secret) not in scrubbed(sentence.format(secret))


@given(st.text("""'"\\ab: \n"""), st.text("""'"\\ab: \n"""))
def test_nothing_of_a_wrong_value_stands_in_a_sentence_whatever_quotes_are_in_it(before: str, behind: str) -> None:
    sentence = f"mes.port: found {f'{before}sesame{behind}'!r}: expected a number"
    assert scrubbed(sentence) == "mes.port: found '…': expected a number"


@pytest.mark.parametrize(
    "sentence",
    [
        "the broker 127.0.0.1:1883 refuses the connection (0x87)",
        "2026-11-26T13:00:00.123Z",
        "79,285 MB free on /",
        "dsc-01a2181a-7b75-7616-a372-b46e5ce63000 is open",
        "no agent answers at /run/lineside/agent.sock",
    ],
)
def test_a_sentence_without_secrets_stays_as_it_is(sentence: str) -> None:
    assert scrubbed(sentence) == sentence


def test_a_log_line_has_fields_of_ours_alone() -> None:
    planted = Planted()
    entry = {
        "__REALTIME_TIMESTAMP": "1800000000000000",
        "MESSAGE": f"badge {planted['message']} is not known",
        "LINESIDE_EVENT": "scan.refused",
        "_CMDLINE": f"lineside --pin {planted['command line']}",
        "ENVIRONMENT": planted["environment"],
        "PRIORITY": "4",
    }
    shown = archive.log_line(json.dumps(entry))
    assert json.loads(shown) == {
        "time": "2027-01-15T08:00:00Z",
        "LINESIDE_EVENT": "scan.refused",
        "PRIORITY": "4",
        "MESSAGE": "badge ###### is not known",
    }
    assert archive.log_line("no JSON") == ""


def test_a_log_line_about_a_person_does_not_say_who() -> None:
    entry = {
        "__REALTIME_TIMESTAMP": "1800000000000000",
        "MESSAGE": "PRESS-1: a wrong PIN for anna",
        "LINESIDE_EVENT": "wrong_pin",
        "LINESIDE_WORK_CENTER": "PRESS-1",
    }
    shown = json.loads(archive.log_line(json.dumps(entry)))
    assert (shown["LINESIDE_EVENT"], shown["LINESIDE_WORK_CENTER"]) == ("wrong_pin", "PRESS-1")
    assert "anna" not in str(shown)


def test_events_that_are_told_with_a_person_are_known_to_be() -> None:
    named = set()
    for path in (ROOT / "agent").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tell":
                event, *words = map(ast.unparse, node.args)
                if re.search(r"\b(who|actor|operator|person|badge|pin|crew)\w*\b", " ".join(words[1:])):
                    named.add(event.removeprefix("Event.").lower())
    assert named == archive.OF_PEOPLE


def test_a_unit_shows_what_was_shipped_and_of_the_rest_what_holds_no_secret() -> None:
    planted = Planted()
    text = f"[Service]\nType=notify\nRestartSec=9\nEnvironment=PASSWORD={planted['environment']}\n"
    text += f"# {planted['comment']}\nSetCredential=key:{planted['credential']}\n  {planted['continued']}\n"
    shown = archive.unit_shown(text, "lineside.service")
    assert shown == (
        "[Service]\nType=notify\nRestartSec=9\nEnvironment=(otherwise than shipped)\n"
        "SetCredential=(otherwise than shipped)\n"
    )


async def test_files_of_units_and_what_they_are_changed_by_are_in_it(tmp_path: Path) -> None:
    drop_in = tmp_path / "override.conf"
    drop_in.write_text("[Service]\nMemoryMax=1G\nEnvironment=A=1\n")
    case = a_case(tmp_path, settings(tmp_path), unit=Unit("loaded", drop_ins=(str(drop_in),)))
    members = await archive.collect(case, [Finding(Level.WELL, "x", "y")], "pc", asked)
    [shown] = [one.content.decode() for one in members if one.name.endswith("override.conf")]
    assert shown == "[Service]\nMemoryMax=1G\nEnvironment=(otherwise than shipped)\n"


def test_what_is_known_to_be_secret_is_taken_out_at_last(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("open sesame\n")
    mes = {"host": "x", "username": "u", "password_file": tmp_path / "password", "allow_plaintext": True}
    known = archive.secrets_of(settings(tmp_path, mes=mes))
    assert archive.without(b"it is open sesame, isn't it", known) == b"it is (secret), isn't it"


PLC = {"endpoint": "opc.tcp://plc:4840"}


def test_keys_and_passwords_for_machines_are_taken_out_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lineside-opcua-password-FILL-1").write_text("canary-credential")
    (tmp_path / "password").write_text("canary-file")
    (tmp_path / "user.pem").write_text("canary-key")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    folder = tmp_path / "journal" / "pki"
    folder.mkdir(parents=True)
    (folder / "own.pem").write_text("-----BEGIN PRIVATE KEY-----\ncanary-own\n")
    signal = [{"key": "run", "role": "run", "node": "i=2258"}]
    people: tuple[dict[str, Any], ...] = (
        {"user": "u"},
        {"user": "u", "password_file": tmp_path / "password"},
        {"user_certificate": tmp_path / "user.der", "user_key": tmp_path / "user.pem"},
    )
    machine = [
        {"work_center": f"FILL-{number}", "opcua": who | PLC, "signal": signal} for number, who in enumerate(people, 1)
    ]
    known = archive.secrets_of(settings(tmp_path, machine=machine))
    said = b"canary-credential canary-file canary-key canary-own"
    assert archive.without(said, known) == b" ".join([b"(secret)"] * 4)


def test_fields_that_are_shown_are_fields_of_models() -> None:
    from agent.core import facts, views, work_center_view  # noqa: F401, PLC0415 - so that all models are known
    from agent.core.orders import order_view  # noqa: F401, PLC0415 - as above

    known = {kind.__name__: kind for kind in _all(BaseModel)}
    wrong = [
        f"{name}.{field}" for name, fields in SHOWN.items() for field in fields if field not in known[name].model_fields
    ]
    assert wrong == []


def _all(kind: type[BaseModel]) -> set[type[BaseModel]]:
    return {kind}.union(*map(_all, kind.__subclasses__()))


def texts(shown: Any) -> set[str]:  # noqa: ANN401 - JSON
    match shown:
        case str():
            return {shown}
        case dict():
            return set().union(*map(texts, shown.values()), shown)
        case list():
            return set().union(*map(texts, shown))
    return set()


@given(st.text("0123456789abc:", min_size=8, max_size=20))
def test_free_text_of_a_configuration_is_told_by_its_length(secret: str) -> None:
    codes = {"lot_patterns": {"CAP": secret}, "badge": f"{secret}(?P<badge>.+)"}
    attribute = {"object": "items/CAP", "name": "n", "value": secret}
    configured = settings(Path("/nowhere"), codes=codes, attribute=[attribute])
    shown = texts(redacted(configured))
    assert not any(secret in one for one in shown)
    assert {"PRESS-1", "edge-1", "127.0.0.1", "uint32"} <= shown


def test_every_member_is_for_the_owner_alone(tmp_path: Path) -> None:
    archive.write([Member("a/b.txt", b"x")], tmp_path / "out.tar.gz", None)
    with tarfile.open(tmp_path / "out.tar.gz") as archived:
        assert [(one.name, one.mode) for one in archived] == [("lineside-support/a/b.txt", 0o600)]

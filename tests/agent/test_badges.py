"""The text of a badge and a PIN are on no disk, in no log and in no answer of the agent, however they come."""

from __future__ import annotations

import json
import logging
import zlib
from pathlib import Path

import pytest

from agent.core.observations import Entry, Scan, Storage
from agent.core.recordings.recorded import Seen, decode
from agent.core.views import EntryBody, ScanBody, SignOnBody
from agent.recording import MB, Wish
from tests.agent.parts import Running, an_intake, eventually, now, scan
from tests.agent.test_local_api import calling, served
from tests.core.build import SITE_KEY
from tests.core.test_codes_badges import DISGUISES

BADGE, PIN = "4711081516", "8642097531"
"""So long that no time, no id and no digest holds them by chance."""
SECRETS = (BADGE, PIN, SITE_KEY.decode())
WAYS = (f"BDG:{BADGE}", f"]C0BDG:{BADGE}", *(text.replace("4711", BADGE) for text in DISGUISES))


def said_anywhere(folder: Path, log: str, running: Running) -> list[str]:
    """Where a secret is, of all that was written, unpacked where it is packed."""
    files = {str(path.relative_to(folder)): unpacked(path) for path in folder.rglob("*") if path.is_file()}
    assert any(b"(badge)" in octets for name, octets in files.items() if "recording" in name)
    assert any(b"(badge)" in octets for name, octets in files.items() if "journal" in name)
    kept = repr({name: station.state for name, station in running.intake.present.stations.items()})
    assert "(badge)" in kept
    places = {**files, "the log": log.encode(), "the snapshots": kept.encode()}
    return [name for name, octets in places.items() for secret in SECRETS if secret.encode() in octets]


def written(folder: Path) -> bool:
    """Whether the recording has come to the last scan."""
    return any(b"typed-0015" in unpacked(path) for path in (folder / "recording").iterdir())


def unpacked(path: Path) -> bytes:
    """What is in a file, as far as it is written."""
    octets = path.read_bytes()
    return zlib.decompressobj(wbits=31).decompress(octets) if octets.startswith(b"\x1f\x8b") else octets


async def scan_all(running: Running) -> None:
    """Every way, from a terminal, typed, from a reader, and from one that is not trusted."""
    for number, text in enumerate(WAYS):
        read = scan(text, client_id=f"scan-{number:04}")
        typed = Scan("PRESS-1", text, now(), "terminal", manual=True, client_id=f"typed-{number:04}")
        await running.intake.take([scan(text), Scan("PRESS-1", text, now(), "far", trusted=False)])
        for each in (read, typed):
            reply = await running.intake.submit(each)
            assert reply is not None
            assert BADGE not in reply.model_dump_json()
    entered = Entry("PRESS-1", "sign_on", {"operator_id": f"BDG:{BADGE}"}, now(), "entry-0001")
    reply = await running.intake.submit(entered)
    assert reply is not None
    assert (reply.accepted, reply.code) == (False, "BADGE_ENTERED")


async def test_badges_leave_nothing_of_their_text_in_journal_recording_and_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with an_intake(tmp_path, wish=Wish(tmp_path / "recording", 10 * MB)) as running:
        await scan_all(running)
        # With the WAL as it stands while the agent runs, and after it.
        await eventually(lambda: (tmp_path / "recording").exists() and written(tmp_path), "a line of the recording")
        assert said_anywhere(tmp_path, caplog.text, running) == []
        types = await running.types()
        assert types.count("scan.accepted") + types.count("scan.refused") == 4 * len(WAYS)
    assert said_anywhere(tmp_path, caplog.text, running) == []


async def test_a_badge_that_nothing_is_kept_of_is_not_shown_either(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with an_intake(tmp_path) as running:
        await running.intake.submit(Storage(None, "reserve", 0, 0, now()))
        for text in WAYS:
            reply = await running.intake.submit(scan(text, client_id="scan-reserve"))
            assert reply is not None
            assert reply.code == "STORAGE_FULL"
            assert running.intake.refused["PRESS-1"].text == "(badge)"
    assert BADGE not in caplog.text


async def test_a_recording_holds_badges_as_digests_and_has_no_place_for_a_pin(tmp_path: Path) -> None:
    async with an_intake(tmp_path, wish=Wish(tmp_path / "recording", 10 * MB)) as running:
        await running.intake.submit(scan(f"BDG:{BADGE}", client_id="scan-0001"))
        await running.intake.submit(
            Entry("PRESS-1", "sign_on", {"operator_id": "1"}, now(), "pin-0001", "1", auth="pin")
        )
    lines = b"".join(map(unpacked, (tmp_path / "recording").iterdir())).splitlines()
    of_people = (decode(line) for line in lines if line.startswith((b"Scan\t", b"Entry\t")))
    seen = [record.observation for record in of_people if isinstance(record, Seen)]
    (read,) = [one for one in seen if isinstance(one, Scan)]
    (entered,) = [one for one in seen if isinstance(one, Entry)]
    assert (read.text, len(read.badge or "")) == ("(badge)", 64)
    assert (entered.auth, entered.arguments) == ("pin", {"operator_id": "1"})
    assert not [name for kind in (Scan, Entry) for name in kind.__slots__ if "pin" in name]


async def test_no_answer_of_the_local_api_repeats_a_badge_or_a_pin(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    badge, pin = f"BDG:{BADGE}", PIN
    heard: list[str] = []
    path = tmp_path / "run" / "agent.sock"
    async with an_intake(tmp_path) as running, served(tmp_path, running, path), calling(path, running) as client:
        bodies: list[tuple[str, str]] = [
            ("/v1/scans", ScanBody(client_id="scan-0001", wc_id="PRESS-1", text=badge).model_dump_json()),
            ("/v1/scans", json.dumps({"client_id": "scan-0002", "wc_id": 7, "text": badge})),
            ("/v1/scans", json.dumps({"client_id": "scan-0003", "wc_id": "PRESS-1", "text": [badge], badge: badge})),
            ("/v1/scans", json.dumps({"client_id": "scan-0004", "wc_id": "PRESS-1", "text": badge * 1000})),
            ("/v1/scans", f'{{"client_id": "scan-0005", "text": "{badge}'),
            ("/v1/scans", json.dumps({badge: 1})),
            ("/v1/scans", json.dumps({"client_id": "scan-0006", "wc_id": "PRESS-1", "text": badge, "manual": badge})),
            (
                "/v1/entries",
                EntryBody(
                    client_id="entry-001", wc_id="PRESS-1", action="sign_on", arguments={"operator_id": badge}
                ).model_dump_json(),
            ),
            ("/v1/entries", json.dumps({"client_id": "entry-002", "wc_id": "PRESS-1", "action": badge})),
            (
                "/v1/entries",
                json.dumps(
                    {"client_id": "entry-003", "wc_id": "PRESS-1", "action": "sign_on", "arguments": {badge: 7}}
                ),
            ),
            (
                "/v1/sign-ons",
                SignOnBody(client_id="pin-00001", wc_id="PRESS-1", operator_id="1", pin=pin).model_dump_json(),
            ),
            (
                "/v1/sign-ons",
                json.dumps({"client_id": "pin-00002", "wc_id": "PRESS-1", "operator_id": "1", "pin": int(pin)}),
            ),
            ("/v1/sign-ons", json.dumps({"client_id": "pin-00003", "wc_id": "PRESS-1", "pin": pin * 20})),
            ("/v1/sign-ons", json.dumps({"client_id": "pin-00004", "wc_id": "NONE", "operator_id": "1", "pin": pin})),
        ]
        for url, body in bodies:
            async with client.http.post(url, data=body) as response:
                heard.append(f"{response.status} {await response.text()}")
        for url in ("/v1/status", "/v1/facts?last=100"):
            async with client.http.get(url) as response:
                heard.append(await response.text())
    assert sum(one.startswith("200") for one in heard) == 3
    assert sum(one.startswith("400") for one in heard) == 10
    assert [one for one in heard if any(secret in one for secret in SECRETS)] == []
    assert [secret for secret in SECRETS if secret in caplog.text] == []

"""The support archive: what somebody far away needs to help, without what opens a door.

Nothing of the process's environment, of files with secrets, of the journal's copies of people and their badges. The
log's lines, facts and the present pass field by field (`redaction`); at the end the secrets that this PC knows are
looked for once more and taken out wherever they stand.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from agent.core.contract.envelope import Row
from agent.core.errors import ConfigurationError, LinesideError
from agent.core.facts import FACT_TYPES
from agent.core.settings import Settings
from agent.credentials import MES_PASSWORD, SITE_KEY, TLS_KEY, credential
from agent.doctor import page
from agent.doctor.case import Ask, Case
from agent.doctor.finding import Finding
from agent.doctor.looking import said
from agent.doctor.redaction import redacted, scrubbed
from agent.journal import backup
from agent.journal.opening import FILE_NAME
from agent.journal.reading import read_latest, standing
from agent.logs.events import Event
from agent.pki import folder as pki
from agent.pki.keys import password_file
from agent.resources import shipped

UNIT_FOLDER: Final = Path("/etc/systemd/system")
UDEV_FOLDER: Final = Path("/etc/udev/rules.d")
FACTS: Final = 500
LOG_DAYS: Final = 7
LOG_LINES: Final = 5_000
SHOWN_KEYS: Final = frozenset(
    {"Restart", "RestartSec", "WatchdogSec", "MemoryMax", "MemoryHigh", "TasksMax", "After", "Wants", "User", "Group"}
    | {"TimeoutStartSec", "TimeoutStopSec", "SupplementaryGroups", "LimitNOFILE", "Type", "WantedBy", "CPUQuota"}
)
"""Of units, what is shown where it is otherwise than shipped."""
LOG_FIELDS: Final = ("LINESIDE_EVENT", "LINESIDE_WORK_CENTER", "PRIORITY", "_PID")
OF_PEOPLE: Final = frozenset({Event.WRONG_PIN.value})
"""Events whose sentence says who it was."""
_TYPES: Final = {kind.TYPE: kind for kind in FACT_TYPES}


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive."""

    name: str
    content: bytes


async def collect(case: Case, findings: Sequence[Finding], host: str, ask: Ask) -> list[Member]:
    """All that goes into an archive but the journal itself.

    Args:
        case: the agent.
        findings: what the page says of it.
        host: the name of this PC.
        ask: how the agent is asked.
    """
    clean = [_scrubbed(one) for one in findings]
    members = [
        _text("doctor.txt", page.text(clean, host, case.now)),
        _json("doctor.json", page.document(clean, host, case.now)),
        *_units(case),
        _text("log.jsonl", await _log()),
    ]
    if case.settings is not None:
        members += [_json("configuration.json", redacted(case.settings)), *_journal(case.settings)]
    if case.view is not None:
        members.append(_json("status.json", redacted(case.view)))
        with suppress(LinesideError):
            members.append(_text("metrics.txt", ask(case.socket, "/metrics").decode()))
    known = secrets_of(case.settings)
    return [Member(one.name, without(one.content, known)) for one in members]


def _scrubbed(one: Finding) -> Finding:
    return replace(one, found=scrubbed(one.found), expected=scrubbed(one.expected), action=scrubbed(one.action))


def _text(name: str, text: str) -> Member:
    return Member(name, "".join(f"{scrubbed(line)}\n" for line in text.splitlines()).encode())


def _json(name: str, document: dict[str, Any] | list[Any]) -> Member:
    return Member(name, json.dumps(document, indent=1, ensure_ascii=False, default=str).encode())


def secrets_of(settings: Settings | None) -> list[bytes]:
    """The secrets of this PC as far as they may be read, each line of their files."""
    if settings is None:
        return []
    tls = settings.mes.tls
    files = [settings.mes.password_file, settings.people.key_file, settings.agent.data / "site-key"]
    files += [None if tls is None else tls.key_file, *map(credential, (SITE_KEY, MES_PASSWORD, TLS_KEY))]
    files.append(settings.agent.data / pki.NAME / pki.OWN)
    for machine in settings.machine:
        if machine.opcua is not None:
            files += [password_file(machine.work_center, machine.opcua), machine.opcua.user_key]
    found: set[bytes] = set()
    for path in files:
        with suppress(OSError):
            found.update(() if path is None else map(bytes.strip, path.read_bytes().splitlines()))
    return sorted((one for one in found if len(one) >= 4), key=len, reverse=True)


def without(content: bytes, known: Sequence[bytes]) -> bytes:
    """The same without any of these."""
    for secret in known:
        content = content.replace(secret, b"(secret)")
    return content


def fact(row: Row) -> dict[str, Any]:
    """What is shown of a fact."""
    told = {"epoch": row.epoch, "sequence": row.sequence, "type": row.type, "wc_id": row.wc_id}
    told |= {"time": row.time, "observedtime": row.observedtime, "recordedtime": row.recordedtime}
    try:
        return {**told, "data": redacted(_TYPES[row.type].model_validate_json(row.data))}
    except (KeyError, ValidationError):
        return {**told, "data": f"({len(row.data)} octets that this version does not know)"}


def _journal(settings: Settings) -> Iterator[Member]:
    folder = settings.agent.data
    try:
        stand = standing(folder)
        rows = read_latest(folder, FACTS)
    except LinesideError as error:
        yield _text("journal.txt", str(error))
        return
    epochs = [asdict(one) for one in stand.marks.epochs]
    waiting = stand.marks.waiting if epochs else 0
    marks = {"epochs": epochs, "last_position": stand.marks.last_position, "waiting": waiting, "parked": stand.parked}
    yield _json("journal.json", marks)
    yield Member("facts.jsonl", b"".join(json.dumps(fact(row), default=str).encode() + b"\n" for row in rows))


def _units(case: Case) -> Iterator[Member]:
    paths = {*UNIT_FOLDER.glob("lineside*.*"), *UDEV_FOLDER.glob("*lineside*.rules")}
    if case.unit is not None:
        paths |= {Path(one) for one in (case.unit.path, *case.unit.drop_ins) if one}
    for path in sorted(paths):
        with suppress(OSError):
            yield Member(f"units{path}", unit_shown(path.read_text(encoding="utf-8"), path.name).encode())


def unit_shown(text: str, name: str) -> str:
    """A unit's file: lines as they were shipped, and of others the keys that hold no secret."""
    try:
        known = set(shipped(f"systemd/{name}").read_text(encoding="utf-8").splitlines())
    except OSError:
        known = set()
    lines = []
    for line in text.splitlines():
        key, equals, _ = line.partition("=")
        if line in known or not line or line.startswith("[") or key in SHOWN_KEYS:
            lines.append(scrubbed(line) if line not in known else line)
        elif equals and not line.startswith(("#", ";")):
            lines.append(f"{key}=(otherwise than shipped)")
    return "".join(f"{line}\n" for line in lines)


async def _log() -> str:
    """The service's lines of the last days, each without what is no field of ours."""
    asked = ("--unit=lineside", f"--since=-{LOG_DAYS}d", f"--lines={LOG_LINES}", "--output=json", "--no-pager")
    text = await said("journalctl", *asked, limit_s=10.0)
    return "" if text is None else "".join(f"{line}\n" for line in map(log_line, text.splitlines()) if line)


def log_line(line: str) -> str:
    """One entry of the systemd journal as it is shown; empty where it is none."""
    try:
        entry = json.loads(line)
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(entry["__REALTIME_TIMESTAMP"]) / 1e6))
    except (ValueError, KeyError, TypeError):
        return ""
    fields = {name: entry[name] for name in LOG_FIELDS if isinstance(entry.get(name), str)}
    message = entry.get("MESSAGE")
    shown = scrubbed(message) if isinstance(message, str) else "(no text)"
    if fields.get("LINESIDE_EVENT") in OF_PEOPLE:
        shown = "(names a person)"
    return json.dumps({"time": at, **fields, "MESSAGE": shown}, ensure_ascii=False)


def write(members: Sequence[Member], out: Path, journal: Path | None) -> None:
    """Write the archive, for its owner alone.

    Args:
        members: what goes in.
        out: the file; it must not be there yet.
        journal: the folder of the journal that goes in whole; None for none.

    Raises:
        ConfigurationError: the file is there already, or cannot be written.
    """
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigurationError(f"--bundle: '{out}' cannot be made: {error.strerror}; expected a new file") from error
    try:
        with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            for one in members:
                entry = tarfile.TarInfo(f"lineside-support/{one.name}")
                entry.size, entry.mode, entry.mtime = len(one.content), 0o600, int(time.time())
                archive.addfile(entry, io.BytesIO(one.content))
            if journal is not None:
                _add_journal(archive, journal, out.resolve().parent)
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _add_journal(archive: tarfile.TarFile, folder: Path, beside: Path) -> None:
    """A copy as of now, an agent may be at work."""
    with tempfile.TemporaryDirectory(prefix="lineside-", dir=beside) as room:
        backup.copy(folder, Path(room))
        copied = Path(room) / FILE_NAME
        copied.chmod(0o600)
        archive.add(copied, f"lineside-support/{FILE_NAME}")

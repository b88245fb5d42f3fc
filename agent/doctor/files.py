"""Files and folders: whether the agent's user can work with them, and nobody reads what is secret."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent import site_key
from agent.core.machine_settings import MachineSettings
from agent.core.settings import Settings
from agent.credentials import STORE
from agent.doctor.account import Access, Account, access, group_id
from agent.doctor.case import Case
from agent.doctor.finding import Finding, Level, Who, note, unseen, well
from agent.local_api import GROUP
from agent.peers import ADMINS
from agent.pki.expiring import is_secure
from agent.pki.folder import NAME, OWN, ROOMS

SUBJECT: Final = "permissions"
READ: Final = 4
ENTER: Final = 1
WRITE_ENTER: Final = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file or folder that the agent needs."""

    what: str
    """For people."""
    path: Path
    wanted: int
    """What its user must be able to do, as the last bits of a mode."""
    secret: bool = False
    """Nobody else may read it."""
    made: bool = False
    """The agent makes it where it is not there."""


def wanted(case: Case, settings: Settings) -> list[Wanted]:
    """All that this configuration names."""
    mes, tls = settings.mes, settings.mes.tls
    named = [
        Wanted("the data folder", settings.agent.data, READ | WRITE_ENTER, secret=True, made=True),
        Wanted("the configuration", case.config, READ),
    ]
    own = settings.agent.data / site_key.OWN
    key = settings.people.key_file
    named.append(Wanted("the site key", key or own, READ, secret=True, made=key is None))
    if mes.password_file is not None:
        named.append(Wanted("the password file", mes.password_file, READ, secret=True))
    if tls is not None:
        files = (("the CA file", tls.ca_file, False), ("our certificate", tls.cert_file, False))
        for what, path, secret in (*files, ("the key of our certificate", tls.key_file, True)):
            if path is not None:
                named.append(Wanted(what, path, READ, secret=secret))
    return named + [one for machine in settings.machine for one in _of_machine(machine)] + _pki(settings)


def _of_machine(machine: MachineSettings) -> Iterator[Wanted]:
    server, center = machine.opcua, machine.work_center
    if server is None:
        return
    files = (
        (f"the password for {center}", server.password_file, True),
        (f"the key of the user for {center}", server.user_key, True),
        (f"the certificate of the user for {center}", server.user_certificate, False),
        (f"the certificate of the server of {center}", server.server_certificate, False),
    )
    for what, path, secret in files:
        if path is not None:
            yield Wanted(what, path, READ, secret=secret)


def _pki(settings: Settings) -> list[Wanted]:
    """What root made there by other means than ours, the agent's user cannot read."""
    if not is_secure(settings):
        return []
    folder = settings.agent.data / NAME
    return [
        Wanted("the folder of certificates", folder, READ | WRITE_ENTER, secret=True, made=True),
        Wanted("our key for machines", folder / OWN, READ, secret=True, made=True),
        *(Wanted(f"the folder of {room} certificates", folder / room, READ | ENTER, made=True) for room in ROOMS),
        *(Wanted("a certificate", kept, READ) for room in ROOMS for kept in _kept(folder / room)),
    ]


def _kept(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def judge(one: Wanted, seen: Access | None, account: Account, group: int | None) -> Iterator[Finding]:
    """What a file needs.

    Args:
        one: which, and what for.
        seen: owner and mode; None where it is not there.
        account: the agent's user.
        group: the number of the group `lineside`, in which terminals and people are too; None where this PC has none.
    """
    where = f"{one.what} {one.path}"
    if seen is None:
        if not one.made:
            yield _bad(
                Level.NOW, f"{where} is not there", "a file", "put it there, or correct its name in the configuration"
            )
        return
    found = f"{where} is {seen.words}"
    its_own = f"sudo chown {account.name}: {one.path} && sudo chmod 400 {one.path}"
    if not seen.allows(account, one.wanted):
        action, do = f"sudo chgrp {GROUP} {one.path} && sudo chmod g+r {one.path}", "read"
        if one.wanted & WRITE_ENTER:
            action, do = f"sudo chown {account.name} {one.path} && sudo chmod u+rwx {one.path}", "write in"
        elif one.secret:
            action = its_own
        yield _bad(Level.NOW, found, f"the agent's user {account.name} can {do} it", action)
    if one.secret and seen.mode & 0o007:
        yield _bad(
            Level.SOON,
            f"{found}: everybody on this PC can get at it",
            "the agent's user alone",
            its_own if one.wanted == READ else f"sudo chmod o= {one.path}",
        )
    elif one.secret and one.wanted == READ and seen.mode & 0o040 and seen.gid == group:
        yield _bad(
            Level.SOON,
            f"{found}: the group {GROUP} can read it, with the terminal and everybody who may look at the agent",
            "the agent's user alone",
            its_own,
        )


def judge_way(one: Wanted, closed: Access | None, account: Account) -> Iterator[Finding]:
    """What the folders above a file need.

    Args:
        one: which file.
        closed: the first of them that the agent's user may not enter; None where all may be.
        account: the agent's user.
    """
    if closed is not None:
        found = f"{one.what} {one.path} stands in {closed.path}, which is {closed.words}"
        action = f"sudo chgrp {GROUP} {closed.path} && sudo chmod g+x {closed.path}"
        yield _bad(Level.NOW, found, f"the agent's user {account.name} can enter it", action)


def judge_socket(path: Path, seen: Access, group: int | None) -> Iterator[Finding]:
    """What the socket of a running agent needs.

    Args:
        path: where it is.
        seen: its owner and mode.
        group: the number of the group `lineside`; None where this PC has none.
    """
    if seen.mode & 0o006:
        yield _bad(
            Level.SOON,
            f"the socket {path} is {seen.words}: everybody can enter things",
            "0660",
            "restart the agent: sudo systemctl restart lineside",
        )
    if group is not None and seen.gid != group:
        yield _bad(
            Level.SOON,
            f"the socket {path} is {seen.words}: terminals cannot reach it",
            f"group {GROUP}",
            f"the agent's user must be in the group {GROUP}: sudo lineside install mends it",
        )


def _bad(level: Level, found: str, expected: str, action: str) -> Finding:
    return Finding(level, SUBJECT, found, expected, action, Who.MAINTENANCE)


async def look(case: Case) -> Sequence[Finding]:
    """All files that the configuration names, the socket and the groups."""
    if case.settings is None:
        return []
    findings: list[Finding] = []
    files, group = wanted(case, case.settings), group_id(GROUP)
    for one in files:
        try:
            seen: Access | None = access(one.path)
        except PermissionError:
            findings.append(unseen(SUBJECT, f"{one.what} {one.path}: its folder may not be entered by this user"))
            continue
        except (FileNotFoundError, NotADirectoryError):
            seen = None
        above = (access(parent) for parent in reversed(one.path.absolute().parents) if parent.exists())
        closed = next((folder for folder in above if not folder.allows(case.account, ENTER)), None)
        findings += [*judge_way(one, closed, case.account), *judge(one, seen, case.account, group)]
    if case.socket.is_socket():
        findings += judge_socket(case.socket, access(case.socket), group)
    if case.unit is not None and case.unit.is_there and group_id(ADMINS) is None:
        findings.append(note(SUBJECT, f"there is no group {ADMINS}: root alone may do what maintenance does"))
    if not findings:
        findings.append(well(SUBJECT, f"{len(files)} files and folders are as {case.account.name} needs them"))
    return findings


def hidden(*paths: Path | None) -> list[Path]:
    """Of files that are there those that whoever asks may not read."""
    return [path for path in paths if path is not None and path.exists() and not os.access(path, os.R_OK)]


def hidden_store(store: Path = STORE) -> list[Path]:
    """The folder of the service's credentials, where it is there and whoever asks may not look into it."""
    return [store] if store.exists() and not os.access(store, os.R_OK | os.X_OK) else []

"""The disk that the journal stands on: kind, space, errors, wear."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from agent.core.settings import JournalSettings
from agent.doctor.case import Case
from agent.doctor.finding import ROOT, Finding, Level, Who, note, unseen, well
from agent.doctor.looking import aside, line_of, said

SUBJECT: Final = "disk"
MB: Final = 1_000_000
REMOTE: Final = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "afs", "fuse.sshfs", "fuse.davfs")
"""File systems of other computers: locks and durable writes are not what SQLite needs there."""
VOLATILE: Final = ("tmpfs", "ramfs")
FEWEST_INODES: Final = 1_000
WORN_OUT: Final = 9
"""Of eMMC life times, which count tenths from 1 (JESD84-B51, 7.4.45): 80 % used."""


@dataclass(frozen=True, slots=True)
class Volume:
    """What is known of it."""

    folder: Path
    mount: Path
    kind: str
    device: str
    read_only: bool
    free_bytes: int
    """For the agent's user."""
    free_inodes: int | None
    """None on file systems that do not count them."""
    errors: int = 0
    """That the file system noted since it was checked last."""
    life: tuple[int, int] | None = None
    """Wear of an eMMC in tenths, of both kinds of its cells; None of other disks."""
    passed: bool | None = None
    """What the disk says of its own health; None where it was not asked."""
    health_hidden: str = ""
    """Why not."""


def judge(seen: Volume, journal: JournalSettings) -> Iterator[Finding]:
    """What the disk needs."""
    if seen.kind in REMOTE:
        yield _bad(
            Level.NOW,
            f"{seen.folder} is a network share ({seen.kind})",
            "a local disk: on a share the journal is damaged sooner or later",
            "move it to a local disk and set agent.data",
        )
    if seen.kind in VOLATILE:
        yield _bad(
            Level.NOW,
            f"{seen.folder} is in memory ({seen.kind}): a power cut takes every fact that waits",
            "a local disk",
            "set agent.data to a folder on a disk",
        )
    if seen.read_only:
        yield _bad(
            Level.NOW,
            f"{seen.mount} is mounted read-only, as after an error of the disk",
            "a disk that can be written",
            "back up the folder, check the disk (fsck), replace it",
        )
    if seen.errors:
        yield _bad(
            Level.SOON,
            f"the file system on {seen.device} noted {seen.errors} errors",
            "none",
            "back up the folder, check the disk (fsck) at the next stop, replace it",
        )
    yield from _space(seen, journal)
    yield from _health(seen)


def _space(seen: Volume, journal: JournalSettings) -> Iterator[Finding]:
    reserve = journal.reserve_mb * MB
    free = f"{seen.free_bytes / MB:,.0f} MB free on {seen.mount}"
    if seen.free_bytes <= reserve:
        yield _bad(
            Level.NOW,
            f"{free}, which is the reserve: scans and entries are refused",
            f"more than {_mb(reserve)}",
            f"free space on {seen.mount}",
        )
    elif seen.free_bytes <= 3 * reserve:
        yield _bad(
            Level.SOON,
            f"{free}: process values are not kept any more",
            f"more than {_mb(3 * reserve)}",
            f"free space on {seen.mount}",
        )
    else:
        yield well(SUBJECT, f"{free} ({seen.kind}, {seen.device})")
    if seen.free_inodes is not None and seen.free_inodes < FEWEST_INODES:
        yield _bad(
            Level.SOON,
            f"{seen.free_inodes} files can still be made on {seen.mount}",
            "1,000 or more",
            f"see what fills {seen.mount} with small files, and delete them",
        )


def _health(seen: Volume) -> Iterator[Finding]:
    if seen.life is not None and max(seen.life) >= WORN_OUT:
        used = min(max(seen.life) * 10, 100)
        yield _bad(
            Level.SOON,
            f"the eMMC of this PC has used up {used} % of its life",
            "less than 80 %",
            "plan its replacement",
        )
    elif seen.life is not None:
        yield well(SUBJECT, f"the eMMC has used {max(seen.life) * 10} % of its life at most")
    elif seen.passed is False:
        yield _bad(
            Level.NOW,
            f"{seen.device} itself says that it is failing (SMART)",
            "PASSED",
            "back up the folder and replace the disk",
        )
    elif seen.passed:
        yield well(SUBJECT, "the disk says of itself that it is well (SMART)")
    elif seen.health_hidden == ROOT:
        yield unseen(SUBJECT, f"the health of {seen.device}: only root may ask it")
    else:
        yield note(SUBJECT, f"the health of {seen.device} cannot be seen: {seen.health_hidden}")


def _bad(level: Level, found: str, expected: str, action: str) -> Finding:
    return Finding(level, SUBJECT, found, expected, action, Who.MAINTENANCE)


def _mb(size: int) -> str:
    return f"{size / MB:,.0f} MB"


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of /proc/self/mountinfo (proc(5))."""

    point: Path
    number: str
    """`major:minor` of its device."""
    kind: str
    device: str
    read_only: bool


def mounts(text: str) -> list[Mount]:
    """All mounts, in the order in which they were made."""
    found = []
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        head, tail = before.split(), after.split()
        options = {*head[5].split(","), *(tail[2].split(",") if len(tail) > 2 else ())}
        found.append(Mount(Path(_plain(head[4])), head[2], tail[0], _plain(tail[1]), "ro" in options))
    return found


def standing_on(folder: Path, known: Sequence[Mount]) -> Mount:
    """The mount that a folder stands on: the longest, and of the same place the last."""
    over = [one for one in known if folder.is_relative_to(one.point)]
    return max(reversed(over), key=lambda one: len(one.point.parts))


def _plain(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def measured(folder: Path) -> tuple[Volume, Path | None]:
    """The volume as far as files tell it, and its whole disk under /sys; None where it has none."""
    there = next(one for one in (folder, *folder.parents) if one.exists()).resolve()
    mount = standing_on(there, mounts(Path("/proc/self/mountinfo").read_text(encoding="utf-8")))
    space = os.statvfs(there)
    block = Path("/sys/dev/block") / mount.number
    part = block.resolve() if block.exists() else None
    whole = None if part is None else part.parent if (part / "partition").exists() else part
    errors = None if part is None else line_of(Path("/sys/fs/ext4") / part.name / "errors_count")
    life = None if whole is None else line_of(whole / "device" / "life_time")
    return Volume(
        folder=folder,
        mount=mount.point,
        kind=mount.kind,
        device=mount.device,
        read_only=mount.read_only,
        free_bytes=space.f_bavail * space.f_frsize,
        free_inodes=space.f_favail if space.f_files else None,
        errors=int(errors) if errors and errors.isdigit() else 0,
        life=_life(life),
    ), whole


def _life(text: str | None) -> tuple[int, int] | None:
    """`0x01 0x02`; an eMMC that keeps it to itself says 0."""
    tenths = [int(word, 16) for word in (text or "").split()]
    return (tenths[0], tenths[1]) if len(tenths) == 2 and any(tenths) else None


async def _asked(whole: Path | None) -> tuple[bool | None, str]:
    """What a disk says of its health, or why it cannot be asked."""
    if whole is None or whole.name.startswith(("loop", "zram")):
        return None, "this PC hides which disk it is"
    if os.geteuid() != 0:
        return None, ROOT
    text = await said("smartctl", "--health", "--json", f"/dev/{whole.name}")
    if text is None:
        return None, "there is no smartctl here (Debian: apt install smartmontools)"
    try:
        passed = json.loads(text)["smart_status"]["passed"]
    except (ValueError, KeyError, TypeError):
        return None, "the disk does not say it (SMART), as virtual and many USB disks do not"
    return bool(passed), ""


async def look(case: Case) -> Sequence[Finding]:
    """The disk under agent.data."""
    if case.settings is None:
        return []
    volume, whole = await aside(partial(measured, case.settings.agent.data))
    passed, hidden = (None, "") if volume.life is not None else await _asked(whole)
    return list(judge(replace(volume, passed=passed, health_hidden=hidden), case.settings.journal))

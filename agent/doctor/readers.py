"""Barcode readers: is each there, may the agent open it, and does nobody else hold it?"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from agent.core.codes.code_settings import ScannerSettings
from agent.doctor import reaching
from agent.doctor.account import Access, Account, access
from agent.doctor.case import Case
from agent.doctor.finding import Finding, Level, Who, note, unseen, well
from agent.doctor.looking import aside, line_of
from agent.doctor.reaching import Place, reach
from agent.local_api import GROUP
from agent.resources import shipped

READ: Final = 4
READ_WRITE: Final = 6
_RULES: Final = "systemd/60-lineside-readers.rules"


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known of a reader at this PC."""

    name: str
    path: Path
    wanted: int
    """What the agent must be able to do, as the last bits of a mode."""
    group: str
    """That devices of its kind belong to."""
    seen: Access | None
    """Owner and mode; None where it is not there."""
    is_device: bool = True
    usb: tuple[str, str] | None = None
    """Of one that types like a keyboard, the numbers of its maker and its product."""
    holders: tuple[str, ...] | None = ()
    """Programs that have it open beside the agent; None where not all can be seen."""


def judge(seen: Reader, account: Account) -> Iterator[Finding]:
    """What a reader at this PC needs."""
    subject = f"reader {seen.name}"
    if seen.seen is None:
        action = "plug it in; where it has another name now (ls /dev/serial/by-id /dev/input/by-id), correct that"
        yield Finding(Level.NOW, subject, f"{seen.path} is not there", "a reader", action, Who.MAINTENANCE)
        return
    if not seen.is_device:
        yield Finding(
            Level.NOW,
            subject,
            f"{seen.path} is no device",
            "a reader",
            "correct it in the configuration",
            Who.MAINTENANCE,
        )
        return
    problems = list(_problems(subject, seen, seen.seen, account))
    yield from problems
    if not problems:
        yield well(subject, f"{seen.path} is there and may be opened")
    if seen.holders is None and not problems:
        yield note(subject, "whether another program holds it, root alone can see")


def _problems(subject: str, seen: Reader, found: Access, account: Account) -> Iterator[Finding]:
    if not found.allows(account, seen.wanted):
        expected = f"the agent's user {account.name} can open it, by the group {seen.group}"
        yield Finding(Level.NOW, subject, f"{seen.path} is {found.words}", expected, _way(seen.usb), Who.MAINTENANCE)
    if seen.holders:
        named = ", ".join(seen.holders)
        yield Finding(
            Level.NOW,
            subject,
            f"{seen.path} is held by {named}",
            "the agent alone has it open",
            f"end {named}; ModemManager is switched off by: sudo systemctl disable --now ModemManager",
            Who.MAINTENANCE,
        )


def _way(usb: tuple[str, str] | None) -> str:
    """How the agent comes to be allowed to open it: the rule that is shipped knows some makers."""
    if usb is None or f'\nENV{{ID_VENDOR_ID}}=="{usb[0]}"' in shipped(_RULES).read_text(encoding="utf-8"):
        return "sudo lineside install puts the udev rule and the groups right; then plug the reader in again"
    rule = (
        f'SUBSYSTEM=="input", KERNEL=="event*", ATTRS{{idVendor}}=="{usb[0]}", ATTRS{{idProduct}}=="{usb[1]}", '
        f'GROUP="{GROUP}", MODE="0640"'
    )
    return (
        f"no rule knows this maker: write the line {rule} to /etc/udev/rules.d/70-lineside-reader.rules, "
        "then: sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=input"
    )


def usb_of(device: Path, devices: Path = Path("/sys/class/input")) -> tuple[str, str] | None:
    """The numbers of maker and product of an input device, as `lsusb` shows them; None where it has none."""
    numbers = devices / device.resolve().name / "device" / "id"
    vendor, product = line_of(numbers / "vendor"), line_of(numbers / "product")
    return (vendor, product) if vendor and product else None


def holders(device: Path, but: int) -> tuple[str, ...] | None:
    """Programs that have a device open, but for one process; None where not every process may be looked at."""
    real, named, everything = device.resolve(), set[str](), True
    is_root = os.geteuid() == 0
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) in {but, os.getpid()}:
            continue
        try:
            opened = [handle.readlink() for handle in (process / "fd").iterdir()]
        except PermissionError:
            everything = is_root
            continue
        except OSError:
            continue  # it has ended meanwhile
        if real in opened:
            with suppress(OSError):
                named.add(f"{(process / 'comm').read_text(encoding='utf-8').strip()} (process {process.name})")
    return tuple(sorted(named)) if named or everything else None


def _at_this_pc(scanner: ScannerSettings, agent_pid: int) -> Reader:
    path = scanner.device or scanner.input
    assert path is not None, f"reader '{scanner.name}' is on the network"
    group = "dialout" if scanner.input is None else GROUP
    wanted = READ_WRITE if scanner.input is None else READ
    try:
        seen = access(path)
    except (FileNotFoundError, NotADirectoryError):
        return Reader(scanner.name, path, wanted, group, None)
    is_device = stat.S_ISCHR(path.stat().st_mode)
    usb = None if scanner.input is None else usb_of(path)
    return Reader(scanner.name, path, wanted, group, seen, is_device, usb, holders(path, agent_pid))


async def look(case: Case) -> Sequence[Finding]:
    """All of them; of those that the agent is connected to, its own word."""
    if case.settings is None:
        return []
    down = None if case.view is None else {name for one in case.view.work_centers for name in one.readers_down}
    found = await asyncio.gather(*(_one(case, scanner, down) for scanner in case.settings.scanner))
    return [finding for each in found for finding in each]


async def _one(case: Case, scanner: ScannerSettings, down: set[str] | None) -> list[Finding]:
    subject = f"reader {scanner.name}"
    if down is not None and scanner.name not in down:
        return [well(subject, f"the agent is connected to {scanner.place}")]
    if scanner.host is not None:
        place = Place(subject, "the reader", scanner.host, scanner.port, Who.MAINTENANCE)
        missing = reaching.judge(place, await reach(scanner.host, scanner.port))
        return [missing or well(subject, f"{place.words} can be reached")]
    pid = 0 if case.unit is None else case.unit.main_pid
    try:
        return list(judge(await aside(partial(_at_this_pc, scanner, pid)), case.account))
    except PermissionError:
        return [unseen(subject, f"{scanner.place}: its folder may not be entered by this user")]

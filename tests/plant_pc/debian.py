"""A Debian as a line PC has it, made by debootstrap once and kept: it takes a minute, and a download."""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

SUITE: Final = "bookworm"
PACKAGES: Final = ("systemd", "systemd-sysv", "dbus", "udev", "kbd", "python3", "mosquitto")
"""What a minimal Debian lacks. Mosquitto is no part of the PC: it plays the plant's broker, as there is no network."""
CACHE: Final = Path("/var/tmp/lineside-plant-pc")  # noqa: S108 - only root may open it
MACHINE_ID: Final = "11e51de011e51de011e51de011e51de0"
MASKED: Final = (
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "getty.target",
    "mosquitto.service",
)
"""What would only take time."""


class NoDebianError(Exception):
    """There is no Debian root; the message says what to do."""


def root() -> Path:
    """The folder of the Debian, to be looked at and never written to.

    Raises:
        NoDebianError: it cannot be made here.
    """
    recipe = (SUITE, platform.machine(), *PACKAGES)
    made = CACHE / f"{SUITE}-{hashlib.sha256(repr(recipe).encode()).hexdigest()[:12]}"
    CACHE.mkdir(mode=0o700, exist_ok=True)
    if CACHE.stat().st_uid != os.getuid():
        raise NoDebianError(f"{CACHE} belongs to somebody else; remove it")
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for former in CACHE.glob(f"{SUITE}-*"):
                shutil.rmtree(former)
            making = made.with_name(f"{made.name}-making")
            _make(making)
            making.rename(made)
    return made


def furnish(folder: Path) -> None:
    """Make a fresh root that of one PC."""
    (folder / "etc/machine-id").write_text(f"{MACHINE_ID}\n", encoding="ascii")
    (folder / "etc/hostname").write_text("line-pc\n", encoding="ascii")
    (folder / "etc/hosts").write_text("127.0.0.1 localhost line-pc\n", encoding="ascii")
    (folder / "etc/resolv.conf").unlink(missing_ok=True)
    (folder / "media/usb").mkdir()
    for name in MASKED:
        unit = folder / "etc/systemd/system" / name
        unit.unlink(missing_ok=True)
        unit.symlink_to("/dev/null")


def _make(folder: Path) -> None:
    if shutil.which("debootstrap") is None:
        raise NoDebianError("debootstrap is not installed; `make parts` brings it")
    sys.stderr.write("Making a Debian root for the tests: about a minute, once.\n")
    options = ["--variant=minbase", f"--include={','.join(PACKAGES)}"]
    command = ["debootstrap", *options, SUITE, str(folder), *_mirror()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        raise NoDebianError(f"debootstrap failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _mirror() -> list[str]:
    """Where this machine's own apt gets that suite from, as that is known to answer; else where debootstrap thinks."""
    if shutil.which("apt-get") is None:
        return []
    command = ["apt-get", "indextargets", "--format", "$(CODENAME) $(SITE)", "Created-By: Packages"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    sites = [line.split()[1] for line in told.splitlines() if line.split()[:1] == [SUITE]]
    return sites[:1]

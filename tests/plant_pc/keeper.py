"""Keeps one line PC: a Debian root under a real systemd as the first process of its own namespaces, without a network.

Run as root, in a mount namespace of its own: `unshare --mount python -m tests.plant_pc.keeper USB_FOLDER`. It answers
each line on its input with one: `boot` with the first process's id, `cut` (the power) with `off`; what it cannot do it
says as `error: …`. At the end of its input, however that ended, nothing is left: the kernel ends every process with the
first one and every mount with the last of them, and the control groups are removed here, or by the next keeper.

The root is laid over the kept Debian in memory, so every PC begins clean and survives a cut of its power.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from simulators.tether import tethered
from tests.plant_pc import debian

BOOT: Final = Path(__file__).with_name("boot.sh")
GROUP: Final = "lineside-plant-pc-"
PLACE: Final = Path("/mnt")
"""Covered in this mount namespace alone."""
ENDS_S: Final = 10.0


class KeeperError(Exception):
    """The machine beneath does not allow it; the message says what is missing."""


class Keeper:
    """One PC."""

    def __init__(self, usb: Path) -> None:
        self._usb = usb
        self._groups = unified()
        self._group = self._groups / f"{GROUP}{os.getpid()}"
        self._own = self._groups / _own_group()
        self._outer: subprocess.Popen[bytes] | None = None
        self._first = 0

    def build(self) -> None:
        """Lay out disk and USB stick.

        Raises:
            KeeperError: control groups or mounts are refused.
            NoDebianError: there is no Debian to lay it over.
        """
        below = debian.root()
        for stale in self._groups.glob(f"{GROUP}*"):
            if not Path("/proc", stale.name.removeprefix(GROUP)).exists():
                _remove(stale)
        try:
            self._group.mkdir()
        except OSError as error:
            raise KeeperError(f"no control group can be made in {self._groups}: {error.strerror}") from error
        _do("mount", "--make-rprivate", "/")
        _do("mount", "-t", "tmpfs", "-o", "size=4G,mode=700", "tmpfs", str(PLACE))
        for name in ("upper", "work", "root"):
            (PLACE / name).mkdir()
        layers = f"lowerdir={below},upperdir={PLACE}/upper,workdir={PLACE}/work"
        _do("mount", "-t", "overlay", "-o", layers, "overlay", str(PLACE / "root"))
        debian.furnish(PLACE / "root")
        _do("mount", "--bind", str(self._usb), str(PLACE / "root/media/usb"))

    def boot(self) -> int:
        """Start systemd; its process id as seen from here.

        Raises:
            KeeperError: namespaces are refused.
        """
        enter = f'echo $$ > {self._group}/cgroup.procs && exec "$@"'
        own = ("--mount", "--pid", "--uts", "--ipc", "--cgroup", "--net", "--fork", "--kill-child")
        command = ("/usr/bin/unshare", *own, "/bin/sh", str(BOOT), str(PLACE / "root"))
        self._outer = subprocess.Popen(
            tethered("/bin/sh", "-c", enter, "enter", *command), stdin=subprocess.DEVNULL, stdout=sys.stderr
        )
        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children")
        while self._outer.poll() is None:
            first = children.read_text(encoding="ascii").split()
            if first and Path("/proc", first[0], "comm").read_text(encoding="ascii").strip() == "systemd":
                # What waits outside would else be a process in a group that systemd wants to divide.
                (self._own / "cgroup.procs").write_text(str(self._outer.pid), encoding="ascii")
                self._first = int(first[0])
                return self._first
            time.sleep(0.01)
        raise KeeperError("unshare cannot make the namespaces of a PC; what it said stands above")

    def cut(self) -> None:
        """As when the power goes: nothing of it runs any more."""
        if self._outer is not None:
            if self._first:
                os.kill(self._first, signal.SIGKILL)
            self._outer.wait(ENDS_S)
            self._outer, self._first = None, 0
        for group in _groups_within(self._group):
            _emptied(group)
            group.rmdir()

    def leave(self) -> None:
        """Nothing is left."""
        self.cut()
        self._group.rmdir()


def main() -> None:
    """Do what the lines of the input say."""
    # Ctrl+C is for the tests; here their end is the word to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keeper = Keeper(Path(sys.argv[1]))
    try:
        keeper.build()
    except (KeeperError, debian.NoDebianError) as error:
        _say(f"error: {error}")
        return
    _say("built")
    try:
        for line in sys.stdin:
            try:
                if line == "boot\n":
                    _say(str(keeper.boot()))
                else:
                    keeper.cut()
                    _say("off")
            except KeeperError as error:
                _say(f"error: {error}")
    finally:
        keeper.leave()


def _say(line: str) -> None:
    with suppress(BrokenPipeError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _do(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise KeeperError(f"{' '.join(command)}: {done.stderr.strip()}")


def unified() -> Path:
    """Where the hierarchy of control groups is that systemd lives in."""
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        fields = line.split()
        if fields[fields.index("-") + 1] == "cgroup2":
            return Path(fields[4])
    raise KeeperError("no cgroup2 is mounted here")


def _own_group() -> str:
    lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix("0::/") for line in lines if line.startswith("0::"))


def _groups_within(group: Path) -> list[Path]:
    """The deepest first."""
    return sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True)


def _emptied(group: Path) -> None:
    """Wait until the kernel has taken the last process out of it."""
    ends = time.monotonic() + ENDS_S
    while (group / "cgroup.procs").read_text(encoding="ascii") and time.monotonic() < ends:
        time.sleep(0.01)


def _remove(group: Path) -> None:
    for inner in [*_groups_within(group), group]:
        inner.rmdir()


if __name__ == "__main__":
    main()

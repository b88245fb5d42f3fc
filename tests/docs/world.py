"""A PC of its own, as far as files, network and processes go: commands of the pages run there word for word.

What is written to /etc, /run, /var and so on stays in the world and goes with it; `lineside` is where an installation
has it; the addresses of the example configuration are there. Everything that still runs ends with the world. Made of
Linux namespaces, as root or, where the system allows it, as anybody.
"""

from __future__ import annotations

import os
import pty
import shlex
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import Final

import psutil

from simulators.tether import tethered
from tests.docs.blocks import ROOT

FOLDERS: Final = ("etc", "opt", "run", "media", "usr/local", "var/lib", "var/log")
"""Where commands write; what the PC of the test has there is still seen."""
ADDRESSES: Final = {"192.0.2.1": "mes.example.internal", "192.0.2.10": "filler", "192.0.2.20": "press"}
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PATIENCE_S: Final = 60.0
ENDED: Final = {0, 130, 143}
"""Exit statuses of what was told to end."""
ENTRY: Final = f"""#!/bin/sh
PYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m agent "$@"
"""
SUDO: Final = '#!/bin/sh\nexec "$@"\n'
"""Who is root already needs no other."""
NO_OTHERS: Final = "for name in chown chgrp; do ln -s /bin/true /usr/local/bin/$name; done"
"""Where the test's user is the only one, files cannot be given to others."""
PREPARE: Final = """
set -eu
layers=$1
mount -t tmpfs layers "$layers"
for folder in {folders}; do
  mkdir -p "$layers/$folder/upper" "$layers/$folder/work"
  test -d "/$folder" || continue
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$layers/$folder/upper,workdir=$layers/$folder/work" "/$folder"
done
ip link set lo up
for address in {addresses}; do ip address add "$address/32" dev lo; done
printf '%s\\n' 127.0.0.1\\ localhost {names} > /etc/hosts
mkdir -p /usr/local/bin /etc/lineside /var/lib/lineside /run/lineside
rm -rf /etc/lineside/* /var/lib/lineside/* /run/lineside/*
grep -q '^lineside:' /etc/group || echo 'lineside:x:990:' >> /etc/group
grep -q '^lineside:' /etc/passwd || echo 'lineside:x:990:990::/var/lib/lineside:/usr/sbin/nologin' >> /etc/passwd
printf '%s' {entry} > /usr/local/bin/lineside
printf '%s' {sudo} > /usr/local/bin/sudo
chmod 755 /usr/local/bin/lineside /usr/local/bin/sudo
{own_user}
echo ready
exec cat > /dev/null
"""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command."""

    status: int
    said: str


@dataclass(frozen=True, slots=True)
class World:
    """One PC."""

    folder: Path
    """For files of the test; inside it is seen under the same name."""
    pid: int
    """Its first process."""
    own_user: bool
    """Whether it has users of its own."""

    def command(self, script: str, where: Path) -> tuple[str, ...]:
        """What runs a script there, in this folder."""
        users = ("--user", "--preserve-credentials") if self.own_user else ()
        enter = ("nsenter", "--target", str(self.pid), *users, "--mount", "--net", "--pid")
        return (*enter, "bash", "-euo", "pipefail", "-c", f"cd {shlex.quote(str(where))}\n{script}")

    def run(self, script: str, where: Path, *, within_s: float = PATIENCE_S) -> Done:
        """Until it ends; what it says on both ways is one text."""
        command = self.command(script, where)
        try:
            done = subprocess.run(
                command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, text=True, timeout=within_s, check=False, env=_env()
            )
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"not done within {within_s:.0f} s: {script}\n{error.stdout!r}") from None
        return Done(done.returncode, done.stdout)

    @contextmanager
    def going_on(self, script: str, log: Path) -> Iterator[psutil.Process]:
        """A command that goes on while open, and ends by SIGTERM."""
        with log.open("wb") as said:
            process = subprocess.Popen(
                tethered("/usr/bin/env", *self.command(f"exec {script}", self.folder)),
                stdin=DEVNULL,
                stdout=said,
                stderr=said,
                env=_env(),
            )
        try:
            yield _inner(process)
        finally:
            _end(process, signal.SIGTERM)

    @contextmanager
    def at_a_terminal(self, script: str, where: Path, begun: Callable[[], bool] | None) -> Iterator[None]:
        """A command at a terminal of its own, which has begun when `begun` is true, or else when it has said something;
        it ends as by Ctrl+C, a whole screen as its service does it.

        Raises:
            AssertionError: it ended before, or badly.
        """
        far, near = pty.openpty()
        termios.tcsetwinsize(near, (48, 160))
        process = subprocess.Popen(
            self.command(f"exec {script}", where),
            stdin=near,
            stdout=near,
            stderr=near,
            start_new_session=True,
            env=_env(),
        )
        os.close(near)
        said = bytearray()
        reading = threading.Thread(target=_read, args=(far, said), daemon=True)
        reading.start()
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not (bool(said) if begun is None else begun()) and process.poll() is None:
                assert time.monotonic() < deadline, f"not within {PATIENCE_S:.0f} s: {script}\n{said.decode()}"
                time.sleep(0.05)
            yield
            if process.poll() is None:
                _signal(process, signal.SIGTERM if " tui" in script else signal.SIGINT)
            status = process.wait(PATIENCE_S)
            reading.join(PATIENCE_S)
            assert status in ENDED, f"{script}\nended with {status}\n{said.decode(errors='replace')}"
        finally:
            _end(process, signal.SIGKILL)
            reading.join(PATIENCE_S)
            os.close(far)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where the blocks of a page are typed one after the other: the umask and the folder that one leaves hold for the
    next.
    """

    world: World
    folder: Path
    """In which it begins."""

    def run(self, script: str) -> Done:
        """As `World.run`."""
        left = shlex.quote(str(self.folder / ".left"))
        leave = shlex.quote(f'{{ umask -p; printf "cd %q\\n" "$PWD"; }} > {left}')
        return self.world.run(f"test ! -e {left} || . {left}\ntrap {leave} EXIT\n{script}", self.folder)


@contextmanager
def a_world(folder: Path) -> Iterator[World]:
    """Open for as long as its first process lives."""
    own_user = os.geteuid() != 0
    layers = folder / "layers"
    layers.mkdir()
    (folder / "prepare.sh").write_text(
        PREPARE.format(
            folders=" ".join(FOLDERS),
            addresses=" ".join(ADDRESSES),
            names=" ".join(shlex.quote(f"{address} {name}") for address, name in ADDRESSES.items()),
            entry=shlex.quote(ENTRY),
            sudo=shlex.quote(SUDO),
            own_user=NO_OTHERS if own_user else "",
        ),
        encoding="utf-8",
    )
    apart = ("--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")
    unshare = ("unshare", *(("--user", "--map-root-user") if own_user else ()), *apart)
    process = subprocess.Popen(
        tethered("/usr/bin/env", *unshare, "sh", str(folder / "prepare.sh"), str(layers)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
        text=True,
        env=_env(),
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said == "ready\n", f"Linux namespaces are needed to run what the pages say, and there are none: {said}"
        yield World(folder, _inner(process).pid, own_user)
    finally:
        process.kill()
        process.communicate()


def _env() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PYTHONDEVMODE", "TMPDIR"}}
    said = {"PATH": PATH, "LANG": "C.UTF-8", "TERM": "xterm-256color", "COLUMNS": "100", "HOME": "/root"}
    return {**kept, **said}


def _inner(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> psutil.Process:
    """What a process that enters namespaces has started there."""
    deadline = time.monotonic() + PATIENCE_S
    outer = psutil.Process(process.pid)
    while not (started := outer.children()):
        assert process.poll() is None, f"ended with {process.returncode} before it began"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return started[0]


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To what runs in the world; what entered it waits and ends as that does."""
    for one in psutil.Process(process.pid).children(recursive=True)[:1]:
        one.send_signal(number)


def _end(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        _signal(process, number)
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.kill()
            process.wait()


def _read(far: int, said: bytearray) -> None:
    """Until the other end is closed."""
    with suppress(OSError):
        while more := os.read(far, 65536):
            said += more

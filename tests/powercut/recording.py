"""Runs a writer with the recorder in it, and reads what the recorder logged.

The recorder is a library that is preloaded (`recorder.c`), not strace: strace is missing on a new machine where a C
compiler is not, needs the right to trace, and gives text to be parsed. What a preloaded library can miss is a call that
does not go through libc's names: system calls made directly, a SQLite linked in a way of its own, or memory mapped onto
a file. Against that, a mapping or an unforeseen call makes the recording worthless with a sentence, and every recording
is played whole and compared, file by file, with what the real folder holds (`Recording.assert_whole`): a write that was
missed shows there. A sync that was missed makes the judge stricter, never milder.
"""

from __future__ import annotations

import os
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.powercut.replay import Disk
from tests.powercut.writer import ACKNOWLEDGED

HEADER = struct.Struct("=4Q")
VOLATILE = ("-shm",)
"""Files that SQLite makes anew after a cut: they are no state of the disk."""
SOURCE = Path(__file__).with_name("recorder.c")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call that succeeded; kinds as in recorder.c."""

    kind: str
    inode: int
    offset: int
    payload: bytes = field(repr=False)


def compiled(folder: Path) -> Path:
    """The recorder, ready to be preloaded."""
    compiler = shutil.which("cc")
    assert compiler is not None, "a C compiler is needed to record what SQLite does: install gcc"
    library = folder / "recorder.so"
    flags = ("-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC")
    subprocess.run([compiler, *flags, "-o", str(library), str(SOURCE)], check=True)
    return library


@dataclass(frozen=True, slots=True)
class Life:
    """One process: the steps that it is to make, and how it ends."""

    seed: int
    first: int
    last: int
    syncs: int = 0
    """At this sync it dies instead; 0: it lives to the end of its steps."""
    leave: bool = False
    """It dies after its last step, without closing the journal."""
    lax: bool = False
    """SQLite syncs nothing: what must be found out."""


class Recording:
    """What happened to the files of one folder, over the lives of several processes."""

    def __init__(self, library: Path, folder: Path) -> None:
        self._library = library
        self._folder = folder
        self._log = folder.with_suffix(".log")
        self._began = {path.name: (path.stat().st_ino, path.read_bytes()) for path in folder.iterdir()}

    @property
    def folder(self) -> Path:
        """Where the writers work; an absolute path, as the recorder knows files by their names."""
        return self._folder

    def live(self, life: Life) -> None:
        """Run one writer to its end."""
        program = (sys.executable, "-m", "tests.powercut.writer", str(self._folder))
        numbers = (str(life.seed), str(life.first), str(life.last))
        options = [f"--{name}" for name in ("leave", "lax") if getattr(life, name)]
        environment = {
            **os.environ,
            "LD_PRELOAD": str(self._library),
            "POWERCUT_LOG": str(self._log),
            "POWERCUT_FOLDER": str(self._folder),
            "POWERCUT_SYNCS": str(life.syncs),
        }
        done = subprocess.run([*program, *numbers, *options], env=environment, cwd=ROOT, check=False)
        wanted = -signal.SIGKILL if life.leave or life.syncs else 0
        assert done.returncode == wanted, f"the writer ended with {done.returncode}, expected {wanted}: {life}"

    def operations(self) -> Iterator[Operation]:
        """Everything that was done, in order."""
        log = self._log.read_bytes()
        at = 0
        while at < len(log):
            kind, inode, offset, length = HEADER.unpack_from(log, at)
            at += HEADER.size
            operation = Operation(chr(kind), inode, offset, log[at : at + length])
            assert operation.kind != "X", f"the log cannot say what the writer did: {operation.payload.decode()}"
            yield operation
            at += length

    def disk(self) -> Disk:
        """The disk as it was before the first operation."""
        return Disk({name: began for name, began in self._began.items() if _lasts(name)}, _lasts)

    def acknowledged(self, so_far: int) -> tuple[int, ...]:
        """Of each operation, how many steps were acknowledged by then, -1 before the journal was first open.

        Args:
            so_far: as it was before the first operation.
        """
        notes: set[int] = set()
        found = []
        for operation in self.operations():
            if operation.kind == "C":
                notes.discard(operation.inode)
                if operation.payload.decode() == ACKNOWLEDGED:
                    notes.add(operation.inode)
            elif operation.kind == "W" and operation.inode in notes:
                so_far = int(operation.payload)
            found.append(so_far)
        return tuple(found)

    def assert_whole(self) -> None:
        """Played whole, the log gives what stands in the folder, byte by byte."""
        disk = self.disk()
        for operation in self.operations():
            disk.play(operation)
        played = disk.everything()
        real: Mapping[str, bytes] = {path.name: path.read_bytes() for path in self._folder.iterdir()}
        real = {name: content for name, content in real.items() if _lasts(name)}
        assert played.keys() == real.keys()
        assert [name for name in real if played[name] != real[name]] == [], "the recorder missed what was done to these"


def _lasts(name: str) -> bool:
    return name != ACKNOWLEDGED and not name.endswith(VOLATILE)

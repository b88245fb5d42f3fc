"""A PC in a folder: real files and journal; versions that are small scripts, a service manager that takes notes."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from agent.configuration import load
from agent.installing import accounts, asked, ground
from agent.installing.layout import AGENT, Layout, Version
from agent.installing.manager import Standing
from agent.installing.place import Place
from agent.installing.trial import Trial
from agent.journal import schema, store
from agent.journal.marks import Epoch
from agent.journal.opening import FILE_NAME
from tests.agent.happenings import facts
from tests.agent.processes import configuration

KNOWN = schema.SCHEMA_VERSION
PLENTY = 10**12

PROGRAM = """#!/bin/sh
# A version as far as an installation asks it: lineside check --config FILE [--rehearse FOLDER]
version=$(dirname "$(dirname "$0")")
[ "$1 $2 $3 $4" = "-I -m agent check" ] || exit 70
grep -q '^\\[agent\\]' "$6" || { echo "lineside: $6: cannot be used" >&2; exit 2; }
[ -e "$version/dislikes-configuration" ] && { echo "lineside: $6: there is no such key" >&2; exit 2; }
[ "$7" = --rehearse ] || exit 0
schema=$(od -An -tu1 -j63 -N1 "$8/journal.sqlite" | tr -d ' ')
if [ "$schema" -gt "$(cat "$version/schema")" ]; then
    echo "lineside: the journal has schema $schema, this version knows less" >&2
    exit 3
fi
echo spoilt > "$8/journal.sqlite"
"""


class Pace:
    """Time that passes when somebody waits for it."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


class Recorder:
    """A service manager that notes what it is told, on the disk, as a killed installation must find it again."""

    is_running = True

    def __init__(self, layout: Layout, folder: Path) -> None:
        self._layout = layout
        self._folder = folder
        folder.mkdir(exist_ok=True)

    @property
    def calls(self) -> list[str]:
        path = self._folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def runs(self) -> str | None:
        """The version that runs."""
        path = self._folder / "runs"
        return path.read_text() if path.exists() else None

    def _note(self, call: str) -> None:
        with (self._folder / "calls").open("a") as file:
            file.write(f"{call}\n")

    def reload(self) -> None:
        self._note("reload")

    def enable(self) -> None:
        self._note("enable")
        (self._folder / "enabled").touch()

    def is_enabled(self) -> bool:
        return (self._folder / "enabled").exists()

    def disable(self, units: Sequence[str]) -> None:
        self._note(f"disable {' '.join(units)}")
        (self._folder / "enabled").unlink(missing_ok=True)
        (self._folder / "runs").unlink(missing_ok=True)

    def start(self) -> None:
        version = self._layout.led_to(self._layout.current)
        assert version is not None
        self._note(f"start {version.name}")
        assert (self._layout.units / AGENT).read_text() == unit(version.name)
        if self.runs != version.name:
            self._work(version)
        (self._folder / "runs").write_text(version.name)

    def stop(self) -> None:
        self._note("stop")
        (self._folder / "runs").unlink(missing_ok=True)

    def restart_companions(self) -> None:
        self._note("restart companions")

    def standing(self) -> Standing:
        if self.runs is None:
            return Standing("inactive", "dead", 0)
        version = self._layout.version(self.runs)
        if (version.folder / "crashes").exists() or self._schema() > int((version.folder / "schema").read_text()):
            return Standing("activating", "auto-restart", 3)
        return Standing("active", "running", 0)

    def _schema(self) -> int:
        """Of the journal."""
        file = self._layout.data / FILE_NAME
        if not file.exists():
            return 0
        with closing(store.connect(file, read_only=True)) as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])

    def last_words(self) -> list[str]:
        return ["a log line"]

    def boot(self) -> None:
        """What the PC does by itself after a power cut."""
        (self._folder / "runs").unlink(missing_ok=True)
        if self.is_enabled() and (self._layout.units / AGENT).exists() and self._layout.current.exists():
            version = self._layout.led_to(self._layout.current)
            assert version is not None
            self._work(version)
            (self._folder / "runs").write_text(version.name)

    def _work(self, version: Version) -> None:
        """A newer version migrates the journal and records two facts."""
        file = self._layout.data / FILE_NAME
        knows = int((version.folder / "schema").read_text())
        if not file.exists() or knows <= KNOWN:
            return
        with closing(store.connect(file)) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS invented (one TEXT)")
            connection.execute(f"PRAGMA user_version = {knows}")
            last = connection.execute(schema.LAST_POSITION).fetchone()[0]
            store.append(connection, facts(last + 1, last + 2), last + 1, 1.0)


def unit(version: str) -> str:
    return f"# lineside.service of {version}\n"


@dataclass
class Pc:
    """The PC."""

    root: Path
    said: list[str] = field(default_factory=list)
    free: int = PLENTY

    def __post_init__(self) -> None:
        self.layout = Layout(self.root)
        self.manager = Recorder(self.layout, self.root.with_name(f"{self.root.name}.manager"))

    def version(self, name: str, knows: int = KNOWN) -> Version:
        """A version as install.sh leaves it."""
        version = self.layout.version(name)
        version.units.mkdir(parents=True)
        version.example.parent.mkdir(parents=True)
        version.python.parent.mkdir(parents=True)
        version.python.write_text(PROGRAM)
        version.python.chmod(0o755)
        (version.folder / "schema").write_text(f"{knows}\n")
        version.example.write_text(f"# example of {name}\n")
        (version.units / AGENT).write_text(unit(name))
        (version.units / f"lineside-only-{name}.service").write_text("")
        (version.units / "60-lineside-readers.rules").write_text("# rules\n")
        (version.units / "kiosk.map").write_text("# keys\n")
        return version

    def configure(self) -> None:
        """The plant's configuration, whose journal stands in the usual place."""
        self.layout.etc.mkdir(parents=True, exist_ok=True)
        text = configuration(self.root, None, 1883).replace(f"{self.root}/journal", "/var/lib/lineside")
        self.layout.config.write_text(text.replace("[mes]", "[journal]\nreserve_mb = 1\n\n[mes]", 1))

    def work(self, last: int = 5) -> None:
        """An agent has worked here and recorded so many facts."""
        self.layout.data.mkdir(parents=True, exist_ok=True)
        file = self.layout.data / FILE_NAME
        with closing(store.connect(file)) as connection:
            connection.executescript(f"{schema.CREATE}PRAGMA user_version = {KNOWN};")
            with store.transaction(connection):
                store.put_epoch(connection, Epoch("e1", 1, 0, "1970-01-01T00:00:00.000Z"))
            store.append(connection, facts(1, last), 1, 1.0)

    def has_users(self) -> None:
        """As if systemd-sysusers had been here; the tests' own user, so that files may be given to it."""
        (self.root / "etc").mkdir(parents=True, exist_ok=True)
        (self.root / "etc/passwd").write_text(f"{accounts.SERVICE}:x:{os.getuid()}:{os.getgid()}::/:/bin/false\n")
        (self.root / "etc/group").write_text("".join(f"{name}:x:0:\n" for name in accounts.NAMES))

    def place(self) -> Place:
        """As found now."""
        trial = None
        if self.layout.config.exists():
            trial = Trial(self.layout, load(self.layout.config), lambda _: self.free)
        lay = partial(ground.lay, self.layout)
        return Place(self.layout, self.manager, trial, self._well, Pace(), self.said.append, lay, lambda _: self.free)

    def _well(self) -> str | None:
        assert self.manager.runs is not None
        sick = self.layout.version(self.manager.runs).folder / "sick"
        return sick.read_text() if sick.exists() else None

    def record(self, count: int) -> None:
        """Let so many facts more be recorded."""
        with closing(store.connect(self.layout.data / FILE_NAME)) as connection:
            last = connection.execute(schema.LAST_POSITION).fetchone()[0]
            store.append(connection, facts(last + 1, last + count), last + 1, 1.0)

    @property
    def current(self) -> str | None:
        version = self.layout.led_to(self.layout.current)
        return None if version is None else version.name

    @property
    def previous(self) -> str | None:
        version = self.layout.led_to(self.layout.previous)
        return None if version is None else version.name

    @property
    def facts(self) -> int:
        """Facts in the journal."""
        with closing(sqlite3.connect(self.layout.data / FILE_NAME)) as connection:
            return int(connection.execute("SELECT count(*) FROM facts").fetchone()[0])

    def content(self) -> dict[str, str]:
        """Everything on the PC that an installation may touch."""
        found: dict[str, str] = {}
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            if path.is_symlink():
                found[name] = f"-> {path.readlink()}"
            elif path.is_file() and not name.endswith((".lock", "-shm", "-wal")):
                found[name] = json.dumps([oct(path.stat().st_mode), path.read_bytes().hex()])
        return found


def upgraded(root: Path, knows: int = KNOWN) -> Pc:
    """A PC where 0.1.0 runs and 0.2.0, which knows this schema, waits to be installed."""
    pc = Pc(root)
    pc.has_users()
    pc.configure()
    pc.work()
    former = pc.version("0.1.0")

    asked.install(pc.place(), former)
    pc.version("0.2.0", knows)
    pc.said.clear()
    return pc

"""Configuration files of former versions: read as what they meant, with a warning, and brought up to date when asked.

A change that a configuration written before does not survive is a step here, with a sentence for whoever has to act. A
file says by `version` which steps it has behind it; without that it is of version 1.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from agent.core.errors import ConfigurationError

_HEADER: Final = re.compile(r"\s*\[\[?\s*([\w.\-]+)\s*\]\]?\s*(?:#.*)?$")


@dataclass(frozen=True, slots=True)
class Renamed:
    """A key has another name, in the same table."""

    table: str
    """As in a header, such as `machine.stop`."""
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A key means nothing any more."""

    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A key that may be left out means something else when it is: what it meant before is said in its place."""

    table: str
    key: str
    value: str
    beside: str
    """The key that every such table has; the file in which it stands must be of a former version."""


Change: TypeAlias = Renamed | Removed | Filled


@dataclass(frozen=True, slots=True)
class Step:
    """From one version to the next."""

    sentence: str
    """What changed, and why."""
    changes: tuple[Change, ...]

    @property
    def is_told(self) -> bool:
        """Whether a file of before is warned about whatever it says."""
        return not all(isinstance(change, Filled) for change in self.changes)


STEPS: tuple[Step, ...] = (
    Step(
        'from version 2 on [machine.opcua] without \'security\' means "strongest"; here it means "none", as before: '
        "whoever is on that network can read and change what the machine says. Switch a security policy on at the "
        'server, see docs/opcua-security.md, and write security = "strongest"; or write security = "none".',
        (Filled("machine.opcua", "security", "none", beside="endpoint"),),
    ),
)
"""The first leads from version 1 to 2. No key was renamed or removed since the first version."""


def up_to_date(document: dict[str, Any], path: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What a file says, in the words of this version, and a warning for each step that it did not know of.

    Raises:
        ConfigurationError: it is of a newer version than this one knows.
    """
    steps = _steps_of(document, path)
    for step in steps:
        for change in step.changes:
            for table in _tables(document, change.table.split(".")):
                if not isinstance(change, Filled) and change.key in table:
                    value = table.pop(change.key)
                    if isinstance(change, Renamed):
                        table.setdefault(change.name, value)
    if steps:
        document["version"] = len(STEPS) + 1
    return document, tuple(f"{path}: {step.sentence}" for step in steps if step.is_told)


def to_fill(version: object) -> Iterator[tuple[Step, Filled]]:
    """What a file of this version left out that must be said now."""
    for step in STEPS[version - 1 :] if isinstance(version, int) else ():
        yield from ((step, change) for change in step.changes if isinstance(change, Filled))


def migrate(path: Path, filled: Collection[str] = ()) -> Path | None:
    """Write a file anew in the form of this version, with its comments; the former one stays beside it.

    Where the path is a symbolic link, that is done where it leads to.

    Args:
        path: the file.
        filled: work centers whose tables in this file left out what must be said now; only the whole configuration
            tells, as another file may say it.

    Returns:
        where the former one stands; None where the file is up to date.

    Raises:
        ConfigurationError: it is written in a way that only a person can change, or cannot be written.
    """
    real = path.resolve()
    try:
        text = real.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error
    former, steps = document.get("version", 1), _steps_of(document, path)
    if not steps:
        return None
    changes = [one for step in steps for one in step.changes]
    wanted = _filled(up_to_date(document, path)[0], changes, filled)
    changed = "".join(_rewritten(text.splitlines(keepends=True), changes, wanted))
    if not _means(changed, document):
        todo = " ".join(step.sentence for step in steps)
        raise ConfigurationError(
            f"{path}: cannot be brought up to date by itself, as it is written in an unusual way; change it by hand: "
            f"{todo} Then write version = {len(STEPS) + 1} at its top"
        )
    beside = real.with_name(f"{real.name}.version-{former}")
    try:
        _replace(real, changed, beside)
    except FileExistsError as error:
        raise ConfigurationError(f"{beside}: is there already and says something else; move it away first") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written anew: {error.strerror}; nothing was changed") from error
    return beside


def _steps_of(document: dict[str, Any], path: Path) -> tuple[Step, ...]:
    version, known = document.get("version", 1), len(STEPS) + 1
    if not isinstance(version, int) or version < 1:
        raise ConfigurationError(f"{path}: version: found {version!r}: expected a whole number from 1")
    if version > known:
        raise ConfigurationError(
            f"{path}: version: {version} is newer than this agent, which knows versions up to {known}; "
            "install the newer agent, or take the configuration of before"
        )
    return STEPS[version - 1 :]


def _tables(node: Any, way: list[str]) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - whatever TOML can hold
    if isinstance(node, list):
        for one in node:
            yield from _tables(one, way)
    elif isinstance(node, dict):
        if not way:
            yield node
        elif way[0] in node:
            yield from _tables(node[way[0]], way[1:])


def _filled(document: dict[str, Any], changes: list[Change], filled: Collection[str]) -> set[tuple[str, int]]:
    """Say what was left out; the headers behind which it must stand, each with the number of its machine."""
    wanted: set[tuple[str, int]] = set()
    machines = document.get("machine", [])
    for number, machine in enumerate(machines if isinstance(machines, list) else []):
        for change in changes:
            if isinstance(change, Filled) and machine.get("work_center") in filled:
                for table in _tables(machine, change.table.split(".")[1:]):
                    if change.beside in table:
                        table[change.key] = change.value
                        wanted.add((change.table, number))
    return wanted


def _rewritten(lines: list[str], changes: list[Change], filled: set[tuple[str, int]]) -> Iterator[str]:
    table, version, machine = "", f"version = {len(STEPS) + 1}\n", -1
    for line in lines:
        if version and line.strip() and not line.startswith("#"):
            yield version
            version = ""
        header = _HEADER.match(line)
        table = header[1] if header else table
        machine += bool(header) and table == "machine"
        if not (table == "" and re.match(r"\s*version\s*=", line)):
            yield _changed(line, table, changes)
        if header and (table, machine) in filled:
            indent = line[: len(line) - len(line.lstrip())]
            known = (one for one in changes if isinstance(one, Filled) and one.table == table)
            yield from (f'{indent}{one.key} = "{one.value}"\n' for one in known)
    yield version


def _changed(line: str, table: str, changes: list[Change]) -> str:
    for change in changes:
        if isinstance(change, Filled):
            continue
        found = re.match(rf"(\s*){re.escape(change.key)}(\s*=.*)", line, re.DOTALL) if change.table == table else None
        if found:
            line = f"{found[1]}{change.name}{found[2]}" if isinstance(change, Renamed) else f"# {line}"
    return line


def _means(text: str, document: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == document
    except tomllib.TOMLDecodeError:
        return False


def _replace(path: Path, text: str, beside: Path) -> None:
    """The former file under its new name and the new one in its place, with the same owner and rights."""
    known, making = path.stat(), path.with_name(f"{path.name}.making")
    # One that was interrupted left it there.
    if not (beside.is_file() and beside.read_bytes() == path.read_bytes()):
        os.link(path, beside)
    try:
        with making.open("w", encoding="utf-8") as file:
            os.fchown(file.fileno(), known.st_uid, known.st_gid)
            os.fchmod(file.fileno(), known.st_mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        making.rename(path)
    except OSError:
        making.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

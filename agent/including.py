"""Configuration files that include others: a common file for a fleet, and small files for what differs.

What a file says itself counts over what it includes, and a later include over an earlier one. Tables are merged key by
key, and so are the arrays of `NAMED_BY`, table by table; every other array is replaced as a whole. Each value remembers
the file in which it stands.
"""

from __future__ import annotations

import fnmatch
import os
import socket
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from agent.core.errors import ConfigurationError
from agent.migrating import to_fill, up_to_date

NAMED_BY: Final[Mapping[tuple[str, ...], tuple[str, ...]]] = {
    ("machine",): ("work_center",),
    ("machine", "signal"): ("key",),
    ("machine", "telemetry"): ("key",),
    ("scanner",): ("name",),
    ("attribute",): ("object", "work_center", "name"),
}
"""Arrays whose tables are merged by these keys."""
HOSTNAME: Final = "{hostname}"
"""Stands for the first word of this PC's host name, in small letters."""
WILD: Final = "*?["
MAY_READ: Final = "run it with sudo, or as a member of the group lineside"
TOO_DEEP: Final = "its tables stand too deep within each other"


@dataclass(frozen=True, slots=True)
class Said:
    """A value and the file in which it stands."""

    value: Any
    file: Path


Node: TypeAlias = "Said | dict[str, Node] | list[dict[str, Node]]"
Table: TypeAlias = dict[str, Node]
Place: TypeAlias = tuple[str | int, ...]
"""Of a value, as `('machine', 0, 'stop', 'stop_confirm_s')`."""


@dataclass(slots=True)
class Gathered:
    """A file and all that it includes."""

    table: Table
    files: list[Path] = field(default_factory=list)
    """The main file last."""
    warnings: list[str] = field(default_factory=list)
    """Of files that are of a former version."""
    versions: dict[Path, object] = field(default_factory=dict)
    """Of which each was."""
    filled: dict[Path, set[str]] = field(default_factory=dict)
    """Work centers of which a file of a former version left out what must be said now, and is said here."""


def gathered(path: Path) -> Gathered:
    """A file and all that it includes.

    Raises:
        ConfigurationError: a file cannot be read or is no TOML, or includes itself.
    """
    found = Gathered({})
    found.table = _gathered(path, (), found)
    _fill(found, path)
    return found


def plain(node: Node) -> Any:  # noqa: ANN401 - whatever TOML can hold
    """The values alone."""
    match node:
        case Said():
            return node.value
        case dict():
            return {key: plain(one) for key, one in node.items()}
        case _:
            return [plain(one) for one in node]


def leaves(node: Node, place: Place = ()) -> Iterator[tuple[Place, Said]]:
    """Every value, where it stands in the whole."""
    match node:
        case Said():
            yield place, node
        case dict():
            for key, one in node.items():
                yield from leaves(one, (*place, key))
        case _:
            for number, table in enumerate(node):
                yield from leaves(table, (*place, number))


def _gathered(path: Path, within: tuple[Path, ...], found: Gathered) -> Table:
    try:
        here = path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        # A RuntimeError says that symbolic links lead in a circle.
        raise ConfigurationError(f"{path}: cannot be read: {_why(error)}; expected a configuration file") from error
    if here in within:
        way = " includes ".join(str(one) for one in (*within[within.index(here) :], here))
        raise ConfigurationError(f"{path}: {way}: a circle; take out one of these includes")
    document = read(path)
    found.versions[path] = document.get("version", 1)
    document, warnings = up_to_date(document, path)
    _must_be_arrays(document, path)
    table: Table = {}
    for file in _included(path, document.pop("include", [])):
        table = merged(table, _gathered(file, (*within, here), found))
    document.pop("version", None)
    if path not in found.files:
        found.files.append(path)
        found.warnings += warnings
    return merged(table, _noted(document, path))


def read(path: Path) -> dict[str, Any]:
    """What one file says.

    Raises:
        ConfigurationError: no such file, or no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except PermissionError as error:
        raise ConfigurationError(f"{path}: this user may not read it; {MAY_READ}") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {_why(error)}; expected a configuration file") from error
    except RecursionError:
        raise ConfigurationError(f"{path}: {TOO_DEEP}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: is no TOML: {error}") from error


def merged(under: Table, over: Table, path: tuple[str, ...] = ()) -> Table:
    """Both tables; where both say something, the second one counts."""
    table = dict(under)
    for key, node in over.items():
        known, here = table.get(key), (*path, key)
        if isinstance(known, dict) and isinstance(node, dict):
            table[key] = merged(known, node, here)
        elif here in NAMED_BY and (lower := _tables(known)) is not None and (upper := _tables(node)) is not None:
            # An empty array takes nothing away: it would matter then which files are merged first.
            table[key] = _merged_by_name(lower, upper, here) or node
        else:
            table[key] = node
    return table


def _fill(found: Gathered, main: Path) -> None:
    """Say what files of a former version meant without saying it, where no other file says it.

    The main file must be of a former version, too: a small file beside it rarely says of which it is.
    """
    for machine in _tables(found.table.get("machine")) or []:
        for step, change in to_fill(found.versions[main]):
            table: Node | None = machine
            for name in change.table.split(".")[1:]:
                table = table.get(name) if isinstance(table, dict) else None
            beside = table.get(change.beside) if isinstance(table, dict) else None
            if not isinstance(table, dict) or not isinstance(beside, Said) or change.key in table:
                continue
            if any(one is change for _, one in to_fill(found.versions[beside.file])):
                table[change.key] = Said(change.value, beside.file)
                found.filled.setdefault(beside.file, set()).add(str(plain(machine.get("work_center", {}))))
                if (warning := f"{beside.file}: {step.sentence}") not in found.warnings:
                    found.warnings.append(warning)


def _tables(node: Node | None) -> list[Table] | None:
    if isinstance(node, Said):
        return [] if node.value == [] else None
    return node if isinstance(node, list) else None


def _merged_by_name(under: list[Table], over: list[Table], path: tuple[str, ...]) -> list[Table]:
    tables, places = list(under), {_name(table, path): number for number, table in enumerate(under)}
    for table in over:
        # One that stands twice in a file is left for the validation to find.
        place = places.pop(_name(table, path), None)
        if place is None:
            tables.append(table)
        else:
            tables[place] = merged(tables[place], table, path)
    return tables


def _name(table: Table, path: tuple[str, ...]) -> str:
    return repr([plain(table[key]) if key in table else None for key in NAMED_BY[path]])


def _noted(value: Any, file: Path) -> Any:  # noqa: ANN401 - whatever TOML can hold, as nodes
    if isinstance(value, dict):
        return {key: _noted(one, file) for key, one in value.items()}
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return [_noted(one, file) for one in value]
    return Said(value, file)


def _must_be_arrays(document: dict[str, Any], path: Path) -> None:
    for name, *below in NAMED_BY:
        if not below and isinstance(document.get(name), dict):
            raise ConfigurationError(f"{path}: {name}: there may be several; write [[{name}]] with two brackets")


def _included(path: Path, names: Any) -> Iterator[Path]:  # noqa: ANN401 - whatever stands there
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigurationError(f'{path}: include: found {names!r}: expected names of files, as in ["fleet.toml"]')
    for name in names:
        said = Path(name.replace(HOSTNAME, hostname()))
        folder, place = Path(said.anchor) if said.is_absolute() else path.parent, path.parent / said
        try:
            if any(sign in name for sign in WILD):
                yield from sorted(_matching(folder, said.relative_to(said.anchor).parts), key=str)
                continue
            is_there = place.is_file()
        except PermissionError as error:
            raise ConfigurationError(f"{path}: include: this user may not read {place}; {MAY_READ}") from error
        except (OSError, RuntimeError, ValueError) as error:
            raise ConfigurationError(f"{path}: include: {place} cannot be read: {_why(error)}") from error
        if not is_there:
            more = f"; this PC's host name is '{hostname()}'" if HOSTNAME in name else ""
            raise ConfigurationError(f"{path}: include: there is no file {place}{more}")
        yield place


def _matching(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """As `glob` finds them, which takes a folder that cannot be listed for an empty one."""
    if not names:
        yield folder
        return
    first, rest = names[0], names[1:]
    try:
        if any(sign in first for sign in WILD):
            there = fnmatch.filter(os.listdir(folder), first)  # noqa: PTH208 - names alone
        else:
            (folder / first).lstat()
            there = [first]
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in there:
        if first.startswith(".") or not name.startswith("."):
            yield from _matching(folder / name, rest)


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def hostname() -> str:
    """The first word of this PC's name."""
    return socket.gethostname().partition(".")[0].lower()

"""Reads the configuration; every error names file, key, value and what was expected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agent import including
from agent.core.errors import ConfigurationError
from agent.core.settings import Settings
from agent.including import NAMED_BY, Place, Said

SHOWN_VALUE = 80


@dataclass(frozen=True, slots=True)
class Read:
    """A configuration with where each value stands."""

    path: Path
    """The main file."""
    document: Mapping[str, Any]
    """As the main file would say it, if it said everything by itself."""
    said: Mapping[Place, Said]
    """Every value of it."""
    settings: Settings
    files: tuple[Path, ...]
    """All that were read, the main file first."""
    warnings: tuple[str, ...]
    """What in them is of a former version."""
    filled: Mapping[Path, Collection[str]]
    """Work centers of which a file of a former version left out what must be said now."""


def load(path: Path) -> Settings:
    """The settings in a TOML file and the files that it includes.

    Raises:
        ConfigurationError: no such file, no TOML, or not a configuration; one sentence that says what to change.
    """
    return read(path).settings


def read(path: Path) -> Read:
    """The configuration in a TOML file and the files that it includes.

    Raises:
        ConfigurationError: as `load`.
    """
    try:
        found = including.gathered(path)
        document, said = including.plain(found.table), dict(including.leaves(found.table))
    except RecursionError:
        raise ConfigurationError(f"{path}: {including.TOO_DEEP}") from None
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        raise ConfigurationError(_sentence(error, path, document, said)) from error
    for number, machine in enumerate(settings.machine):
        if machine.people.rights:
            place = ("machine", number, "people", "rights")
            file = _file_of(place, path, said)
            _must_be_actions(machine.people.rights, f"{file}: {_key(place, document, said)}")
    return Read(path, document, said, settings, tuple(reversed(found.files)), tuple(found.warnings), found.filled)


def complaint(found: Read, place: Place, text: str) -> ConfigurationError:
    """What is wrong at a place of a configuration that was read, with its file and its key."""
    file = _file_of(place, found.path, found.said)
    return ConfigurationError(f"{file}: {_key(place, found.document, found.said)}: {text}")


def _must_be_actions(named: Iterable[str], where: str) -> None:
    from agent.core.entries import ACTIONS  # noqa: PLC0415 - the whole core, which a terminal does without

    stranger = next((action for action in named if action not in ACTIONS), None)
    if stranger is not None:
        raise ConfigurationError(f"{where}: there is no action '{stranger}'; see docs/entries.md")


def _sentence(error: ValidationError, path: Path, document: Mapping[str, Any], said: Mapping[Place, Said]) -> str:
    problems = error.errors(include_url=False)
    first = problems[0]
    more = "" if len(problems) == 1 else f" ({len(problems) - 1} more to mend after that)"
    key = _key(first["loc"], document, said) or "the file"
    return f"{_file_of(first['loc'], path, said)}: {key}: {_problem(first)}{more}"


def _file_of(place: Place, path: Path, said: Mapping[Place, Said]) -> Path:
    """In which of the files a value stands, or the table that it is missing in; the main file where several do."""
    for length in range(len(place), 0, -1):
        files = {one.file for at, one in said.items() if at[:length] == place[:length]}
        if files:
            return files.pop() if len(files) == 1 else path
    return path


def _problem(problem: Any) -> str:  # noqa: ANN401 - pydantic's error details
    kind, value = problem["type"], problem["input"]
    if kind == "extra_forbidden":
        return "there is no such key; see the example configuration for those there are"
    if kind == "missing":
        return "is missing; expected a value"
    message = str(problem["msg"]).removeprefix("Value error, ")
    if isinstance(value, dict | list | tuple):
        return message
    return f"found {str(value)[:SHOWN_VALUE]!r}: {message}"


def _key(location: Sequence[int | str], document: Mapping[str, Any], said: Mapping[Place, Said]) -> str:
    """`('machine', 0, 'signal', 2, 'node')` as people count: `machine[1].signal[3].node`.

    Where several files make one array, nobody can count in it, and its tables are called by their names.
    """
    is_one = len({one.file for one in said.values()}) <= 1
    key, value, path = "", document, tuple[str, ...]()
    for part in location:
        value = _within(value, part)
        if isinstance(part, int):
            names = [str(value[name]) for name in NAMED_BY.get(path, ()) if isinstance(value, dict) and name in value]
            key += f"[{part + 1}]" if is_one or not names else f"[{' '.join(names)}]"
        else:
            path = (*path, part)
            key += f".{part}" if key else part
    return key


def _within(value: Any, part: int | str) -> Any:  # noqa: ANN401 - whatever TOML can hold
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None

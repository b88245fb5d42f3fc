"""Reads the configuration file; every error names file, key, value and what was expected."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agent.core.errors import ConfigurationError
from agent.core.settings import Settings

SHOWN_VALUE = 80


def load(path: Path) -> Settings:
    """The settings in a TOML file.

    Raises:
        ConfigurationError: no such file, no TOML, or not a configuration; one sentence that says what to change.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}; expected a configuration file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: is no TOML: {error}") from error
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {_sentence(error)}") from error
    for number, machine in enumerate(settings.machine, start=1):
        if machine.people.rights:
            _must_be_actions(machine.people.rights, f"{path}: machine[{number}].people.rights")
    return settings


def _must_be_actions(named: Iterable[str], where: str) -> None:
    from agent.core.entries import ACTIONS  # noqa: PLC0415 - the whole core, which a terminal does without

    stranger = next((action for action in named if action not in ACTIONS), None)
    if stranger is not None:
        raise ConfigurationError(f"{where}: there is no action '{stranger}'; see docs/entries.md")


def _sentence(error: ValidationError) -> str:
    problems = error.errors(include_url=False)
    first = problems[0]
    more = "" if len(problems) == 1 else f" ({len(problems) - 1} more to mend after that)"
    return f"{_key(first['loc']) or 'the file'}: {_problem(first)}{more}"


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


def _key(location: Sequence[int | str]) -> str:
    """`('machine', 0, 'signal', 2, 'node')` as people count: `machine[1].signal[3].node`."""
    key = ""
    for part in location:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else part
    return key

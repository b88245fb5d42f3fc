"""What an answer has to be; each check's ValueError says what was expected."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from agent.commissioning.addresses import sentence
from agent.core.observations import TERMINAL
from agent.core.settings_base import Id


def value_of(kind: Any) -> Callable[[str], str]:  # noqa: ANN401 - a type of the configuration, whatever it is
    """A text that the configuration takes as this."""
    adapter: TypeAdapter[str] = TypeAdapter(kind)

    def check(text: str) -> str:
        try:
            return adapter.validate_python(text)
        except ValidationError as error:
            raise ValueError(f"'{text}': {sentence(error)}") from None

    return check


def port_number(text: str) -> int:
    """A TCP port."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise ValueError(f"'{text}' is no port; expected a number from 1 to 65535")
    return int(text)


def seconds(text: str) -> float:
    """A time above 0."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"'{text}' is no number of seconds, such as 2.5") from None
    if not 0 < value < math.inf:
        raise ValueError(f"'{text}' is no number of seconds above 0")
    return value


def host_name(text: str) -> str:
    """A host alone."""
    if not text or any(sign.isspace() or sign == "/" for sign in text):
        raise ValueError(f"'{text}' is no host; expected a name or an address, without mqtt:// and port")
    return text


def existing_file(text: str) -> Path | None:
    """A file that is there; None for an empty answer."""
    if not text:
        return None
    if not Path(text).is_file():
        raise ValueError(f"there is no file '{text}'")
    return Path(text).absolute()


def secret_of_file(text: str) -> str:
    """What a file says, without the end of its line."""
    try:
        return Path(text).read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"'{text}' cannot be read: {error}") from error


def one_of(names: Sequence[str]) -> Callable[[str], str]:
    """One of these."""

    def check(text: str) -> str:
        if text not in names:
            raise ValueError(f"'{text}' is none of {', '.join(names)}")
        return text

    return check


def unlike(taken: set[str]) -> Callable[[str], str]:
    """A name that nobody has yet."""
    checked = value_of(Id)

    def check(text: str) -> str:
        name = checked(text)
        if name in taken or name == TERMINAL:
            raise ValueError(f"'{name}' is taken already")
        return name

    return check

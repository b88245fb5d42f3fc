"""Work centers and readers as options name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from agent.commissioning.addresses import address, where
from agent.commissioning.answers import Address, ReaderAnswer, SignalAnswer
from agent.commissioning.checks import seconds, unlike
from agent.commissioning.machines import GivenCenter
from agent.core.errors import ConfigurationError
from agent.core.machine_settings import Role

NONE: Final = "none"
T = TypeVar("T")


def given_centers(centers: Sequence[str], signals: Sequence[str], cycles: Sequence[str]) -> tuple[GivenCenter, ...]:
    """The work centers of `NAME=ADDRESS`, with their `NAME.ROLE=PLACE` and `NAME=SECONDS`.

    Raises:
        ConfigurationError: one is not written so, or names a work center that is not there.
    """
    places: dict[str, Address] = {}
    for text in centers:
        name, value = _pair("work-center", text)
        _checked("work-center", unlike(set(places)), name)
        places[name] = _checked("work-center", address, value)
    chosen: dict[str, dict[Role, SignalAnswer]] = {name: {} for name in places}
    for text in signals:
        named, value = _pair("signal", text)
        name, _, role = named.rpartition(".")
        _must_be_there("signal", name, chosen)
        if role not in set(Role):
            raise ConfigurationError(f"--signal {text}: there is no role '{role}'; expected one of {', '.join(Role)}")
        place = _checked("signal", partial(where, of=places[name]), value)
        chosen[name][Role(role)] = SignalAnswer(Role(role), place)
    paces: dict[str, float] = {}
    for text in cycles:
        name, value = _pair("cycle", text)
        _must_be_there("cycle", name, chosen)
        paces[name] = _checked("cycle", seconds, value)
    return tuple(GivenCenter(name, at, chosen[name], paces.get(name)) for name, at in places.items())


def given_readers(readers: Sequence[str]) -> tuple[ReaderAnswer, ...]:
    """The readers of `NAME=WORK_CENTER:DEVICE`; `none` is none.

    Raises:
        ConfigurationError: one is not written so.
    """
    given: list[ReaderAnswer] = []
    for text in readers:
        if text == NONE:
            continue
        name, value = _pair("reader", text)
        center, colon, place = value.partition(":")
        if not (colon and place.startswith("/")):
            raise ConfigurationError(f"--reader {text}: expected NAME=WORK_CENTER:/dev/…")
        _checked("reader", unlike({one.name for one in given}), name)
        given.append(ReaderAnswer(name, center, Path(place)))
    return tuple(given)


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise ConfigurationError(f"--{option} {text}: expected NAME=VALUE; see --help")
    return name, value


def _must_be_there(option: str, name: str, known: Mapping[str, object]) -> None:
    if name not in known:
        raise ConfigurationError(f"--{option}: there is no --work-center {name}")


def _checked(option: str, check: Callable[[str], T], text: str) -> T:
    try:
        return check(text)
    except ValueError as error:
        raise ConfigurationError(f"--{option}: {error}") from error

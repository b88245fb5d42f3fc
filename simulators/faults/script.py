"""What a line goes through, and when: written down in TOML, or drawn by lot.

    seed = 7                     # chooses the frames that are hit, and what is drawn

    [[fault]]                    # at most one at a time
    at_s = 5.0                   # after the beginning
    kind = "half_open"
    seconds = 2.0                # how long; and way, share, delay_s, jitter_s as in `Fault`

    [random]                     # in place of [[fault]], or after the last of them
    faults = 100
    pause_s = [1.0, 5.0]         # between two
    seconds = [0.5, 3.0]         # how long each lasts
    kinds = ["latency", "cut"]   # without it: every kind that the line can suffer

The same file makes the same faults at the same times.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from simulators.faults.kinds import Fault, Kind, Way

_ABOVE_ALL_S = 3600.0


@dataclass(frozen=True, slots=True)
class Step:
    """One fault, and when it begins."""

    at_s: float
    fault: Fault


@dataclass(frozen=True, slots=True)
class Chance:
    """Faults drawn by lot."""

    faults: int
    pause_s: tuple[float, float] = (1.0, 5.0)
    seconds: tuple[float, float] = (0.5, 3.0)
    kinds: tuple[Kind, ...] = ()
    """Empty for every kind that the line can suffer."""


@dataclass(frozen=True, slots=True)
class Script:
    """The whole of it."""

    seed: int = 0
    steps: tuple[Step, ...] = ()
    chance: Chance | None = None

    def played(self, possible: Sequence[Kind]) -> Iterator[Step]:
        """Every step, in order.

        Args:
            possible: what the line can suffer.

        Raises:
            ValueError: it cannot suffer a fault of the script.
        """
        for kind in (*(step.fault.kind for step in self.steps), *(self.chance.kinds if self.chance else ())):
            if kind not in possible:
                raise ValueError(f"this line cannot suffer '{kind}'; expected one of {', '.join(possible)}")
        return self._played(possible)

    def _played(self, possible: Sequence[Kind]) -> Iterator[Step]:
        yield from self.steps
        if self.chance is not None:
            last = self.steps[-1] if self.steps else Step(0.0, Fault(Kind.LATENCY, 0.0))
            dice = Random(self.seed)  # noqa: S311 - a fault needs no secrecy
            yield from _drawn(self.chance, dice, self.chance.kinds or possible, last.at_s + last.fault.seconds)


def _drawn(chance: Chance, dice: Random, kinds: Sequence[Kind], at_s: float) -> Iterator[Step]:
    for _ in range(chance.faults):
        at_s += dice.uniform(*chance.pause_s)
        fault = drawn(kinds, dice, chance.seconds)
        yield Step(at_s, fault)
        at_s += fault.seconds


def drawn(kinds: Sequence[Kind], dice: Random, seconds: tuple[float, float]) -> Fault:
    """A fault by lot: harsh ones and mild ones."""
    kind = dice.choice(kinds)
    return Fault(
        kind,
        round(dice.uniform(*seconds), 3),
        dice.choice(tuple(Way)),
        dice.choice((0.3, 1.0, 1.0)),
        # Of every byte, where they drip.
        round(dice.uniform(0.0005, 0.02) if kind is Kind.DRIP else dice.uniform(0.01, 1.0), 4),
        0.0 if kind is Kind.DRIP else round(dice.uniform(0.0, 0.2), 3),
    )


def read_script(path: Path) -> Script:
    """The script in a file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is none; the message names the place and what was expected there.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return _script(found)
    except (ValueError, TypeError) as error:
        raise ValueError(f"script of faults {path}: {error}") from None


def _script(found: dict[str, Any]) -> Script:
    _only(found, "the script", {"seed", "fault", "random"})
    seed = found.get("seed", 0)
    if not isinstance(seed, int):
        raise ValueError(f"seed is {seed!r}; expected a whole number")  # noqa: TRY004 - it is about a file
    steps = tuple(_step(number, one) for number, one in enumerate(found.get("fault", ()), 1))
    for one, two in pairwise(steps):
        if two.at_s < one.at_s + one.fault.seconds:
            raise ValueError(
                f"a fault begins at {two.at_s:g} s, before the one from {one.at_s:g} s is over; expected one at a time"
            )
    return Script(seed, steps, _chance(found["random"]) if "random" in found else None)


def _step(number: int, found: dict[str, Any]) -> Step:
    where = f"fault {number}"
    _only(found, where, {"at_s", *(field.name for field in fields(Fault))})
    for name in ("at_s", "kind", "seconds"):
        if name not in found:
            raise ValueError(f"{where} has no '{name}'")
    of_fault = {name: value for name, value in found.items() if name != "at_s"}
    of_fault["kind"] = _kind(where, found["kind"])
    if "way" in found:
        of_fault["way"] = Way(found["way"])
    for name in ("seconds", "share", "delay_s", "jitter_s"):
        if name in found:
            of_fault[name] = _number(where, name, found[name])
    return Step(_number(where, "at_s", found["at_s"]), Fault(**of_fault))


def _chance(found: dict[str, Any]) -> Chance:
    _only(found, "random", {field.name for field in fields(Chance)})
    if not isinstance(found.get("faults"), int):
        raise ValueError("random has no 'faults', how many are drawn; a whole number")  # noqa: TRY004 - likewise
    spans = {name: _span(name, found[name]) for name in ("pause_s", "seconds") if name in found}
    return Chance(found["faults"], **spans, kinds=tuple(_kind("random", kind) for kind in found.get("kinds", ())))


def _span(name: str, found: object) -> tuple[float, float]:
    if not isinstance(found, list) or len(found) != 2:
        raise ValueError(f"random: {name} is {found!r}; expected the shortest and the longest, such as [0.5, 3.0]")
    shortest, longest = (_number("random", name, one) for one in found)
    if longest < shortest:
        raise ValueError(f"random: {name} ends at {longest:g}, before it begins at {shortest:g}")
    return shortest, longest


def _number(where: str, name: str, found: object) -> float:
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    if not is_number or not 0 <= float(str(found)) <= _ABOVE_ALL_S:
        raise ValueError(f"{where}: {name} is {found!r}; expected a number from 0 to {_ABOVE_ALL_S:g}")
    return float(str(found))


def _kind(where: str, found: object) -> Kind:
    try:
        return Kind(str(found))
    except ValueError:
        raise ValueError(f"{where}: there is no kind '{found}'; expected one of {', '.join(Kind)}") from None


def _only(found: dict[str, Any], where: str, known: set[str]) -> None:
    if unknown := sorted(found.keys() - known):
        raise ValueError(f"{where}: there is no key '{unknown[0]}'; expected some of {', '.join(sorted(known))}")

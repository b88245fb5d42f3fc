"""What the machine says of itself against what it counts (domain.md R2).

The state is believed. But one that says RUNNING and makes nothing, or stands and makes parts, is told once an episode,
for then a signal is wired or mapped wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.core.values import replace

Kind: TypeAlias = Literal["running_without_parts", "parts_while_standing"]


@dataclass(frozen=True, slots=True)
class Account:
    """What a machine has said and counted since it last began to run or to stand."""

    running: bool | None = None
    """What it says; None while nothing can contradict it."""
    since: float = 0.0
    """It has said so since."""
    first: float | None = None
    """The first part of those that contradict a standstill."""
    last: float | None = None
    """The last of them."""
    parts: int = 0
    """How many contradict a standstill."""
    told: bool = False
    """This episode has been told."""

    def later(self, by: float) -> Account:
        """The same by a wall clock that was set by so many seconds."""
        return replace(
            self,
            since=self.since + by,
            first=None if self.first is None else self.first + by,
            last=None if self.last is None else self.last + by,
        )


NO_ACCOUNT = Account()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A contradiction to be told."""

    kind: Kind
    since: float
    at: float
    """When it had lasted long enough."""
    parts: int | None


def says(account: Account, running: bool | None, at: float) -> Account:  # noqa: FBT001 - what it says
    """The machine says from `at` on that it runs, stands or neither."""
    return account if running is account.running else Account(running, at)


def counted(account: Account, parts: int, at: float, limit_s: float) -> Account:
    """Parts were counted: they end a contradiction or, unless `limit_s` after the last ones, add to one."""
    if account.running is not False:
        return replace(account, told=False) if account.told else account
    if account.last is None or at - account.last > limit_s:
        return replace(account, first=at, last=at, parts=parts, told=False)
    return replace(account, last=at, parts=account.parts + parts)


def quiet(account: Account, part: float | None, until: float, limit_s: float) -> Contradiction | None:
    """The contradiction of a machine that says it runs and has counted nothing for longer than `limit_s`.

    Args:
        account: what it says.
        part: the last part, if any is known.
        until: the instant up to which every part has arrived.
        limit_s: how long that may be.
    """
    if account.told or not account.running:
        return None
    since = account.since if part is None else max(account.since, part)
    return Contradiction("running_without_parts", since, since + limit_s, None) if until - since > limit_s else None


def busy(account: Account, limit_s: float) -> Contradiction | None:
    """The contradiction of a machine that has said for longer than `limit_s` that it stands, and counts."""
    if account.told or account.running is not False or account.first is None or account.last is None:
        return None
    if account.last <= account.first or account.last - account.since <= limit_s:
        return None
    return Contradiction("parts_while_standing", account.first, account.last, account.parts)

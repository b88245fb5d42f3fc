"""Which alarm came first, of those that stand (OPC 10000-9). Pure.

Alarms that stood before we listened are known only where the server shows its conditions: asking for them to be told
again, ConditionRefresh, is a call and so not ours (design.md promise 7). Where they are not known, knowing of no
alarm is not the same as there being none, and is never told as if it were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from asyncua import ua

from agent.core.observations import Quality
from drivers.opcua_values import LONGEST_TEXT, Reading

MOST_STANDING: Final = 1_000
"""Alarms that stand at once and are kept; with more it is no longer known that there are none."""
_DISORDER_S: Final = 10.0
"""Alarms heard so soon after each other may come in another order than they came up in. One heard later than that came
later, whatever the clock of its server says, which may have been set meanwhile."""
_UNKNOWN: Final = "alarms that stood before are not known: the server shows no conditions, or not all of them"


@dataclass(frozen=True, slots=True)
class Condition:
    """What is said of one condition."""

    node: ua.NodeId
    name: str
    is_active: bool
    since: float | None
    """When it became so, in seconds since 1970 UTC by the server's clock; None where it does not say."""


@dataclass(frozen=True, slots=True)
class _Standing:
    condition: Condition
    heard: float
    turn: int


class Alarms:
    """The alarms that stand at one machine."""

    def __init__(self) -> None:
        self._standing: dict[ua.NodeId, _Standing] = {}
        self._turn = 0
        self._is_known = False
        self._changed: float | None = None

    def begin(self, shown: Iterable[Condition], heard: float, *, is_whole: bool) -> None:
        """Take what the server shows, in place of all that was known.

        Args:
            shown: conditions, standing or not.
            heard: when, in seconds of a clock that is not set.
            is_whole: whether those are all that there are.
        """
        self._standing.clear()
        self._is_known = is_whole
        for condition in shown:
            self.hear(condition, heard)
        self._changed = None

    def hear(self, condition: Condition, heard: float) -> None:
        """Take what an event says of a condition; `heard` as in `begin`."""
        self._turn += 1
        self._changed = condition.since
        before = self._standing.pop(condition.node, None)
        if not condition.is_active:
            return
        if before is not None:
            self._standing[condition.node] = before
        elif len(self._standing) >= MOST_STANDING:
            self._is_known = False
        else:
            self._standing[condition.node] = _Standing(condition, heard, self._turn)

    def doubt(self) -> None:
        """Events were lost: none of what was known may be so still."""
        self._standing.clear()
        self._is_known = False
        self._changed = None

    @property
    def reading(self) -> Reading:
        """The name of the first alarm, or an empty text; its time is the one at which that became so."""
        first = self._first()
        if first is not None:
            return first.name, Quality.GOOD, "", first.since
        if self._is_known:
            return "", Quality.GOOD, "", self._changed
        return None, Quality.UNCERTAIN, _UNKNOWN, self._changed

    def _first(self) -> Condition | None:
        if not self._standing:
            return None
        heard = min(one.heard for one in self._standing.values())
        early = [one for one in self._standing.values() if one.heard <= heard + _DISORDER_S]
        timed = [(one.condition.since, one) for one in early if one.condition.since is not None]
        if len(timed) < len(early):
            return min(early, key=lambda one: one.turn).condition
        return min(timed, key=lambda pair: (pair[0], pair[1].turn))[1].condition


def named(*texts: object) -> str:
    """The first of these that says anything."""
    return next((text for text in texts if isinstance(text, str) and text.strip()), "alarm")[:LONGEST_TEXT]

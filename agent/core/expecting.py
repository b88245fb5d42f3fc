"""What somebody says the next scan is for (domain.md E3): such as the lot that takes the place of another.

The agent keeps it, and not the page that stands open: whichever reader the scan comes from, it means the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.core import arguments
from agent.core.actions import Action, Actions
from agent.core.errors import EntryRefusedError
from agent.core.observations import Entry
from agent.core.people import labor
from agent.core.sentences import say
from agent.core.state import Expected, Floor
from agent.core.turn import Turn
from agent.core.values import replace

SCAN_S: Final = 120.0
"""Plant time after which nothing is expected any more: a lot is fetched from the rack meanwhile."""
FOR: Final[Mapping[str, tuple[str, ...]]] = {
    "load_lot": ("swap", "bom_line", "reason", "comment"),
    "report_scrap": ("defect_code", "place", "disposition"),
    "record_check": ("check_id", "value", "result", "defect_code"),
    "raise_nc": ("defect_code", "comment"),
    "place_hold": ("reason", "comment"),
}
"""By the action that a scan can be for, what may be said of it before."""
LONGEST_COMMENT: Final = 100
"""Characters of a comment that wait for a scan: a snapshot is small whatever is typed."""
_ACTIONS: Final = {action: action for action in FOR}


def expected_now(floor: Floor, now: float) -> Expected | None:
    """What waits for a scan."""
    expected = floor.expected
    return None if expected is None or now >= expected.until else expected


def drop_late(turn: Turn, now: float) -> None:
    """Expect nothing any more once its time is over."""
    if turn.floor.expected is not None and expected_now(turn.floor, now) is None:
        turn.floor = replace(turn.floor, expected=None)


def _expect(turn: Turn, entry: Entry) -> str:
    action = arguments.one_of(entry.arguments, "action", _ACTIONS)
    said = {name: entry.arguments[name] for name in FOR[action] if entry.arguments.get(name)}
    for name, value in said.items():
        if name != "comment":
            arguments.must_fit(value)
    if "comment" in said:
        said["comment"] = said["comment"][:LONGEST_COMMENT]
    actor, until = entry.actor or labor.acting(turn), entry.observed.wall + SCAN_S
    turn.floor = replace(turn.floor, expected=Expected(action, said, actor, until))
    return say("Scan it now.")


def _forget(turn: Turn, _: Entry) -> str:
    if turn.floor.expected is None:
        raise EntryRefusedError("NOTHING_EXPECTED", say("No scan is waited for. Nothing to do."))
    turn.floor = replace(turn.floor, expected=None)
    return say("Cancelled: nothing was done.")


ACTIONS: Actions = {"expect_scan": Action(_expect), "forget_scan": Action(_forget)}

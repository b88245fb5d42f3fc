"""The most frequent tasks at a terminal, what each takes there, and how it is done: `docs/terminal-keys.md`.

    python -m tests.tui.terminal_keys

writes the table; `test_terminal_keys.py` performs each task before a real agent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.tui.real_agent import RealAgent
from tests.tui.real_floor import BADGES, OPERATOR

PAGE = Path(__file__).parents[2] / "docs/terminal-keys.md"
NOT_KNOWN = "not known"
HEADER = (
    "| task | at this terminal | keys or scans | the best known elsewhere |",
    "|---|---|---|---|",
)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A label is scanned: one act, whatever it holds."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Task:
    """Something that people do many times a shift."""

    name: str
    strokes: tuple[str | Scanned, ...]
    """Keys by their names in Textual, and scans."""
    prepare: Callable[[RealAgent], Awaitable[None]]
    shows: str
    """Stands on the screen once the task can begin."""
    fact: str
    """Type of the fact that comes of it."""
    elsewhere: str = NOT_KNOWN
    facts: int = 1

    @property
    def row(self) -> str:
        """Its line of the table."""
        done = " ".join(
            f"scan {stroke.label}" if isinstance(stroke, Scanned) else _key(stroke) for stroke in self.strokes
        )
        return f"| {self.name} | {done} | {len(self.strokes)} | {self.elsewhere} |"


async def _nothing(_agent: RealAgent) -> None:
    pass


async def _at_work(agent: RealAgent) -> None:
    await agent.begins("PO-1")
    await agent.runs(parts=5)
    await agent.shows(lambda center: center.qty_good >= 5, "parts are counted")


async def _stopped(agent: RealAgent) -> None:
    await agent.begins("PO-1")
    await agent.halts(minutes=10)


async def _alarmed(agent: RealAgent) -> None:
    await agent.begins("PO-1")
    await agent.halts(minutes=10, alarm="204")


async def _unexplained(agent: RealAgent) -> None:
    await agent.begins("PO-1")
    for _ in range(3):
        await agent.halts(minutes=5)
        await agent.runs(minutes=3, parts=3)
    await agent.shows(lambda center: center.uncoded == 3 and center.stop is None, "three are not explained")


async def _loaded(agent: RealAgent) -> None:
    await _at_work(agent)
    await agent.enter("load_lot", lot_id="G-1", item_id="GRANULATE")


async def _scrapped(agent: RealAgent) -> None:
    await _at_work(agent)
    await agent.enter("report_scrap", qty="1", defect_code="CRACK")


TASKS = (
    Task(
        "give a stop the reason that the alarm suggests",
        ("1",),
        _alarmed,
        "1  ► Jam in the feeder",
        "stop.reason_set",
        "not known in keys; reasons open by themselves at FactoryWiz",
    ),
    Task(
        "give a stop any other of eleven reasons",
        ("1", "2"),
        _stopped,
        "Why? Press a digit",
        "stop.reason_set",
        "not known in keys; a tap on the stop, one on the cause at Factbird",
    ),
    Task(
        "give three stops of the shift one reason",
        ("f2", "enter", "1", "1"),
        _unexplained,
        "Not explained: 3",
        "stop.reason_set",
        facts=3,
    ),
    Task(
        "start the next order",
        ("f7", "enter"),
        _nothing,
        "PRESS-1",
        "operation.started",
        "1 scan at SAP DM POD, as here",
    ),
    Task(
        "start an order by its label",
        (Scanned("ORD:PO-1", "the order"),),
        _nothing,
        "PRESS-1",
        "operation.started",
        "1 scan at SAP DM POD; a key and a scan at ERPNext",
    ),
    Task("pause the order", ("f7", "1", "1", "1"), _at_work, "PO-1 / 10", "operation.paused"),
    Task("finish the order", ("f7", "enter", "enter"), _at_work, "PO-1 / 10", "operation.completed"),
    Task("report one part as scrap", ("f5", "enter", "1"), _at_work, "PO-1 / 10", "scrap.recorded"),
    Task("load a lot", (Scanned("LOT:G-1:GRANULATE", "the lot"),), _at_work, "PO-1 / 10", "lot.loaded"),
    Task(
        "put the next lot in the place of one that is used up",
        ("f3", "1", "enter", Scanned("LOT:G-2:GRANULATE", "the lot")),
        _loaded,
        "G-1",
        "lot.unloaded",
    ),
    Task("unload a lot with what is left in it", ("f3", "1", "2", "enter"), _loaded, "G-1", "lot.unloaded"),
    Task("say that a check passed", ("f6", "2", "1"), _at_work, "PO-1 / 10", "quality.checked"),
    Task(
        "enter a measured value of two digits",
        ("f6", "enter", "2", "8", "enter"),
        _at_work,
        "PO-1 / 10",
        "quality.checked",
    ),
    Task(
        "sign on",
        (Scanned(BADGES[OPERATOR], "the badge"),),
        _nothing,
        "PRESS-1",
        "labor.signed_on",
        "1 scan at Dynamics 365 and Tulip",
    ),
    Task("take back what was recorded just now", ("delete", "enter"), _scrapped, "Del takes back", "fact.corrected"),
)


def table() -> list[str]:
    """The table, line by line."""
    return [*HEADER, *(task.row for task in TASKS)]


def _key(name: str) -> str:
    return f"`{ {'enter': 'Enter', 'delete': 'Del'}.get(name, name.upper()) }`"


def main() -> None:
    """Writes the table into its page."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    begin = lines.index(HEADER[0])
    end = next((number for number in range(begin, len(lines)) if not lines[number].startswith("|")), len(lines))
    PAGE.write_text("\n".join([*lines[:begin], *table(), *lines[end:], ""]), encoding="utf-8")


if __name__ == "__main__":
    main()

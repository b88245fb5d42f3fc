"""Takes the examples of the contract's page out of two runs: `python -m tests.floor.examples`.

Those of units, material and people are of scenario S1, as is the exchange around a fact; those of what was put right
and reconciled are of a shift at a bench.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

from agent.core.contract.envelope import TYPE_PREFIX, Envelopes, Row
from agent.journal.marks import Epoch
from agent.journal.standins import Parked, stand_in
from tests.floor.contract_shift import a_corrected_shift
from tests.floor.looking import Wire, listening
from tests.floor.plant import AGENT, SITE, Document, Floor
from tests.floor.test_s1 import a_day_of_pumps

PAGE = Path(__file__).parents[2] / "docs" / "mes-contract.md"
EXAMPLE = re.compile(r"<!-- example: (?P<type>[a-z_.]+) -->\n(?:```json\n(?P<event>.*?)```\n)?", re.DOTALL)
MESSAGE = re.compile(r"<!-- message: (?P<topic>[a-z/]+) -->\n(?:```json\n(?P<message>.*?)```\n)?", re.DOTALL)
WHOLE: Final = "output.recorded"
"""The example that is shown with its envelope; of the others the data alone."""
WITHHELD: Final = "fact.withheld"
"""What would be sent in the place of the whole example."""
OF_THE_SHIFT: Final = frozenset(
    {
        "fact.corrected",
        "operation.attached",
        "quantity.adjusted",
        "scrap.recorded",
        "shift.summary",
        "reconciliation.digest",
        "dir/figures",
        "status",
    }
)


def examples() -> Iterator[tuple[str, Document | None]]:
    """Each fact of the page: its type and what is shown, the event or its data."""
    for found in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8")):
        yield found["type"], None if found["event"] is None else json.loads(found["event"])


def messages() -> Iterator[tuple[str, Document | None]]:
    """Each other message of the page: the end of its topic and what is shown."""
    for found in MESSAGE.finditer(PAGE.read_text(encoding="utf-8")):
        yield found["topic"], None if found["message"] is None else json.loads(found["message"])


class Taken:
    """What two runs have of the page's examples."""

    def __init__(self, pumps: tuple[Floor, Wire], shift: tuple[Floor, Wire]) -> None:
        self._pumps = pumps
        self._shift = shift

    def page(self) -> str:
        """The page with all of them."""
        page = EXAMPLE.sub(self._example, PAGE.read_text(encoding="utf-8"))
        return MESSAGE.sub(self._message, page)

    def _example(self, found: re.Match[str]) -> str:
        type_ = found["type"]
        floor = (self._shift if type_ in OF_THE_SHIFT else self._pumps)[0]
        if type_ == WITHHELD:
            shown = withheld(_telling(floor.events(WHOLE)))["data"]
        else:
            event = _telling(floor.events(type_))
            shown = event if type_ == WHOLE else event["data"]
        return f"<!-- example: {type_} -->\n```json\n{_written(shown)}\n```\n"

    def _message(self, found: re.Match[str]) -> str:
        topic = found["topic"]
        wire = (self._shift if topic in OF_THE_SHIFT else self._pumps)[1]
        said = [json.loads(one.payload) for one in wire.heard if f"/{topic}/" in f"{one.topic}/"]
        return f"<!-- message: {topic} -->\n```json\n{_written(said[-1])}\n```\n"


def withheld(event: Document) -> Document:
    """What goes out in the place of a fact that the broker finds too large."""
    epoch, sequence = event["source"].rpartition(":")[2], int(event["sequence"])
    times = (event["time"], event["observedtime"], event["recordedtime"])
    row = Row(
        sequence,
        epoch,
        sequence,
        UUID(event["id"]).bytes,
        event["type"].removeprefix(TYPE_PREFIX).removesuffix(".v1"),
        event["subject"],
        *times,
        event["dedupkey"],
        event["correlationid"],
        event.get("causationid"),
        json.dumps(event["data"], separators=(",", ":")).encode(),
    )
    detail = "1534 bytes; the broker takes 1500 at most"
    parked = Parked(sequence, "too_large", detail, row.recordedtime, withheld=True, retry_at=None)
    instead = stand_in(Epoch(epoch, 1, 0, ""), sequence, row, parked, row.recordedtime)
    told: Document = json.loads(Envelopes(SITE, AGENT).wrap(instead))
    return told


def _telling(events: list[Document]) -> Document:
    """The event that says most."""
    return max(events, key=lambda event: sum(value not in (None, [], {}, "") for value in event["data"].values()))


def _written(shown: Document, indent: str = " ") -> str:
    """A line for each field, the fields of `data` too."""
    lines = [
        f"{indent}{json.dumps(key)}: "
        + (_written(value, indent * 2) if key == "data" else json.dumps(value, ensure_ascii=False))
        for key, value in shown.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n" + indent[1:] + "}"


def _exchange(floor: Floor) -> None:
    """The MES asks for a few facts behind the whole example again, as if they had been lost."""
    whole = _telling(floor.events(WHOLE))
    first = int(whole["sequence"]) + 1
    asked = {"epoch": whole["source"].rpartition(":")[2], "from": first, "to": first + 5, "reason": "gap"}
    assert floor.command("replay", **asked)["outcome"] == "done"
    floor.delivered()


if __name__ == "__main__":
    with (
        TemporaryDirectory() as one,
        TemporaryDirectory() as other,
        a_day_of_pumps(Path(one)) as pumps,
        listening(pumps) as wire,
    ):
        _exchange(pumps)
        with a_corrected_shift(Path(other)) as shift:
            PAGE.write_text(Taken((pumps, wire), shift).page(), encoding="utf-8")

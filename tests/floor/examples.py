"""Takes the examples of the contract's page out of a run of scenario S1: `python -m tests.floor.examples`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.floor.plant import Document, Floor
from tests.floor.test_s1 import a_day_of_pumps

PAGE = Path(__file__).parents[2] / "docs" / "mes-contract.md"
EXAMPLE = re.compile(r"<!-- example: (?P<type>[a-z_.]+) -->\n(?:```json\n(?P<event>.*?)```\n)?", re.DOTALL)


WHOLE = "output.recorded"
"""The example that is shown with its envelope; of the others the data alone."""


def examples() -> Iterator[tuple[str, Document | None]]:
    """Each example of the page: its type and what is shown, the event or its data."""
    for found in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8")):
        yield found["type"], None if found["event"] is None else json.loads(found["event"])


def _taken(floor: Floor) -> str:
    def example(found: re.Match[str]) -> str:
        event = _telling(floor.events(found["type"]))
        shown = event if found["type"] == WHOLE else event["data"]
        return f"<!-- example: {found['type']} -->\n```json\n{_written(shown)}\n```\n"

    return EXAMPLE.sub(example, PAGE.read_text(encoding="utf-8"))


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


if __name__ == "__main__":
    with TemporaryDirectory() as folder, a_day_of_pumps(Path(folder)) as floor:
        PAGE.write_text(_taken(floor), encoding="utf-8")

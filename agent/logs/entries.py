"""One line of the log as it is written: for people as a text, for programs as fields."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from agent.logs.events import Event
from agent.logs.telling import SAID, Said

LONGEST: Final = 16_000
"""Characters of a message; a longer one is cut, and says so, so that every line fits into a datagram."""
LONGEST_FIELD: Final = 1_000
IDENTIFIER: Final = "lineside"
_PRIORITIES: Final = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
"""By the lowest level of `logging`: that of syslog(3)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line."""

    at: float
    """Real time, in seconds since 1970 UTC."""
    level: int
    event: Event
    message: str
    fields: Mapping[str, str] = field(default_factory=dict)
    """Further ones of the journal, by their names there."""

    @property
    def journal_fields(self) -> dict[str, str]:
        """All of it by the names of systemd.journal-fields(7)."""
        return {
            "MESSAGE": self.message,
            "PRIORITY": str(next((number for least, number in _PRIORITIES if self.level >= least), 7)),
            "SYSLOG_IDENTIFIER": IDENTIFIER,
            "LINESIDE_EVENT": self.event.value,
            **self.fields,
        }

    @property
    def text(self) -> str:
        """A line for people; a further one of the same message is indented."""
        at = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        message = self.message.replace("\n", "\n    ")
        return f"{at} {logging.getLevelName(self.level)} {self.event.value}: {message}\n"


def entry_of(record: logging.LogRecord) -> Entry:
    """What a record of `logging` comes to, ours or a library's."""
    said = getattr(record, SAID, None)
    message = _message(record)
    fields = {"CODE_FILE": record.pathname, "CODE_LINE": str(record.lineno), "CODE_FUNC": record.funcName or ""}
    if not isinstance(said, Said):
        fields["LINESIDE_LIBRARY"] = record.name
        return Entry(record.created, record.levelno, Event.LIBRARY, f"{record.name}: {message}", fields)
    named = {
        f"LINESIDE_{name.upper()}": cut(str(value), LONGEST_FIELD)
        for name, value in said.fields.items()
        if value is not None
    }
    return Entry(record.created, record.levelno, said.event, message, fields | named)


def cut(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning and how much of it is missing."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest} characters more were cut off)"


def _message(record: logging.LogRecord) -> str:
    try:
        message = record.getMessage()
    except Exception:  # noqa: BLE001 - whatever stands in a line, telling it never ends what it is about
        message = f"{record.msg} (what stands in it cannot be written)"
    if record.exc_info and record.exc_info[1] is not None:
        message += f"\n{told(record.exc_info[1])}"
    return cut(message)


def told(error: BaseException) -> str:
    """Where an error was raised, and of which kind. Its text stays out: it may be what somebody sent, even a PIN."""
    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None and cause not in causes:
        causes.append(cause)
    told = [f"{''.join(traceback.format_tb(one.__traceback__))}{type(one).__qualname__}" for one in reversed(causes)]
    return "\nthen\n".join(told)

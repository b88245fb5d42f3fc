"""How instants, durations and quantities are written for people, in their language and the plant's time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from agent.core.times import epoch
from agent.core.views import CodeView
from agent.core.work_center_view import EventView
from agent.tui.texts import Language, is_sentence, translate, translate_value

EVENTS: Final[dict[str, str]] = {
    "stop.opened": "Stop",
    "stop.upgraded": "Downtime",
    "stop.closed": "Stop over",
    "stop.reason_set": "Reason",
    "stop.merged": "Stops joined",
    "stop.edited": "Stop corrected",
    "setup.started": "Setup",
    "setup.ended": "Setup over",
    "shift.summary": "Shift over",
    "shift.handover": "Shift handed over",
    "shift.handover_acknowledged": "Handover acknowledged",
    "shift.note_recorded": "Note",
    "shift.note_closed": "Note closed",
    "call.raised": "Called",
    "call.answered": "Came",
    "speed.reduced": "Slow",
    "signal.contradiction": "Signals contradict",
    "machine.condition_corrected": "Filled in from the machine",
    "scrap.recorded": "Scrap",
    "rework.recorded": "Rework",
    "quantity.adjusted": "Quantity adjusted",
    "operation.started": "Order started",
    "operation.completed": "Order finished",
    "lot.loaded": "Lot loaded",
    "genealogy.linked": "Unit",
    "scan.refused": "Scan refused",
    "discrepancy.raised": "Discrepancy",
    "discrepancy.resolved": "Discrepancy resolved",
    "operation.paused": "Order paused",
    "operation.resumed": "Order goes on",
    "operation.partially_completed": "Order partly finished",
    "operation.stopped": "Order broken off",
    "operation.aborted": "Order given up",
    "operation.attached": "Given to an order",
    "deviation.recorded": "Deviation",
    "lot.moved": "Lot moved",
    "lot.split": "Lot split",
    "material.issued": "Material issued",
    "material.returned": "Material returned",
    "material.movement_settled": "Movement settled",
    "serial.assigned": "Serial assigned",
    "rework.started": "Rework begun",
    "quality.checked": "Checked",
    "quality.check_skipped": "Check skipped",
    "hold.placed": "On hold",
    "hold.released": "Hold over",
    "nc.raised": "Nonconformance",
    "nc.dispositioned": "Decided",
    "labor.signed_on": "Signed on",
    "labor.signed_off": "Signed off",
    "fact.corrected": "Corrected",
    "discrepancy.acknowledged": "Discrepancy seen",
    "discrepancy.expired": "Discrepancy overdue",
    "link.lost": "Link lost",
    "link.restored": "Link restored",
}
"""What each kind of fact is called here."""


FACT_NAMES: Final = frozenset({"fact", "type"})
"""Names of values that are kinds of facts."""

SYSTEM_REASONS: Final[dict[str, str]] = {
    "SETUP": "Setup",
    "NO_ORDER": "No order",
    "WAITING_UPSTREAM": "Waits for material",
    "WAITING_DOWNSTREAM": "Waits for room downstream",
    "MINOR_STOP": "Short stop",
    "UNCODED": "Not explained",
    "BREAK": "Break",
    "NO_SHIFT": "No shift",
    "MAINTENANCE": "Maintenance",
    "OTHER": "Planned",
}
"""What the reasons that the agent itself gives are called here."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One language at one plant."""

    language: Language
    zone: ZoneInfo

    def say(self, text: str, /, **values: str) -> str:
        """The sentence in this language, with its values."""
        return translate(self.language, text).format(**values)

    def answer(self, pattern: str, values: Mapping[str, str], message: str) -> str:
        """What the agent said, in this language; in English where this terminal does not know the sentence.

        Args:
            pattern: the agent's sentence with names in place of its values, each sentence of several on a line.
            values: by name.
            message: the sentence in English.
        """
        sentences = pattern.split("\n")
        if self.language == "en" or not all(is_sentence(self.language, one) for one in sentences):
            return message
        own = {name: self._value(name, value) for name, value in values.items()}
        return " ".join(self.say(sentence, **own) for sentence in sentences)

    def _value(self, name: str, value: str) -> str:
        """A value in this language, where it is one of our words and no name of the plant's."""
        if name in FACT_NAMES:
            return self.fact(value)
        if name == "roles":
            return ", ".join(translate_value(self.language, name, role) for role in value.split(" or "))
        return translate_value(self.language, name, value)

    def clock(self, instant: float | str) -> str:
        """Time of day with seconds, of seconds since 1970 UTC or an RFC 3339 text."""
        return f"{self._local(instant):%H:%M:%S}"

    def day(self, instant: float | str) -> str:
        """A date."""
        return f"{self._local(instant):%d.%m.%y}"

    def minute(self, instant: float | str) -> str:
        """Time of day without seconds."""
        return f"{self._local(instant):%H:%M}"

    def moment(self, instant: float | str) -> str:
        """Day and time of day."""
        return f"{self._local(instant):%d.%m %H:%M}"

    def count(self, value: Decimal | int) -> str:
        """A quantity without needless zeros, in groups of three digits."""
        plain = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        if "." in plain:
            plain = plain.rstrip("0").rstrip(".")
        return plain if self.language == "en" else plain.translate({ord(","): "\N{NO-BREAK SPACE}", ord("."): ","})

    def reason(self, code: str, reasons: tuple[CodeView, ...]) -> str:
        """A reason's text in this language; else in English, else what the agent calls it, else its code."""
        texts = next((reason.text for reason in reasons if reason.code == code), {})
        known = SYSTEM_REASONS.get(code)
        return self.text(texts, code if known is None else self.say(known))

    def code(self, view: CodeView) -> str:
        """What a code is called."""
        return self.text(view.text, view.code)

    def text(self, texts: Mapping[str, str], name: str) -> str:
        """A text of the plant's own in this language; else in English, else the name that it goes by."""
        return texts.get(self.language) or texts.get("en") or name

    def fact(self, type_: str) -> str:
        """What a kind of fact is called here."""
        name = EVENTS.get(type_)
        return type_ if name is None else self.say(name)

    def event(self, event: EventView) -> str:
        """One line of what happened."""
        return f"{self.clock(event.time)}  {self.fact(event.type)}  {event.text}".rstrip()

    def _local(self, instant: float | str) -> datetime:
        seconds = epoch(instant) if isinstance(instant, str) else instant
        return datetime.fromtimestamp(seconds, self.zone)


def duration(seconds: float) -> str:
    """`h:mm:ss`; nothing lasts less than no time, even where two clocks disagree."""
    whole = max(0, int(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"

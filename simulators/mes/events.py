"""Reads what agents publish: CloudEvents one by one or in batches. Shares nothing with the agent that wrote them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from simulators.mes.contract import DECIMALS, MEASURED, PROMISED, may_be_null
from simulators.mes.topics import Source


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


_JSON = json.JSONDecoder(parse_constant=_refuse)
_BLANKS = re.compile(r"[ \t\r\n]+")
_TYPE = re.compile(r"io\.lineside\.edge\.([a-z_]+\.[a-z_]+)\.v\d+")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_SEQUENCE = re.compile(r"\d{20}")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_STAND_IN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_WITHHELD = "fact.withheld"
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Event:
    """One fact as it arrived."""

    source: str
    epoch: str
    sequence: int
    id: str
    type: str
    """`family.name`."""
    wc: str | None
    order_id: str | None
    time: str
    dedupkey: str
    payload: str
    """The whole event as JSON."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Word that the fact of this sequence cannot be sent: its place is taken, it itself may come later."""

    source: str
    sequence: int
    id: str
    withheld_id: str | None
    """Id of the fact; None where the agent cannot read it any more."""
    reason: str
    payload: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event that says whose it is, but is not of the published form."""

    source: str
    sequence: int
    id: str
    reason: str
    payload: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something of which nobody can be told that it was refused."""

    reason: str
    payload: bytes


Arrival: TypeAlias = Event | Withheld | Rejected | Unreadable


def read(payload: bytes) -> list[Arrival]:
    """The events of one message: an array is a batch, an object is one event."""
    try:
        text = payload.decode().strip(" \t\r\n")
        events = list(_batch(text)) if text.startswith("[") else [(_JSON.decode(text), text)]
    except (ValueError, RecursionError) as error:
        return [Unreadable(f"not JSON in UTF-8: {error}", payload)]
    return [_read_one(event, own) for event, own in events]


def _batch(text: str) -> Iterator[tuple[object, str]]:
    """Each event with its own text: to cut it out of the batch is far cheaper than to write it anew."""
    at = _after_blanks(text, 1)
    separator = "" if text.startswith("]", at) else ","
    while separator == ",":
        event, end = _JSON.raw_decode(text, at)
        yield event, text[at:end]
        end = _after_blanks(text, end)
        separator = text[end : end + 1]
        at = _after_blanks(text, end + 1) if separator == "," else end
    if text[at:] != "]":
        raise ValueError(f"the batch does not end with ']' at character {at}")


def _after_blanks(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return at if blanks is None else blanks.end()


def _read_one(event: object, text: str) -> Arrival:
    if not isinstance(event, dict):
        return Unreadable("an event is a JSON object", text.encode())
    try:
        source, sequence, event_id = _identity(event)
    except ValueError as error:
        return Unreadable(str(error), text.encode())
    try:
        return _event(event, source, sequence, event_id, text)
    except ValueError as error:
        return Rejected(str(source), sequence, event_id, str(error), text)


def _identity(event: dict[str, Any]) -> tuple[Source, int, str]:
    source = Source.parse(_text(event, "source"))
    sequence = int(_text(event, "sequence", _SEQUENCE))
    if not 0 < sequence < 2**63:
        raise ValueError(f"sequence is {sequence}; expected 1 to 2**63 - 1")
    return source, sequence, _text(event, "id")


def _event(event: dict[str, Any], source: Source, sequence: int, event_id: str, text: str) -> Event | Withheld:
    if event.get("specversion") != "1.0":
        raise ValueError(f"specversion is {event.get('specversion')!r}; expected '1.0'")
    for name in ("observedtime", "recordedtime"):
        _text(event, name, _INSTANT)
    name = _short(_text(event, "type", _TYPE))
    _text(event, "id", _STAND_IN_ID if name == _WITHHELD else _ID)
    data = _data(event, name)
    if name == _WITHHELD:
        if data["sequence"] != sequence:
            raise ValueError(f"data.sequence is {data['sequence']!r}; expected {sequence}, its own place")
        withheld_id = None if data["withheld_id"] is None else _text(data, "withheld_id")
        return Withheld(str(source), sequence, event_id, withheld_id, _text(data, "reason"), text)
    keys = data["keys"]
    return Event(
        source=str(source),
        epoch=source.epoch,
        sequence=sequence,
        id=event_id,
        type=name,
        wc=_key(keys, "wc_id"),
        order_id=_key(keys, "order_id"),
        time=_text(event, "time", _INSTANT),
        dedupkey=_text(event, "dedupkey"),
        payload=text,
    )


@lru_cache(maxsize=256)
def _short(event_type: str) -> str:
    return _TYPE.sub(r"\1", event_type)


def _data(event: dict[str, Any], name: str) -> dict[str, Any]:
    data = event.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("keys"), dict):
        raise ValueError("data is missing or has no keys")  # noqa: TRY004 - a flaw of the event, not of our code
    if missing := PROMISED.get(name, frozenset()) - data.keys():
        raise ValueError(f"data of {name} lacks {', '.join(sorted(missing))}")
    for field in DECIMALS & data.keys():
        if data[field] is not None or not may_be_null(name, field):
            _text(data, field, _DECIMAL)
    if name in MEASURED:
        _text(data, "uom")
    return data


def _key(keys: dict[str, Any], name: str) -> str | None:
    return None if keys.get(name) is None else _text(keys, name)


def _text(where: dict[str, Any], name: str, form: re.Pattern[str] | None = None) -> str:
    value = where.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is {value!r}; expected a text")
    if form is not None and form.fullmatch(value) is None:
        raise ValueError(f"{name} is {value!r}; expected the form {form.pattern}")
    # JSON can spell half a surrogate pair, which is no text and cannot be kept as such.
    value.encode()
    return value

"""The CloudEvents 1.0 envelope of a committed fact (domain.md G1), as bytes."""

from __future__ import annotations

from typing import NamedTuple

import orjson

TYPE_PREFIX = "io.lineside.edge."
CORRECTION = "fact.corrected"
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
BATCH_CONTENT_TYPE = "application/cloudevents-batch+json; charset=utf-8"


class Row(NamedTuple):
    """A fact as the journal keeps it.

    A tuple, as it is made once for each fact of a backlog: a frozen dataclass takes four times as long.
    """

    position: int
    """Counts through all epochs of the journal's file."""
    epoch: str
    sequence: int
    """Counts through one epoch, from 1 without a gap."""
    id: bytes
    type: str
    """`family.name`."""
    subject: str
    """`{WCID}/{OrderID}/{OpNo}`, missing parts `-`."""
    time: str
    observedtime: str
    recordedtime: str
    dedupkey: str
    correlationid: str | None
    causationid: str | None
    data: bytes

    @property
    def wc_id(self) -> str | None:
        """The work center; None for facts about the agent itself."""
        wc_id = self.subject.partition("/")[0]
        return None if wc_id == "-" else wc_id

    @property
    def family(self) -> str:
        """The first word of its type; a correction goes out with the family of the fact that it corrects."""
        about = orjson.loads(self.data)["target_type"] if self.type == CORRECTION else self.type
        return str(about).partition(".")[0]


def source(site: str, agent_id: str, epoch: str) -> str:
    """Who says so: one incarnation of one agent's journal."""
    return f"urn:lineside:{site}:{agent_id}:{epoch}"


class Envelopes:
    """Puts the rows of one agent into their envelopes."""

    def __init__(self, site: str, agent_id: str) -> None:
        self._site = site
        self._agent_id = agent_id
        self._sources: dict[str, str] = {}

    def wrap(self, row: Row) -> bytes:
        """The structured JSON of one event."""
        urn = self._sources.get(row.epoch)
        if urn is None:
            urn = self._sources[row.epoch] = _quoted(source(self._site, self._agent_id, row.epoch))
        links = ""
        if row.correlationid is not None:
            links += f'"correlationid":{_quoted(row.correlationid)},'
        if row.causationid is not None:
            links += f'"causationid":{_quoted(row.causationid)},'
        head = (
            f'{{"specversion":"1.0","id":"{_uuid(row.id)}","source":{urn},'
            f'"type":"{TYPE_PREFIX}{row.type}.v1","subject":{_quoted(row.subject)},'
            f'"time":"{row.time}","observedtime":"{row.observedtime}","recordedtime":"{row.recordedtime}",'
            f'"sequence":"{row.sequence:020d}","dedupkey":{_quoted(row.dedupkey)},'
            f'"partitionkey":{_quoted(row.wc_id or self._agent_id)},{links}'
            f'"datacontenttype":"application/json","dataschema":"urn:lineside:schema:{row.type}:v1","data":'
        )
        return b"".join((head.encode(), row.data, b"}"))

    def line(self, row: Row) -> bytes:
        """One event as a line of a file, with its place, as exports have it."""
        place = f'{{"epoch":"{row.epoch}","sequence":{row.sequence},"event":'.encode()
        return b"".join((place, self.wrap(row), b"}\n"))


def _uuid(octets: bytes) -> str:
    """As `str(UUID(bytes=octets))`, in a quarter of the time."""
    digits = octets.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()

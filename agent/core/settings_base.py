"""What every part of the configuration is made of."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_ID = re.compile(r"[^\s/+#\x00-\x1f]{1,64}")
_NODE_ID = re.compile(r"(nsu=[^;]+;|ns=0;)?(i=\d+|s=.+|g=[0-9A-Fa-f-]{36}|b=.+)")


def _checked_id(value: str) -> str:
    if not _ID.fullmatch(value) or value == "-":
        raise ValueError("expected 1 to 64 characters without blanks, '/', '+' or '#', and not '-'")
    return value


def _checked_area(value: str) -> str:
    if value == "agents":
        raise ValueError("an area cannot be called 'agents': that word stands for the agents' own topics")
    return value


def _checked_node(value: str) -> str:
    if not _NODE_ID.fullmatch(value):
        raise ValueError(
            "expected a node id by namespace URI, such as 'nsu=http://example.org/line;s=Status.StateCurrent'"
        )
    return value


def _checked_host(value: str) -> str:
    try:
        value.encode("idna")
    except UnicodeError:
        valid = False
    else:
        valid = bool(value) and value.isprintable() and not any(sign in value for sign in " /")
    if not valid:
        raise ValueError("expected a host name or an address, such as 'plc-7.plant.example' or '192.0.2.10'")
    return value


def _checked_endpoint(value: str) -> str:
    try:
        parts = urlsplit(value)
        valid = parts.port != 0 and value.isprintable() and bool(_checked_host(parts.hostname or ""))
    except ValueError:
        valid = False
    if not valid:
        raise ValueError("expected opc.tcp://HOST:PORT/PATH with a port from 1 to 65535")
    return value


def _checked_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("expected a time zone of the IANA database, such as 'Asia/Almaty'") from None
    return value


Id = Annotated[str, AfterValidator(_checked_id)]
Area = Annotated[Id, AfterValidator(_checked_area)]
NodeId = Annotated[str, AfterValidator(_checked_node)]
Host = Annotated[str, Field(min_length=1, max_length=253), AfterValidator(_checked_host)]
Endpoint = Annotated[str, Field(pattern=r"^opc\.tcp://[^/\s]+"), AfterValidator(_checked_endpoint)]
ZoneName = Annotated[str, AfterValidator(_checked_zone)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Section(BaseModel):
    """One table of the configuration file."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid", use_attribute_docstrings=True)


def unique(what: str, values: list[str]) -> None:
    """Raises ValueError naming the first value that stands twice."""
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{what} '{value}' is used twice; expected a different {what} each")

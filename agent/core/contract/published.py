"""The published contracts, made from the models that the agent itself uses: they cannot say anything else."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeAlias

from agent.core.contract import published_directories as directories
from agent.core.contract.commands import COMMANDS
from agent.core.contract.envelope import BATCH_CONTENT_TYPE, CONTENT_TYPE, TYPE_PREFIX
from agent.core.contract.published_forms import in_words, open_form
from agent.core.facts import FACT_TYPES, FactData
from agent.core.settings import Settings
from agent.core.telemetry import TelemetryMessage

Document: TypeAlias = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TIME = {"type": "string", "format": "date-time", "description": "RFC 3339, UTC, milliseconds"}
EVENT_ID = "Made once, and kept by every re-send: a UUIDv7; of fact.withheld a UUIDv5"
TYPE_PATTERN = r"^io\.lineside\.edge\.[a-z_]+\.[a-z_]+\.v[0-9]+$"
SITE = "{root}/v1/{enterprise}/{site}"
CENTER = f"{SITE}/{{area}}/{{wc}}"
AGENT = f"{SITE}/agents/{{agent_id}}"
PARAMETERS = {
    "root": "First word of every topic; `lineside` unless configured otherwise.",
    "enterprise": "Enterprise of the ISA-95 equipment hierarchy.",
    "site": "Site.",
    "area": "Area.",
    "wc": "Work center id, octets outside [A-Za-z0-9_.-] percent-encoded.",
    "agent_id": "Agent id.",
    "family": "First word of the fact type, such as `stop`.",
    "name": "Name of the command.",
    "signal": "Key of the signal, octets outside [A-Za-z0-9_.-] percent-encoded.",
}


def data_schema(fact: type[FactData]) -> Document:
    """JSON Schema of the data of one fact type, for those who read it: an agent may be newer than they are."""
    schema = open_form(fact.model_json_schema(mode="serialization"))
    return {"$schema": DIALECT, "$id": f"urn:lineside:schema:{fact.TYPE}:v1", **schema}


def event_schema() -> Document:
    """JSON Schema of the envelope around every fact (CloudEvents 1.0)."""
    properties: Document = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": EVENT_ID},
        "source": {"type": "string", "description": "urn:lineside:{site}:{agent_id}:{epoch}"},
        "type": {
            "type": "string",
            "pattern": TYPE_PATTERN,
            "description": "others may come at any time; those known by now are the examples",
            "examples": [f"{TYPE_PREFIX}{fact.TYPE}.v1" for fact in FACT_TYPES],
        },
        "subject": {"type": "string", "description": "{WCID}/{OrderID}/{OpNo}, missing parts `-`"},
        "time": {**TIME, "description": "when it happened"},
        "observedtime": {**TIME, "description": "when the agent noticed"},
        "recordedtime": {**TIME, "description": "when it was durable"},
        "sequence": {"type": "string", "pattern": "^[0-9]{20}$", "description": "per source, contiguous from 1"},
        "dedupkey": {"type": "string", "description": "natural key of the happening itself"},
        "partitionkey": {"type": "string", "description": "work center, or the agent's id"},
        "correlationid": {"type": "string", "description": "stop, operation execution or scan that it belongs to"},
        "causationid": {"type": "string", "description": "id of the fact that brought it about"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string", "description": "urn:lineside:schema:{family}.{name}:v1"},
        "data": {"type": "object"},
    }
    optional = {"correlationid", "causationid"}
    return {
        "$schema": DIALECT,
        "$id": "urn:lineside:schema:event:v1",
        "title": "Event",
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def telemetry_schema() -> Document:
    """JSON Schema of the values of one signal."""
    schema = TelemetryMessage.model_json_schema(mode="serialization")
    named: Document = in_words({"$schema": DIALECT, "$id": "urn:lineside:schema:telemetry:v1", **schema})
    return named


def configuration_schema() -> Document:
    """JSON Schema of the configuration file, for editors."""
    return {"$schema": DIALECT, "title": "Lineside configuration", **Settings.model_json_schema()}


@cache
def fact_schemas() -> dict[str, Document]:
    """Every schema of what the agent sends, by file name."""
    schemas = {f"{fact.TYPE}.v1.json": data_schema(fact) for fact in FACT_TYPES}
    return {"event.v1.json": event_schema(), "telemetry.v1.json": telemetry_schema(), **schemas}


@cache
def schemas() -> dict[str, Document]:
    """Every published schema of messages, by file name."""
    return {**fact_schemas(), **in_words(directories.schemas(DIALECT))}


def asyncapi(version: str) -> Document:
    """The whole contract as an AsyncAPI 3.0 document.

    Args:
        version: of the agent that speaks so.
    """
    channels = {name: _channel(address, message) for name, (address, message, _) in _CHANNELS.items()}
    operations = {
        f"{action}{name[0].upper()}{name[1:]}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{name}"},
            "bindings": {"mqtt": {"qos": 1, "bindingVersion": "0.2.0"}},
        }
        for name, (_, _, action) in _CHANNELS.items()
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lineside agent",
            "version": version,
            "description": "What an agent sends to the MES and what it takes from it, over MQTT 5 with QoS 1.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": _messages(), "schemas": {"event": event_schema()}},
    }


_CHANNELS: dict[str, tuple[str, str, str]] = {
    "events": (f"{CENTER}/evt/{{family}}", "event", "send"),
    "batches": (f"{AGENT}/evt", "batch", "send"),
    "status": (f"{AGENT}/status", "status", "send"),
    "machine": (f"{CENTER}/state/machine", "view", "send"),
    "stop": (f"{CENTER}/state/stop", "view", "send"),
    "order": (f"{CENTER}/state/order", "view", "send"),
    "queue": (f"{AGENT}/state/queue", "view", "send"),
    "telemetry": (f"{CENTER}/tel/{{signal}}", "telemetry", "send"),
    "answers": (f"{AGENT}/res", "answer", "send"),
    "acknowledgements": (f"{AGENT}/ack", "ack", "receive"),
    "commands": (f"{AGENT}/cmd/{{name}}", "command", "receive"),
    **{
        name: (address, message, "receive")
        for name, address, message in directories.channels(f"{SITE}/-/-/dir/", f"{CENTER}/dir/")
    },
}
"""Name: address, message, and whether the agent sends or receives."""


def _channel(address: str, message: str) -> Document:
    named = re.findall(r"\{(\w+)\}", address)
    return {
        "address": address,
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "parameters": {name: _parameter(name, address) for name in named},
    }


def _parameter(name: str, address: str) -> Document:
    return {"description": PARAMETERS[name]} if name in PARAMETERS else directories.parameter_schema(name, address)


def _messages() -> Document:
    event = {"$ref": "#/components/schemas/event"}
    text, number = {"type": "string"}, {"type": "integer"}
    later = {"type": "boolean", "default": False, "description": "Whether it is to be sent again by itself"}
    reject = _object(sequence=number, reason=text, retryable=later)
    reject["required"] = ["sequence"]
    ack = _object(epoch=text, through=number, rejected={"type": "array", "items": reject})
    ack["required"] = ["epoch", "through"]
    gone = _object(**{"epoch": text, "from": number, "to": number})
    gone["description"] = "replay.unavailable: retention has removed these facts; the rest of the range was sent"
    answer = _object(command_id=text, outcome={"enum": ["done", "refused"]}, detail=text)
    answer["properties"]["unavailable"] = gone
    commands = [in_words(model.model_json_schema(by_alias=True)) for model in COMMANDS.values()]
    return {
        "event": {"contentType": CONTENT_TYPE, "payload": event},
        "batch": {"contentType": BATCH_CONTENT_TYPE, "payload": {"type": "array", "items": event}},
        "status": {"payload": _status(), "summary": "Retained, and the Will; a lower `session` of an instance is void"},
        "view": {"payload": _object(instance={"type": "string"}, observedtime=TIME), "summary": "Retained"},
        "telemetry": {"payload": telemetry_schema(), "summary": "Values of one signal; a repeat has the same number"},
        "answer": {"payload": answer},
        "ack": {"payload": ack, "summary": "Every fact up to `through` is stored, listed in `rejected`, or withheld"},
        "command": {"payload": {"oneOf": commands}},
        **directories.messages(),
    }


def _status() -> Document:
    former = _object(epoch={"type": "string"}, last_seq={"type": "integer"})
    return _object(
        online={"type": "boolean"},
        agent_id={"type": "string"},
        area={"type": "string", "description": "of all work centers of this agent"},
        instance={"type": "string", "description": "of one run of the agent, from its start to its end"},
        version={"type": "string"},
        session={"type": "integer", "description": "counts the connections of all runs on this journal, from 1"},
        epoch={"type": "string", "description": "the present one"},
        last_seq={
            "type": "integer",
            "description": "the last sequence given, sent or not, at most half a minute ago",
        },
        former={"type": "array", "items": former, "description": "epochs of this journal before, the oldest first"},
        observedtime=TIME,
    )


def _object(**properties: Document) -> Document:
    return {"type": "object", "properties": properties, "required": list(properties)}

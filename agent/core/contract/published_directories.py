"""The published contract of the MES's objects: a channel for each name an object may have, a schema for each kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from agent.core.directories.kinds import KINDS, Kind
from agent.core.directories.parts import MOST_PARTS, PART_OCTETS, Manifest

Document: TypeAlias = dict[str, Any]
PARAMETERS = {
    "order_id": "Order id, octets outside [A-Za-z0-9_.-] percent-encoded, as in all ids.",
    "op_no": "Operation number.",
    "item_id": "Item id.",
    "lot_id": "Lot id.",
    "lpn": "License plate of a logistic unit.",
    "business_date": "Date that the shift belongs to, `YYYY-MM-DD`.",
    "shift_id": "Shift id.",
    "list": "Name of a list that comes in parts.",
    "part": f"Number of the part, from 1 to {MOST_PARTS}.",
}
RETAINED = "Retained; empty withdraws; a revision with `effective_from` in the future waits for it"
PART = "A slice of the list's message, octet by octet; retained, each revision brings all of them anew"


def file_of(kind: Kind) -> str:
    """Name of the file with the schema of a kind of object."""
    return f"dir.{kind.head}.v1.json"


def schemas(dialect: str) -> dict[str, Document]:
    """The schema of each kind of object, and of the manifest of those that come in parts, by file name."""
    models = {file_of(kind): kind.model for kind in KINDS.values()} | {"dir.manifest.v1.json": Manifest}
    return {
        name: {
            "$schema": dialect,
            "$id": f"urn:lineside:schema:{name.removesuffix('.v1.json')}:v1",
            **model.model_json_schema(),
        }
        for name, model in models.items()
    }


def channels(site: str, center: str) -> Iterator[tuple[str, str, str]]:
    """Name, address and message of each channel.

    Args:
        site: address of the site's objects, up to `dir/`.
        center: address of a work center's.
    """
    bases = {"center": [("", center)], "site": [("", site)], "either": [("", center), ("site", site)]}
    for kind in KINDS.values():
        for prefix, base in bases[kind.scope]:
            for topic in kind.topics:
                name = prefix + _title(kind.head) if prefix else kind.head
                name += "" if topic == kind.topics[0] else "ByOperation"
                yield name, base + topic, message_of(kind)
    for prefix, base in (("", center), ("site", site)):
        yield (prefix + "Parts" if prefix else "parts"), f"{base}{{list}}/parts/{{part}}", "directoryPart"
        yield (prefix + "Manifests" if prefix else "manifests"), f"{base}{{list}}/manifest", "directoryManifest"


def message_of(kind: Kind) -> str:
    """Name of the message with an object of a kind."""
    return f"{kind.head}Directory"


def messages() -> dict[str, Document]:
    """The message of each kind of object."""
    found = {
        message_of(kind): {"payload": {"$ref": f"schemas/{file_of(kind)}"}, "summary": RETAINED}
        for kind in KINDS.values()
    }
    part = {"type": "string", "format": "binary", "maxLength": PART_OCTETS}
    return {
        **found,
        "directoryPart": {"payload": part, "contentType": "application/octet-stream", "summary": PART},
        "directoryManifest": {"payload": {"$ref": "schemas/dir.manifest.v1.json"}, "summary": RETAINED},
    }


def parameter_schema(name: str, address: str) -> Document:
    """What may stand for a parameter of an address."""
    described: Document = {"description": PARAMETERS[name]}
    if name == "list":
        scopes = {"either"} if "{wc}" in address else {"site", "either"}
        described["enum"] = [kind.head for kind in KINDS.values() if kind.in_parts and kind.scope in scopes]
    return described


def _title(head: str) -> str:
    return re.sub("^.", lambda first: first[0].upper(), head)

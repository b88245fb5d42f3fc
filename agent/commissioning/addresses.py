"""How machines and their values are written in one word, by people and in options."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

from pydantic import TypeAdapter, ValidationError

from agent.commissioning.answers import Address, ModbusAddress, Node, OpcUaAddress, Register, Where
from agent.core.settings_base import NodeId
from agent.core.sources.address import AddressSettings
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.modbus_wire import Table

MANUAL: Final = "manual"
_MODBUS: Final = re.compile(r"modbus(\+rtu)?://(\[[0-9a-fA-F:.]+\]|[^:/\s\[\]]+)(?::(\d{1,5}))?(?:/(\d{1,3}))?/?")
_LINE: Final = re.compile(r"modbus(?:\+rtu)?:(?://)?(/[^/\s][^\s]*?)(?::(\d{3,7}))?(?::8([NEOneo])([12]))?/(\d{1,3})")
_FORM: Final = re.compile(r":(\w+)$")
"""What was meant for baud or parity: the kernel's names of devices end with no word behind a colon."""
_FORMS: Final = "expected modbus+rtu:/dev/DEVICE:BAUD:FORM/UNIT, with 8E1, 8O1, 8N1, 8E2, 8O2 or 8N2 as the form"
_PARITY: Final[Mapping[str, Literal["even", "odd", "none"]]] = {"E": "even", "O": "odd", "N": "none"}
_EXPECTED: Final = (
    "expected opc.tcp://HOST:PORT/PATH, modbus://HOST:PORT/UNIT, modbus+rtu://HOST:PORT/UNIT for RTU behind a serial "
    "device server, modbus+rtu:/dev/DEVICE:BAUD:8E1/UNIT for a serial line, or manual"
)
_REGISTER: Final = "expected TABLE:ADDRESS:TYPE, such as input:0:uint32, input:0:float32:little or discrete:3"


def address(text: str) -> Address:
    """Where a machine is.

    Raises:
        ValueError: it is none of the ways in which a machine can be read.
    """
    if text == MANUAL:
        return None
    if text.startswith("opc.tcp://"):
        try:
            return OpcUaAddress(OpcUaSettings(endpoint=text).endpoint)
        except ValidationError:
            raise ValueError(f"'{text}' is no OPC UA endpoint; expected opc.tcp://HOST:PORT/PATH") from None
    found = _modbus(text)
    if found is None:
        raise ValueError(f"'{text}' is no address of a machine; {_EXPECTED}")
    try:
        found.settings()
    except ValidationError as error:
        raise ValueError(f"'{text}': {_field(error)}{sentence(error)}") from None
    return found


def _modbus(text: str) -> ModbusAddress | None:
    line = _LINE.fullmatch(text)
    if line is not None:
        if form := _FORM.search(line[1]):
            raise ValueError(f"'{form[1]}' in '{text}' is neither a speed nor a form; {_FORMS}")
        parity = _PARITY[(line[3] or "E").upper()]
        stop_bits: Literal[1, 2] = 2 if line[4] == "2" else 1
        return ModbusAddress(
            "", unit=int(line[5]), serial=line[1], baud=int(line[2] or 19_200), parity=parity, stop_bits=stop_bits
        )
    match = _MODBUS.fullmatch(text)
    if match is None:
        return None
    framing: Literal["tcp", "rtu"] = "rtu" if match[1] else "tcp"
    return ModbusAddress(match[2].strip("[]"), int(match[3] or 502), int(match[4] or 1), framing)


def _field(error: ValidationError) -> str:
    """What the first problem is about."""
    place = error.errors(include_url=False)[0]["loc"]
    return f"{place[-1]}: " if place else ""


def where(text: str, of: Address) -> Where:
    """Where a machine of this kind has a value: a node id, or `TABLE:ADDRESS:TYPE`.

    Raises:
        ValueError: it is none.
    """
    return _node(text) if isinstance(of, OpcUaAddress) else _register(text)


def _node(text: str) -> Node:
    try:
        return Node(TypeAdapter[str](NodeId).validate_python(text))
    except ValidationError as error:
        raise ValueError(f"'{text}': {sentence(error)}") from None


def _register(text: str) -> Register:
    table, _, rest = text.partition(":")
    number, _, rest = rest.partition(":")
    kind, _, order = rest.partition(":")
    length = int(order) if kind == "string" and order.isascii() and order.isdecimal() else None
    if (
        table not in get_args(Table)
        or not (number.isascii() and number.isdecimal())
        or (length is None and order not in {"", "big", "little"})
    ):
        raise ValueError(f"'{text}' is no value of a Modbus map; {_REGISTER}")
    usual = "bit" if table in {"coil", "discrete"} else "uint16"
    named = {
        "key": "value",
        "table": table,
        "address": int(number),
        "type": kind or usual,
        **({"word_order": order or "big"} if length is None else {"length": length}),
    }
    try:
        known = AddressSettings.model_validate(named)
    except ValidationError as error:
        raise ValueError(f"'{text}': {sentence(error)}; {_REGISTER}") from None
    assert known.table is not None
    return Register(known.table, int(number), known.type, known.word_order, known.length)


def sentence(error: ValidationError) -> str:
    """What the first problem is, for people."""
    return str(error.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")

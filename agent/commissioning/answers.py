"""What has been answered about one PC, ready to be written as a configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from agent.core.codes.code_settings import is_keyboard
from agent.core.machine_settings import COUNTER_ROLES, Role
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_wire import Table

DATA_BITS: Final = 8
"""Of RTU always (Modbus over Serial Line 1.02, 2.5.1)."""
DEFAULT_MODULUS: Final = 2**32
"""Of a counter of which the configuration says nothing."""


@dataclass(frozen=True, slots=True)
class OpcUaAddress:
    """An OPC UA server."""

    endpoint: str

    def __str__(self) -> str:
        """As people write it."""
        return self.endpoint


@dataclass(frozen=True, slots=True)
class ModbusAddress:
    """A Modbus device: on a network, on a serial line, or on such a line behind a serial device server."""

    host: str
    """Empty on a serial line of this PC."""
    port: int = 502
    unit: int = 1
    framing: Literal["tcp", "rtu"] = "tcp"
    serial: str | None = None
    """The serial device."""
    baud: int = 19_200
    parity: Literal["even", "odd", "none"] = "even"
    stop_bits: Literal[1, 2] = 1

    def settings(self, timeout_s: float = 1.0) -> ModbusSettings:
        """As the configuration has it.

        Raises:
            ValidationError: there is no such unit on such a line.
        """
        if self.serial is not None:
            line = {"serial": self.serial, "baud": self.baud, "parity": self.parity, "stop_bits": self.stop_bits}
            return ModbusSettings.model_validate({**line, "unit": self.unit, "timeout_s": timeout_s})
        way = {"host": self.host, "port": self.port, "framing": self.framing}
        return ModbusSettings.model_validate({**way, "unit": self.unit, "timeout_s": timeout_s})

    def __str__(self) -> str:
        """As people write it."""
        if self.serial is not None:
            form = f"{DATA_BITS}{self.parity[0].upper()}{self.stop_bits}"
            return f"modbus+rtu:{self.serial}:{self.baud}:{form}/{self.unit}"
        scheme = "modbus" if self.framing == "tcp" else "modbus+rtu"
        return f"{scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/{self.unit}"


Address: TypeAlias = OpcUaAddress | ModbusAddress | None
"""How a work center's machine is reached; None where people say what it does."""


@dataclass(frozen=True, slots=True)
class Node:
    """A variable of an OPC UA server."""

    node: str
    modulus: int = DEFAULT_MODULUS
    """Raw value after which a counter of its type starts again."""
    index: int | None = None
    """Which element of an array."""
    field: str | None = None
    """Which field of a structure."""

    def __str__(self) -> str:
        """As people write it; what is a part of it stands behind."""
        index = "" if self.index is None else f" index={self.index}"
        return f"{self.node}{index}{'' if self.field is None else f' field={self.field}'}"


@dataclass(frozen=True, slots=True)
class Register:
    """A register, several of them, or a bit of a Modbus device."""

    table: Table
    address: int
    type: str = "uint16"
    word_order: str = "big"
    length: int | None = None
    """Registers of a text."""

    @property
    def modulus(self) -> int:
        """Raw value after which a counter of its type starts again."""
        # TOML has no greater number than the last, and no counter gets there.
        return {"32": 2**32, "64": 2**63 - 1}.get(self.type[-2:], 2**16)

    @property
    def settings(self) -> dict[str, object]:
        """As the configuration has it."""
        said: dict[str, object] = {"table": self.table, "address": self.address, "type": self.type}
        if self.length is not None:
            return {**said, "length": self.length}
        return {**said, "word_order": self.word_order}

    def __str__(self) -> str:
        """As people write it."""
        rest = ":little" if self.word_order == "little" else "" if self.length is None else f":{self.length}"
        return f"{self.table}:{self.address}:{self.type}{rest}"


Where: TypeAlias = Node | Register


@dataclass(frozen=True, slots=True)
class SignalAnswer:
    """What a value of the machine is taken for."""

    role: Role
    where: Where
    remark: str = ""
    """What it showed and how it was recognised, for who reads the file."""

    @property
    def modulus(self) -> int | None:
        """What the file says of a counter; None where it need not say anything."""
        is_said = self.role in COUNTER_ROLES and self.where.modulus != DEFAULT_MODULUS
        return self.where.modulus if is_said else None


@dataclass(frozen=True, slots=True)
class CenterAnswer:
    """One work center."""

    name: str
    address: Address = None
    signals: tuple[SignalAnswer, ...] = ()
    cycle_s: float | None = None
    """Nominal seconds a part."""
    offers: tuple[str, ...] = ()
    """Security that its OPC UA server offers."""


@dataclass(frozen=True, slots=True)
class ReaderAnswer:
    """One barcode reader."""

    name: str
    work_center: str
    place: Path
    """Serial device, or an input device."""

    @property
    def is_keyboard(self) -> bool:
        """Whether it types like a keyboard."""
        return is_keyboard(self.place)


@dataclass(frozen=True, slots=True)
class BrokerAnswer:
    """The broker on the way to the MES."""

    host: str
    port: int = 1883
    tls: bool = False
    ca_file: Path | None = None
    user: str | None = None
    password: str | None = None
    """Goes into a file of its own."""
    allow_plaintext: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything."""

    enterprise: str
    site: str
    area: str
    name: str
    time_zone: str
    broker: BrokerAnswer
    centers: tuple[CenterAnswer, ...]
    readers: tuple[ReaderAnswer, ...] = ()
    data: Path = Path("/var/lib/lineside")
    socket: Path = Path("/run/lineside/agent.sock")

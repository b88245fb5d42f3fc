"""Where a machine has a value, and what the value is made of there."""

from __future__ import annotations

from typing import Final, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from agent.core.settings_base import Id, NodeId, Section

ModbusType: TypeAlias = Literal[
    "uint16",
    "int16",
    "uint32",
    "int32",
    "uint64",
    "int64",
    "float32",
    "float64",
    "bcd16",
    "bcd32",
    "string",
    "bit",
]
WIDTHS: Final[dict[ModbusType, int]] = {
    "uint16": 1,
    "int16": 1,
    "uint32": 2,
    "int32": 2,
    "uint64": 4,
    "int64": 4,
    "float32": 2,
    "float64": 4,
    "bcd16": 1,
    "bcd32": 2,
    "bit": 1,
}
"""Registers that a value takes; a string takes `length`, a bit in a table of bits one of those."""
TABLES_OF_BITS: Final = frozenset({"coil", "discrete"})
"""Modbus tables that have bits; the others have registers."""


class AddressSettings(Section):
    """Where the machine has a value."""

    key: Id
    """Name of the value, unique within the machine."""
    node: NodeId | None = None
    """OPC UA node id by namespace URI."""
    index: int | None = Field(default=None, ge=0)
    """OPC UA: which element of an array, from 0."""
    field: str | None = Field(default=None, min_length=1, max_length=256, pattern=r"^[^.]+(\.[^.]+)*$")
    """OPC UA: which field of a structure, by its name; one within another behind a dot, such as `Drive.Speed`."""
    sampling_ms: int | None = Field(default=None, ge=0, le=60_000)
    """OPC UA: sampling interval of this node in real milliseconds. Without it: that of the machine."""
    table: Literal["holding", "input", "coil", "discrete"] | None = None
    """Modbus table: holding (function code 3), input (4), coil (1) or discrete (2)."""
    address: int | None = Field(default=None, ge=0, le=65535)
    """Modbus address from 0 of the first register or of the bit."""
    type: ModbusType = "uint16"
    """Modbus data type. A bit stands in the tables coil and discrete, or in a register, where `bit` says which."""
    length: int | None = Field(default=None, ge=1, le=125)
    """Modbus: registers of a string, two characters each."""
    bit: int | None = Field(default=None, ge=0, le=15)
    """Modbus: which bit of its register, 0 the lowest; for type bit in the tables holding and input."""
    word_order: Literal["big", "little"] = "big"
    """Order of the registers of a value of several; confirm it with a known value above 65,535 (domain.md K9)."""
    byte_order: Literal["big", "little"] = "big"
    """Order of the two octets of each register; the protocol's own is big."""
    at: str | None = Field(default=None, min_length=1, max_length=256)
    """Where a driver of another kind finds it, such as `COUNT`; see docs/drivers.md and the driver's own page."""
    scale: float = Field(default=1.0, allow_inf_nan=False)
    """What a number is multiplied by, such as 0.1 for a register in tenths of a degree."""
    offset: float = Field(default=0.0, allow_inf_nan=False)
    """What is added to a number after that."""

    @property
    def place(self) -> tuple[object, ...]:
        """Where it is read, and how its bits are taken: everything but its name."""
        return tuple(getattr(self, name) for name in AddressSettings.model_fields if name != "key")

    @property
    def width(self) -> int:
        """Registers or bits that the value takes."""
        return self.length or 1 if self.type == "string" else WIDTHS[self.type]

    @property
    def capacity(self) -> int:
        """One more than the greatest whole number without a sign that its registers hold."""
        return int((10_000 if self.type.startswith("bcd") else 2**16) ** self.width)

    @property
    def is_scaled(self) -> bool:
        """Whether a number is another one than the machine says."""
        return self.scale != 1.0 or self.offset != 0.0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.table is not None:
            self._check_modbus(self.table)
        if self.scale == 0:
            raise ValueError("scale 0 makes every number the same; expected another number")
        if self.address is not None and self.address + self.width > 65536:
            raise ValueError(f"type '{self.type}' at address {self.address} ends behind the last address, 65535")
        return self

    def _check_modbus(self, table: str) -> None:
        if table in TABLES_OF_BITS:
            if self.type != "bit":
                raise ValueError(
                    f"type '{self.type}' does not stand in table '{table}': "
                    "bits stand in coil and discrete, the rest in holding and input"
                )
            if self.bit is not None:
                raise ValueError(f"'bit' says which bit of a register; table '{table}' has no registers")
        elif (self.type == "bit") != (self.bit is not None):
            raise ValueError(
                f"type 'bit' in table '{table}' needs 'bit', 0 to 15: which bit of the register; other types have none"
            )
        if (self.type == "string") != (self.length is not None):
            raise ValueError("'length' is the number of registers of a string: type 'string' needs it, no other has it")

"""The configuration of a Modbus server: on a network, on a serial line, or behind a gateway between the two."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from agent.core.settings_base import Host, Port, Seconds, Section
from agent.core.sources.address import TABLES_OF_BITS, AddressSettings


class ForbiddenRange(Section):
    """Addresses that a device does not let anybody read, not even along with others."""

    table: Literal["holding", "input", "coil", "discrete"]
    """Where they are."""
    first: int = Field(ge=0, le=65535)
    """The first address, from 0."""
    last: int = Field(ge=0, le=65535)
    """The last one."""

    def touches(self, table: str, first: int, last: int) -> bool:
        """Whether one of these addresses is among them."""
        return table == self.table and first <= self.last and self.first <= last

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the last address, {self.last}, stands before the first, {self.first}")
        return self


class ModbusSettings(Section):
    """A Modbus server: TCP, RTU on a serial line, or RTU behind a TCP gateway.

    Machines with the same serial device, or the same host, port and framing rtu, share one line: they are asked in
    turn, each at its own `poll_ms` as far as the line allows.
    """

    host: Host | None = None
    """Host name or address; or `serial`."""
    fallback_host: Host | None = None
    """Where the same device is reached as well, by another network; tried in turn with `host`."""
    port: Port = 502
    """TCP port."""
    framing: Literal["tcp", "rtu"] = "tcp"
    """What goes over `host`: Modbus TCP, or RTU frames as a plain serial device server hands them on. A serial line
    always has RTU."""
    serial: str | None = Field(default=None, min_length=1, max_length=256, pattern=r"^/")
    """Serial device, best by its lasting name, such as `/dev/serial/by-id/usb-…`."""
    baud: int = Field(default=19_200, ge=300, le=4_000_000)
    """Serial line: bits a second. With framing rtu over `host`, those of the line behind it."""
    parity: Literal["even", "odd", "none"] = "even"
    """Serial line: parity; the standard's own is even (Modbus over Serial Line 1.02, 2.5.1)."""
    stop_bits: Literal[1, 2] = 1
    """Serial line: stop bits; without parity the standard asks for 2."""
    frame_gap_ms: float | None = Field(default=None, ge=0, le=1_000, allow_inf_nan=False)
    """Framing rtu: silence kept before each request. Without it 3.5 characters, at least 1.75 ms above 19,200 baud."""
    unit: int = Field(default=1, ge=0, le=255)
    """Unit identifier. 1 to 247 on a serial line; 255, or 0, is what some TCP devices expect that have no units."""
    poll_ms: int = Field(default=200, ge=5, le=60_000)
    """Real milliseconds between two readings of the whole image."""
    timeout_s: Seconds = 0.8
    """Real seconds without an answer after which a request is given up."""
    backoff_s: Seconds = 2.0
    """On a line with others: real seconds for which a unit that did not answer is left alone, so that it costs the
    others one timeout in that time."""
    gap: int = Field(default=8, ge=0, le=100)
    """Unused registers that are read along rather than asked for in a request of their own."""
    max_registers: int = Field(default=125, ge=1, le=125)
    """Most registers that the device gives in one answer."""
    max_bits: int = Field(default=2000, ge=1, le=2000)
    """Most bits that it gives in one answer."""
    forbidden: tuple[ForbiddenRange, ...] = ()
    """Addresses that no request may touch."""

    @property
    def is_rtu(self) -> bool:
        """Whether requests are told apart by nothing but the time at which they are answered."""
        return self.serial is not None or self.framing == "rtu"

    @property
    def place(self) -> str:
        """For people: where it is."""
        return self.serial if self.serial is not None else f"{self.host}:{self.port}"

    def obstacle(self, reading: AddressSettings) -> str:
        """Why no request that this device takes can read a value, as the end of a sentence; empty where one can."""
        assert reading.table is not None, f"'{reading.key}' has no Modbus table"
        assert reading.address is not None, f"'{reading.key}' has no Modbus address"
        first, last = reading.address, reading.address + reading.width - 1
        for one in self.forbidden:
            if one.touches(reading.table, first, last):
                where = f"at {reading.table} {first}" if first == last else f"at {reading.table} {first} to {last}"
                return (
                    f"{where} touches the forbidden addresses {one.first} to {one.last}: "
                    "expected a place outside them, or none of its addresses in 'forbidden'"
                )
        if reading.table not in TABLES_OF_BITS and reading.width > self.max_registers:
            return (
                f"takes {reading.width} registers, which are read in one request or not at all (domain.md K9), and "
                f"'max_registers' is {self.max_registers}: expected at least {reading.width}"
            )
        return ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.host is None) == (self.serial is None):
            raise ValueError("expected exactly one of 'host' and 'serial'")
        if self.serial is not None and self.fallback_host is not None:
            raise ValueError("'fallback_host' belongs to 'host'; a serial line has no other way")
        if self.is_rtu and not 1 <= self.unit <= 247:
            raise ValueError(f"unit {self.unit} is none on a line with RTU: expected 1 to 247, as 0 speaks to all")
        if not self.is_rtu and self.poll_ms > 1_000:
            raise ValueError("a network device is polled at least once a second: expected poll_ms of at most 1000")
        return self

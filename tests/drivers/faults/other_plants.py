"""Machines that drivers of other kinds read, behind bad lines."""

from __future__ import annotations

import http.client
import socket
import struct
from typing import ClassVar

from agent.core.machine_settings import MachineSettings
from agent.core.sources.driver_settings import Option
from simulators.faults.kinds import KINDS, Framing
from tests.drivers.faults.plant import SIGNALS, TIMEOUT_S, FaultyPlant, exactly
from tests.drivers.faults.processes import module
from tests.drivers.faults.ticks import SPAN
from tests.drivers.servers.ticking_s7 import place


class _OtherPlant(FaultyPlant):
    kind: ClassVar[str]
    """Of driver."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__(module(f"ticking_{self.kind}"), seed)

    def _arguments(self) -> tuple[str, ...]:
        return (str(SIGNALS), str(self.clocks.monotonic), str(self.clocks.wall))

    def _machine(self) -> MachineSettings:
        driver = {"kind": self.kind, "timeout_s": TIMEOUT_S, "poll_ms": 20, "options": self._options()}
        return self._settings(
            {"driver": driver}, {key: {"at": self._place(number)} for key, number in self.numbers.items()}
        )

    def _options(self) -> dict[str, Option]:
        raise NotImplementedError

    def _place(self, number: int) -> str:
        raise NotImplementedError


class FaultyS7(_OtherPlant):
    """A controller; what its own is besides: a data block that is gone for a moment, as in a download."""

    kind = "s7"
    framing: ClassVar[Framing] = "s7"
    line_faults = KINDS["s7"]
    own_faults = ("kill", "freeze", "download")

    def _options(self) -> dict[str, Option]:
        return {"host": "127.0.0.1", "port": self.port}

    def _place(self, number: int) -> str:
        db, start = place(number)
        return f"DB{db}.DBD{start}:UDINT"

    def _answers(self, line: socket.socket) -> bool:
        """A connection is confirmed (RFC 905), communication is set up, and the first signal is read."""
        line.sendall(bytes.fromhex("0300001611e00000000100c1020100c2020101c0010a"))
        confirmed = _packet(line)[1] == 0xD0
        line.sendall(bytes.fromhex("0300001902f08032010000000100080000f0000001000101e0"))
        set_up = _packet(line)[7:9] == b"\x00\x01"
        line.sendall(bytes.fromhex("0300001f02f080320100000007000e00000401120a10020004000184000000"))
        answer = _packet(line)
        number, _ = divmod(int.from_bytes(answer[-4:], "big"), SPAN)
        return confirmed and set_up and answer[7:9] == b"\x00\x07" and number == 1


def _packet(line: socket.socket) -> bytes:
    """Behind the header of TPKT (RFC 1006)."""
    _, length = struct.unpack(">HH", exactly(line, 4))
    return exactly(line, length - 4)


class FaultyMTConnect(_OtherPlant):
    """An agent; what it does of its own besides: see `ticking_mtconnect`."""

    kind = "mtconnect"
    framing: ClassVar[Framing] = "bytes"
    line_faults = KINDS["bytes"]
    own_faults = ("kill", "freeze", "restart", "reborn", "overrun")

    def _options(self) -> dict[str, Option]:
        return {"url": f"http://127.0.0.1:{self.port}"}

    def _place(self, number: int) -> str:
        return f"s{number}"

    def _answers(self, line: socket.socket) -> bool:
        line.sendall(b"GET /current HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n")
        answer = http.client.HTTPResponse(line)
        try:
            answer.begin()
            return b"MTConnectStreams" in answer.read()
        except http.client.HTTPException:
            return False
        finally:
            answer.close()

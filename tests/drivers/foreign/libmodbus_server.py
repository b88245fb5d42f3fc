"""A Modbus server that we did not write: libmodbus, the C library that many devices have (Debian: libmodbus5).

Arguments: a TCP port, or the path at which its serial line appears. Each table has the addresses 0 to 15. Commands on
standard input, one JSON object a line: `{"write": [[table, address, value], …]}`, and `{"refuse": {function code:
exception code}}`, which holds until the next one; each is answered by a line.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import sys
from contextlib import ExitStack
from ctypes import POINTER, c_char, c_char_p, c_int, c_uint8, c_uint16, c_void_p
from pathlib import Path
from typing import Any

from tests.drivers.servers.cable import cable

_SIZE = 16
_UNIT = 1
_LONGEST = 260
"""Octets of a request (MODBUS_MAX_ADU_LENGTH)."""


class _Mapping(ctypes.Structure):
    """modbus_mapping_t."""

    _fields_ = [
        ("nb_bits", c_int),
        ("start_bits", c_int),
        ("nb_input_bits", c_int),
        ("start_input_bits", c_int),
        ("nb_input_registers", c_int),
        ("start_input_registers", c_int),
        ("nb_registers", c_int),
        ("start_registers", c_int),
        ("coil", POINTER(c_uint8)),
        ("discrete", POINTER(c_uint8)),
        ("input", POINTER(c_uint16)),
        ("holding", POINTER(c_uint16)),
    ]


def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libmodbus.so.5", use_errno=True)
    except OSError:
        _say("libmodbus5 is not installed; `make parts` brings it")
        raise
    library.modbus_new_tcp.restype = library.modbus_new_rtu.restype = c_void_p
    library.modbus_new_tcp.argtypes = [c_char_p, c_int]
    library.modbus_new_rtu.argtypes = [c_char_p, c_int, c_char, c_int, c_int]
    library.modbus_mapping_new.restype = POINTER(_Mapping)
    signatures: dict[str, list[Any]] = {
        "modbus_tcp_listen": [c_int],
        "modbus_tcp_accept": [POINTER(c_int)],
        "modbus_set_slave": [c_int],
        "modbus_set_socket": [c_int],
        "modbus_get_socket": [],
        "modbus_get_header_length": [],
        "modbus_connect": [],
        "modbus_receive": [c_char_p],
        "modbus_reply": [c_char_p, c_int, POINTER(_Mapping)],
        "modbus_reply_exception": [c_char_p, ctypes.c_uint],
    }
    for name, more in signatures.items():
        getattr(library, name).argtypes = [c_void_p, *more]
    return library


class Server:
    """One device, on a network or on a serial line."""

    def __init__(self, library: ctypes.CDLL, context: int, listening: int | None, clients: set[int]) -> None:
        self._library = library
        self._context = context
        self._listening = listening
        self._clients = clients
        self._refused: dict[int, int] = {}
        self._told = b""
        self._image = library.modbus_mapping_new(_SIZE, _SIZE, _SIZE, _SIZE).contents

    def serve(self) -> None:
        """Until standard input ends."""
        always = [sys.stdin.fileno(), *([] if self._listening is None else [self._listening])]
        while True:
            ready, _, _ = select.select([*always, *self._clients], [], [])
            for one in ready:
                if one == sys.stdin.fileno():
                    data = os.read(one, 65536)
                    if not data:
                        return
                    self._hear(data)
                elif one == self._listening:
                    self._accept(one)
                else:
                    self._answer(one)

    def _accept(self, listening: int) -> None:
        client = self._library.modbus_tcp_accept(self._context, ctypes.byref(c_int(listening)))
        if client >= 0:
            self._clients.add(client)

    def _answer(self, client: int) -> None:
        library, context = self._library, self._context
        request = ctypes.create_string_buffer(_LONGEST)
        if self._listening is not None:
            library.modbus_set_socket(context, client)
        length = library.modbus_receive(context, request)
        if length < 0 and self._listening is not None:
            self._clients.discard(client)
            os.close(client)
        if length <= 0:
            return
        function = request.raw[library.modbus_get_header_length(context)]
        if function in self._refused:
            library.modbus_reply_exception(context, request, self._refused[function])
        else:
            library.modbus_reply(context, request, length, ctypes.byref(self._image))

    def _hear(self, data: bytes) -> None:
        *lines, self._told = (self._told + data).split(b"\n")
        for line in lines:
            command = json.loads(line)
            for table, address, value in command.get("write", ()):
                getattr(self._image, table)[address] = value
            if "refuse" in command:
                self._refused = {int(code): exception for code, exception in json.loads(command["refuse"]).items()}
            _say("done")


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(place: str) -> None:
    """Serve."""
    library = _library()
    with ExitStack() as stack:
        if place.isdecimal():
            context = library.modbus_new_tcp(b"127.0.0.1", int(place))
            listening = library.modbus_tcp_listen(context, 8)
            assert listening >= 0, os.strerror(ctypes.get_errno())
            server = Server(library, context, listening, set())
        else:
            device = stack.enter_context(cable(Path(place)))
            context = library.modbus_new_rtu(device.encode(), 115_200, b"N", 8, 1)
            library.modbus_set_slave(context, _UNIT)
            assert library.modbus_connect(context) == 0, os.strerror(ctypes.get_errno())
            server = Server(library, context, None, {library.modbus_get_socket(context)})
        _say("ready")
        server.serve()


if __name__ == "__main__":
    main(sys.argv[1])

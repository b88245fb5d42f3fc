"""Modbus slaves on one RS-485 line, simulated: a pseudo-terminal whose far end keeps the time that a line takes.

Arguments: where the serial device appears, baud, number of slaves (units 1, 2, …), and the units that are dead. An
octet takes eleven bits, as with parity. Each slave has 16 holding registers: 0 and 1 count its readings, 2 is 6, 3 the
milliseconds of this PC's monotonic clock at which it was read, and the others count as 1 does.
"""

from __future__ import annotations

import os
import sys
import time
import tty
from collections import Counter
from pathlib import Path
from typing import Final

REGISTERS: Final = 16
TURNAROUND_S: Final = 0.002
"""Between the silence behind a request and the first octet of its answer."""
_BITS: Final = 11
_REQUEST: Final = 8


def silence_s(baud: int) -> float:
    """Before and behind each frame (Modbus over Serial Line 1.02, 2.5.1.1)."""
    return max(3.5 * _BITS / baud, 0.00175)


def exchange_s(baud: int) -> float:
    """That a request for all registers of a slave, its answer and the silence before both take at the least."""
    return 2 * silence_s(baud) + (_REQUEST + 5 + 2 * REGISTERS) * _BITS / baud + TURNAROUND_S


def main(device: Path, baud: int, units: int, dead: set[int]) -> None:
    """Answer for ever."""
    octet_s = _BITS / baud
    far, near = os.openpty()
    tty.setraw(near)
    device.symlink_to(os.ttyname(near))
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    reads: Counter[int] = Counter()
    while True:
        request, began = _request(far)
        unit, first, count = request[0], int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
        if unit in dead or not 1 <= unit <= units:
            continue
        _sleep_until(began + _REQUEST * octet_s + silence_s(baud) + TURNAROUND_S)
        sampled = time.monotonic()
        reads[unit] += 1
        answer = _framed(unit, _image(reads[unit], sampled)[first : first + count])
        _sleep_until(sampled + len(answer) * octet_s)
        os.write(far, answer)


def _request(far: int) -> tuple[bytes, float]:
    """The next one, and when it began."""
    request = os.read(far, 1)
    began = time.monotonic()
    while len(request) < _REQUEST:
        request += os.read(far, _REQUEST - len(request))
    return request, began


def _image(reads: int, sampled: float) -> list[int]:
    return [reads >> 16, reads & 0xFFFF, 6, int(sampled * 1000) & 0xFFFF, *[reads & 0xFFFF] * (REGISTERS - 4)]


def _framed(unit: int, registers: list[int]) -> bytes:
    body = bytes([unit, 3, 2 * len(registers)]) + b"".join(one.to_bytes(2, "big") for one in registers)
    check = 0xFFFF
    for octet in body:
        check ^= octet
        for _ in range(8):
            check = check >> 1 ^ 0xA001 if check & 1 else check >> 1
    return body + check.to_bytes(2, "little")


def _sleep_until(when: float) -> None:
    if (left := when - time.monotonic()) > 0:
        time.sleep(left)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), set(map(int, sys.argv[4:])))

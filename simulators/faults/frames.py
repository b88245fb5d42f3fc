"""Where one frame ends and the next begins in what passes a line."""

from __future__ import annotations

from simulators.faults.kinds import Framing, Way

_LONGEST = 1 << 24
_S7_DATA = b"\x02\xf0\x80\x32"
"""Behind the four octets of TPKT: data of COTP (RFC 905), then the protocol identifier of S7."""


def number_at(framing: Framing, frame: bytes) -> int | None:
    """Where a frame has the two octets that an answer shares with its request; None where it has none."""
    match framing:
        case "modbus":
            return 0
        case "s7" if frame[4:8] == _S7_DATA:
            return 11
        case _:
            return None


class Frames:
    """Cuts one direction of one connection into frames.

    What cannot be a frame is passed on as it comes, and so is all that follows: nothing tells any more where the next
    one begins.
    """

    def __init__(self, framing: Framing, way: Way) -> None:
        self._framing: Framing = framing
        self._way = way
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that are whole now; together with the rest they are everything that was fed."""
        self._rest += data
        frames: list[bytes] = []
        while self._rest:
            length = self._length()
            if length is None or length > len(self._rest):
                break
            frames.append(self._rest[:length])
            self._rest = self._rest[length:]
        return frames

    def rest(self) -> bytes:
        """What is no whole frame yet, for who ends here."""
        rest, self._rest = self._rest, b""
        return rest

    def _length(self) -> int | None:
        """Of the frame that begins here; None where too little of it is there to say."""
        length = self._claimed()
        if length is not None and not 0 < length <= _LONGEST:
            self._framing = "bytes"
            return len(self._rest)
        return length

    def _claimed(self) -> int | None:
        match self._framing:
            case "modbus":
                return self._modbus()
            case "rtu":
                return self._rtu()
            case "opcua":
                return self._opcua()
            case "s7":
                return self._s7()
            case "bytes":
                return len(self._rest)

    def _modbus(self) -> int | None:
        if len(self._rest) < 6:
            return None
        is_modbus = self._rest[2:4] == b"\x00\x00"
        return 6 + int.from_bytes(self._rest[4:6], "big") if is_modbus else -1

    def _s7(self) -> int | None:
        if len(self._rest) < 4:
            return None
        return int.from_bytes(self._rest[2:4], "big") if self._rest[:2] == b"\x03\x00" else -1

    def _opcua(self) -> int | None:
        return int.from_bytes(self._rest[4:8], "little") if len(self._rest) >= 8 else None

    def _rtu(self) -> int | None:
        """Of the function codes that read, 1 to 4; an answer says how much follows, or is an exception."""
        if len(self._rest) < 3:
            return None
        code = self._rest[1]
        if code not in {1, 2, 3, 4, 0x81, 0x82, 0x83, 0x84}:
            return -1
        if self._way is Way.REQUESTS:
            return 8
        return 5 if code >= 0x80 else 5 + self._rest[2]

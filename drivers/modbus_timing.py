"""How long things take on a Modbus line (Modbus over Serial Line 1.02, 2.5.1.1). Pure; in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_wire import Read

_REQUEST = 8
"""Octets of a request with its unit and its check."""
_ANSWER = 5
"""Octets of an answer beside its data."""
_LEAST_GAP_S = 0.00175
"""The standard's own above 19,200 baud."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Of one line."""

    octet_s: float = 0.0
    """That one octet takes on the wire."""
    gap_s: float = 0.0
    """Silence before each request."""

    def request_s(self) -> float:
        """Until a request is through."""
        return _REQUEST * self.octet_s

    def answer_s(self, read: Read) -> float:
        """That an answer takes which gives all that is asked for."""
        return (_ANSWER + read.size) * self.octet_s

    def longest_s(self) -> float:
        """That any request, any answer and the silence between them take."""
        return (_REQUEST + 256) * self.octet_s + self.gap_s


NETWORK = Timing()
"""Where nothing has to be reckoned."""


def timing(settings: ModbusSettings) -> Timing:
    """Of the line that a unit is on."""
    if not settings.is_rtu:
        return NETWORK
    bits = 9 + settings.stop_bits + (settings.parity != "none")
    octet_s = bits / settings.baud
    gap_s = max(3.5 * octet_s, _LEAST_GAP_S) if settings.frame_gap_ms is None else settings.frame_gap_ms / 1000
    return Timing(octet_s, gap_s)

"""What ended the connection to an OPC UA server, in words for who must act."""

from __future__ import annotations

from collections.abc import Callable

from asyncua.ua.uaerrors import UaError

from agent.core.errors import DeviceError
from drivers.opcua_server import NotServingError


def ending(error: Exception, endpoint: str, patience_s: float, reason: Callable[[Exception], str]) -> DeviceError:
    """The error that a driver ends with.

    Args:
        error: what happened.
        endpoint: of the server.
        patience_s: after how many seconds it counts as silent.
        reason: puts an error into a few words.
    """
    match error:
        case DeviceError():
            return error
        case NotServingError():
            text = f"The OPC UA server at {endpoint} {error}: its values mean nothing until it works again."
            advice = "What do the PLC's diagnostics say?"
        case TimeoutError():
            text = f"The OPC UA server at {endpoint} was silent for {patience_s:g} s."
            advice = "Is the PLC on and the cable in?"
        case OSError() | UaError():
            text = f"The connection to the OPC UA server at {endpoint} was lost: {reason(error)}."
            advice = "Did the PLC restart?"
        case _:
            found = f"{type(error).__name__}: {error}"
            text = f"The OPC UA server at {endpoint} answers what cannot be understood: {found}."
            advice = "Is it one that speaks OPC UA?"
    return DeviceError(f"{text} {advice} It is tried again.")

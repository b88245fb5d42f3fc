"""The machines behind bad lines, by kind of driver."""

from __future__ import annotations

from typing import Final, TypeAlias

from tests.drivers.faults.modbus_plants import FaultyModbus, FaultyRtuOverTcp, FaultySerial
from tests.drivers.faults.opcua_plant import FaultyOpcUa
from tests.drivers.faults.other_plants import FaultyMTConnect, FaultyS7

PlantKind: TypeAlias = type[FaultyOpcUa | FaultyModbus | FaultyS7 | FaultyMTConnect]

PLANTS: Final[dict[str, PlantKind]] = {
    "OPC UA": FaultyOpcUa,
    "Modbus TCP": FaultyModbus,
    "Modbus RTU over TCP": FaultyRtuOverTcp,
    "Modbus RTU": FaultySerial,
    "S7": FaultyS7,
    "MTConnect": FaultyMTConnect,
}

"""An OPC UA machine whose server misbehaves as it is told to."""

import json
from pathlib import Path
from typing import Any

from agent.core.machine_settings import MachineSettings
from tests.drivers.plants import OpcUaPlant


class BehavingPlant(OpcUaPlant):
    def behave(self, **how: Any) -> None:  # noqa: ANN401 - as the server has it
        """Nothing but this from now on."""
        self.server.tell(behave=how)

    def seen(self, folder: Path) -> dict[str, int]:
        """What clients did."""
        file = folder / "seen.json"
        self.server.tell(seen=str(file))
        found: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))
        return found


def reading(plant: OpcUaPlant, **how: Any) -> MachineSettings:  # noqa: ANN401 - whatever there is to configure
    """The machine with other settings of its server."""
    assert plant.machine.opcua is not None
    signals = tuple(one for one in plant.machine.signal if one.key != "bad")
    return plant.machine.model_copy(update={"opcua": plant.machine.opcua.model_copy(update=how), "signal": signals})

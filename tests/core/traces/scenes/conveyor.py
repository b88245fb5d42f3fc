"""pulse-conveyor: 19 minutes of a light barrier."""

from __future__ import annotations

from tests.core.traces.scene import Scene

NAME = "pulse-conveyor"
CYCLE_S = 4.0


class Conveyor:
    """The machine."""

    def __init__(self) -> None:
        self.scene = Scene(NAME, "2026-03-04T05:00:00Z", delay_s=-1.0)
        self.parts = 70_000

    def carry(self, first: float, last: float, cycle_s: float = CYCLE_S) -> None:
        """A part at `first`, and one each cycle up to `last`."""
        for number in range(round((last - first) / cycle_s) + 1):
            self.scene.to(round(first + number * cycle_s, 3))
            self.parts += 1
            self.scene.read(parts=self.parts)


def scene() -> Scene:
    conveyor = Conveyor()
    plant = conveyor.scene
    plant.connect(parts=conveyor.parts)
    conveyor.carry(4.0, 120.0)
    conveyor.carry(126.0, 138.0, 6.0)
    conveyor.carry(142.0, 178.0)
    conveyor.carry(200.0, 240.0)
    conveyor.carry(262.0, 302.0)
    conveyor.carry(500.0, 520.0)
    conveyor.carry(525.2, 759.2, 5.2)
    conveyor.carry(763.2, 859.2)
    plant.to(861.0)
    plant.disconnect("The Modbus server at 192.0.2.30:502 gave no answer within 0.8 s.")
    plant.to(980.0)
    conveyor.parts += 20
    plant.connect(parts=conveyor.parts)
    conveyor.carry(984.0, 1040.0)
    plant.to(1042.0)
    plant.disconnect("The Modbus server at 192.0.2.30:502 gave no answer within 0.8 s.")
    plant.to(1070.0)
    plant.connect(parts=conveyor.parts)
    conveyor.carry(1090.0, 1134.0)
    plant.to(1140.0)
    return plant

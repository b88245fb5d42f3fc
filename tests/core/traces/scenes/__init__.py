"""What happened at each machine, to be played into observations. The README of each trace tells the same in words."""

from __future__ import annotations

from collections.abc import Callable

from tests.core.traces.scene import Scene
from tests.core.traces.scenes import bench, conveyor, filler, machining, press

SCENES: dict[str, Callable[[], Scene]] = {
    "cnc-40001": machining.scene,
    "manual-station": bench.scene,
    "modbus-press": press.scene,
    "packml-filler": filler.scene,
    "pulse-conveyor": conveyor.scene,
}
"""By name of the trace."""

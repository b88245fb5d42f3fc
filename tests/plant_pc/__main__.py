"""The whole life of an agent on a line PC, each version from a stick of its own: `make soak-pc`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.packaging import bundle
from tests.plant_pc.plant import Plant
from tests.plant_pc.plant_pc import PlantPc, a_pc
from tests.plant_pc.story import BROKEN, Story, a_version


def chapters(pc: PlantPc, folder: Path) -> list[tuple[str, Callable[[], object]]]:
    """What is told, in order."""
    story = Story(pc, Plant(pc))
    first, second = bundle.build(), a_version("0.2.0", folder)
    broken, last = a_version("0.3.0", folder, BROKEN), a_version("0.4.0", folder)
    return [
        ("installed from a stick: nothing runs without a configuration", partial(story.install, first)),
        ("commissioned: facts reach the MES, status and doctor answer", story.commission),
        ("reloaded: a change is taken over and told, a wrong one is not, the agent goes on", story.reload),
        ("the loop hung: the watchdog restarted it, nothing is lost", story.hang),
        ("the power went: the agent is there by itself, nothing is lost", story.lose_power),
        ("upgraded: nothing is lost, the former version is kept", partial(story.upgrade, second)),
        ("a broken version was taken back by itself, nothing is lost", partial(story.fail_to_upgrade, broken)),
        ("the power went amid an upgrade: one version runs, nothing is lost", partial(story.lose_power_amid, last)),
        ("nobody sets the clock: an alarm after some minutes", story.miss_the_time),
        ("removed: configuration and journal are kept", story.remove),
        ("installed again: it goes on with the journal that it finds", partial(story.install_again, last)),
        ("removed with its data: nothing is left", story.purge),
    ]


def main() -> int:
    """Tell it; the exit status says whether all went well."""
    with tempfile.TemporaryDirectory() as folder, a_pc(Path(folder)) as pc:
        for said, happens in chapters(pc, Path(folder)):
            began = time.monotonic()
            try:
                happens()
            except AssertionError as error:
                sys.stdout.write(f"FAILED: not so: {said}\n{error}\n")
                return 1
            sys.stdout.write(f"{time.monotonic() - began:6.1f} s  {said}\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

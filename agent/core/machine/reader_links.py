"""Which barcode readers of a work center are connected; the machine is not concerned."""

from __future__ import annotations

from agent.core.facts import LinkLost, LinkRestored
from agent.core.observations import Link
from agent.core.state import Floor
from agent.core.station_setup import Setup
from agent.core.turn import Turn
from agent.core.values import replace


def hear(turn: Turn, link: Link) -> None:
    """A reader's connection came up or was lost; each reader is told for itself."""
    down = turn.floor.readers_down
    if link.up is (link.reader not in down):
        return
    left = tuple(name for name in down if name != link.reader)
    turn.floor = replace(turn.floor, readers_down=left if link.up else (*left, link.reader))
    change = LinkRestored if link.up else LinkLost
    data = change(
        keys=turn.draft.keys,
        quality=turn.draft.quality("rule"),
        versions=turn.draft.versions,
        device=link.device,
        reader=link.reader or None,
        detail=link.reason,
    )
    turn.draft.add(data, link.observed.wall, f"link:{turn.wc_id}:{link.device}:{turn.number()}")


def without_removed(floor: Floor, setup: Setup) -> Floor:
    """A reader that is configured no more, or at another work center, is not missed."""
    here = setup.machine.work_center
    left = (name for name in floor.readers_down if (here, name) in setup.floor.readers)
    return replace(floor, readers_down=tuple(left))

"""When each machine was heard of last, and how often machines and readers were lost."""

from __future__ import annotations

from collections import Counter

from agent.core.observations import Link


class Contacts:
    """Since the start of the agent."""

    def __init__(self) -> None:
        self.heard: dict[str, float] = {}
        """By work center with a machine that answered: when that was last, in plant seconds of the steady clock."""
        self.losses: Counter[tuple[str, str]] = Counter()
        """How often one was lost, by work center and reader; of the machine where that is empty."""

        self.readers: set[tuple[str, str]] = set()
        """Those that are connected, by work center and name."""

    def note(self, link: Link) -> None:
        """A driver says how its device is."""
        if not link.up:
            self.losses[link.wc_id, link.reader] += 1
            self.readers.discard((link.wc_id, link.reader))
        elif link.device == "scanner":
            self.readers.add((link.wc_id, link.reader))
        elif link.device == "plc":
            self.heard[link.wc_id] = link.observed.monotonic

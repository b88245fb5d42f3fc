"""What machines said last, in memory: for who asks for it, and for no fact. Bounded by what is configured."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from agent.core.machine_settings import MachineSettings
from agent.core.observations import Controller, Instant, Link, Signal
from agent.core.readings import Contact, ReadingsView, note_signal, view
from agent.core.times import iso
from drivers.contract import Batch


class Readings:
    """The last word of each machine that is read."""

    def __init__(self) -> None:
        self._contacts: dict[str, Contact] = {}

    def begin(self, machine: MachineSettings) -> None:
        """It is read from now on, by these settings; what was said by others is forgotten."""
        self._contacts[machine.work_center] = Contact(machine)

    def keep(self, wc_ids: Collection[str]) -> None:
        """No others are read any more: what they said last is nobody's word now."""
        self._contacts = {wc_id: one for wc_id, one in self._contacts.items() if wc_id in wc_ids}

    def note(self, batch: Batch) -> None:
        """A driver says this of its machine, or whoever lost the driver says so."""
        for item in batch:
            contact = self._contacts.get(item.wc_id)
            if contact is None:
                continue
            if isinstance(item, Link) and not item.up and item.device == "plc":
                _lost(contact, item)
            elif isinstance(item, Signal):
                _heard(contact, item.observed)
                note_signal(contact, item)
            elif isinstance(item, Link) and item.device == "plc":
                _heard(contact, item.observed)
            elif isinstance(item, Controller):
                _heard(contact, item.observed)
                contact.ahead_s = item.ahead_s

    def view(self, now: Instant, speed: float, wc_ids: Sequence[str] | None = None) -> ReadingsView:
        """As it is shown at this instant, of these work centers or of all that have a machine."""
        shown = [one for wc_id, one in self._contacts.items() if wc_ids is None or wc_id in wc_ids]
        return ReadingsView(plant_time=iso(now.wall), machines=tuple(view(one, now, speed) for one in shown))


def _heard(contact: Contact, observed: Instant) -> None:
    if contact.connection != "up":
        contact.connection, contact.since, contact.reason = "up", observed, ""
    contact.heard = observed


def _lost(contact: Contact, link: Link) -> None:
    if contact.connection != "down":
        never = contact.connection == "not_yet" and contact.heard is None
        contact.connection = "not_yet" if never else "down"
        contact.since = contact.since if never and contact.since is not None else link.observed
    contact.reason = link.reason
    contact.current.clear()


def without_clocks(batch: Batch) -> Batch:
    """What is said where plant time is simulated: a server's own clock is no plant time."""
    return [item for item in batch if not isinstance(item, Controller)]

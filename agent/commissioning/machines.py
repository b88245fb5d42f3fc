"""The work centers of a PC and their machines: asked for, looked at, and their signals chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agent.commissioning.addresses import address
from agent.commissioning.answers import Address, CenterAnswer, OpcUaAddress, SignalAnswer, Where
from agent.commissioning.asking import Asker
from agent.commissioning.candidates import Candidate, Proposal
from agent.commissioning.checks import one_of, seconds, unlike
from agent.commissioning.looking import Look
from agent.commissioning.recognition import BY_NAME, propose
from agent.commissioning.recognition import machines as machines_in
from agent.commissioning.roles import answered, choose
from agent.core.errors import ConfigurationError, DeviceError
from agent.core.machine_settings import Role

_EXAMPLE: Final = (
    "opc.tcp://192.0.2.10:4840, modbus://192.0.2.20:502/1, modbus+rtu:/dev/serial/by-id/…:19200:8E1/1, or manual"
)
_MADE: Final = (Role.TOTAL, Role.GOOD)
_CYCLE: Final = "Nominal seconds for one part"


@dataclass(frozen=True, slots=True)
class GivenCenter:
    """A work center that an option named."""

    name: str
    address: Address
    signals: Mapping[Role, SignalAnswer]
    """Where they are given, the machine is not looked at."""
    cycle_s: float | None = None


class Machines:
    """Asks about each work center.

    Args:
        look: looks at a machine; a DeviceError where it cannot.
        given: work centers from options; with them none is asked for.
    """

    def __init__(self, asker: Asker, look: Callable[[Address], Look], given: tuple[GivenCenter, ...] = ()) -> None:
        self._asker = asker
        self._look = look
        self._given = given
        self._read: dict[tuple[str, Where], str] = {}
        """Whose a value is that was chosen, by the machine's address and its place there."""

    def centers(self) -> tuple[CenterAnswer, ...]:
        """All of them, at least one.

        Raises:
            ConfigurationError: one was given without what is needed and nobody is there to ask.
        """
        if self._given:
            return tuple(self._known(self._of_given(one)) for one in self._given)
        centers: list[CenterAnswer] = []
        while not centers or self._asker.confirm("another", "\nAnother work center of this PC?", default=False):
            taken = {one.name for one in centers}
            centers.append(self._known(self._one(taken, len(centers) + 1)))
        return tuple(centers)

    def _known(self, center: CenterAnswer) -> CenterAnswer:
        self._read.update({(str(center.address), signal.where): center.name for signal in center.signals})
        return center

    def _one(self, taken: set[str], number: int) -> CenterAnswer:
        name = self._asker.ask("center", "Work center", unlike(taken), default=f"WC-{number}", example="FILL-1")
        place = self._asker.ask("address", f"Address of {name}'s machine", address, default="manual", example=_EXAMPLE)
        return self._looked_at(name, place)

    def _looked_at(self, name: str, place: Address, cycle_s: float | None = None) -> CenterAnswer:
        while place is not None:
            try:
                seen = self._look(place)
            except DeviceError as error:
                if self._asker.is_unattended:
                    raise
                self._asker.say(f"  {error}")
                what = "Address to try now; the same again, or manual for a machine that is not read yet"
                place = self._asker.ask("address", what, address, default=str(place))
                continue
            return self._chosen(name, place, seen, cycle_s)
        return CenterAnswer(name, cycle_s=cycle_s)

    def _chosen(self, name: str, place: Address, seen: Look, cycle_s: float | None) -> CenterAnswer:
        if seen.is_cut:
            self._asker.say("  There is more than was looked at: `lineside browse` looks further.")
        if seen.offers:
            self._asker.say(
                f"  It was looked at without security, and so it is written. It offers: {', '.join(seen.offers)}."
            )
        candidates = self._of_one_machine(name, place, seen.candidates)
        proposals = self._believed(propose(candidates) if isinstance(place, OpcUaAddress) else [])
        signals = choose(self._asker, place, candidates, proposals)
        self._must_be_its_own(name, place, signals)
        if cycle_s is not None:
            return CenterAnswer(name, place, signals, cycle_s, seen.offers)
        counted = {one.where: one.movement for one in candidates if one.movement.counts and one.movement.rise > 1}
        made = next((counted[one.where] for one in signals if one.role in _MADE and one.where in counted), None)
        usual = "1.0" if made is None else f"{made.seconds / made.rise:.2g}"
        cycle_s = self._asker.ask("cycle", _CYCLE, seconds, default=usual)
        return CenterAnswer(name, place, signals, cycle_s, seen.offers)

    def _believed(self, proposals: list[Proposal]) -> list[Proposal]:
        """Nobody is there to see that a name is right: then a known model alone is believed."""
        by_name = [one for one in proposals if one.why == BY_NAME]
        if not (self._asker.is_unattended and by_name):
            return proposals
        named = ", ".join(f"{one.candidate.name} for {one.role}" for one in by_name)
        self._asker.say(f"  Not taken, as only the name speaks for it: {named}. --signal says which value is what.")
        return [one for one in proposals if one not in by_name]

    def _of_one_machine(self, name: str, place: Address, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """Where a server speaks for several machines, those of one."""
        names = machines_in(candidates)
        if len(names) < 2:
            return candidates
        read = [one.name for one in candidates if (str(place), one.where) in self._read]
        free = [path for path in names if not any(one.startswith(f"{path}/") for one in read)]
        meant = [path for path in free if path.split("/")[-1] == name]
        if self._asker.is_unattended and len(meant) != 1:
            raise ConfigurationError(
                f"--work-center {name}: {place} speaks for {len(names)} machines, and which of them is meant cannot be "
                f"known: {', '.join(names)}. Name the work center as its machine is, or say with "
                f"--signal {name}.ROLE=PLACE which values are its own"
            )
        for number, path in enumerate(names, start=1):
            self._asker.say(f"  {number:>3}  {path}")
        usual = next((str(names.index(path) + 1) for path in [*meant, *free]), None)
        numbers = [str(number + 1) for number in range(len(names))]
        choice = self._asker.ask("machine", f"  Which of these is {name}?", one_of(numbers), default=usual)
        below = f"{names[int(choice) - 1]}/"
        return [one for one in candidates if one.name.startswith(below)]

    def _must_be_its_own(self, name: str, place: Address, signals: Sequence[SignalAnswer]) -> None:
        """Nobody is there to see that two work centers were given one machine."""
        other = next(filter(None, (self._read.get((str(place), one.where)) for one in signals)), None)
        if other is not None and self._asker.is_unattended:
            raise ConfigurationError(
                f"--work-center {name}: what was recognised at {place} is read for {other} already; "
                f"say with --signal {name}.ROLE=PLACE which values are its own"
            )

    def _of_given(self, given: GivenCenter) -> CenterAnswer:
        if given.address is None:
            return CenterAnswer(given.name, cycle_s=given.cycle_s)
        if not given.signals:
            return self._looked_at(given.name, given.address, given.cycle_s)
        try:
            signals = answered(given.address, given.signals)
        except ValueError as error:
            raise ConfigurationError(f"--signal {given.name}: {error}") from error
        return CenterAnswer(given.name, given.address, signals, given.cycle_s or 1.0)

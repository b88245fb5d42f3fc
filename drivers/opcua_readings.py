"""Makes readings of what a server says, by what is configured and what is known of its types. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from asyncua import ua
from asyncua.ua.status_codes import StatusCodes

from agent.core.machine_settings import MachineSettings, Role, SignalSettings
from agent.core.observations import Quality, SignalValue
from agent.core.sources.address import AddressSettings
from drivers.opcua_octets import MalformedError
from drivers.opcua_picking import picked
from drivers.opcua_structures import Choice, Types, UnknownTypeError
from drivers.opcua_values import NoValueError, Reading, judged, single
from drivers.scaling import scaled


class Readings:
    """Values of one session, by their place in `MachineSettings.readings`."""

    def __init__(self, machine: MachineSettings) -> None:
        self.addresses: Sequence[AddressSettings] = machine.readings
        self.namespaces: Sequence[str] = ()
        """The server's, by which node ids among values are written."""
        self.types = Types()
        self.ranged: set[int] = set()
        """Elements of arrays that the server is asked for alone."""
        self.texts: dict[int, dict[int, str]] = {}
        """Of the numbers of those whose text is meant."""
        self._has_worded_states = not all(state.lstrip("-").isdecimal() for state in machine.condition.states)

    def index_range(self, at: int) -> str | None:
        """The IndexRange to ask for; None where the whole value is to be asked for."""
        return str(self.addresses[at].index) if at in self.ranged else None

    def is_worded(self, at: int) -> bool:
        """Whether its number's text is meant: that of an alarm, and of a state where states are configured as texts."""
        address = self.addresses[at]
        if not isinstance(address, SignalSettings):
            return False
        return address.role is Role.ALARM or (address.role is Role.STATE and self._has_worded_states)

    def reading(self, at: int, data: ua.DataValue) -> Reading:
        """A reading of a data value, which is bad, and says why, where it cannot be read."""
        try:
            return self.tried(at, data)
        except (MalformedError, UnknownTypeError) as error:
            return None, Quality.BAD, f"BadDecodingError: {error}", judged(data)[2]

    def tried(self, at: int, data: ua.DataValue) -> Reading:
        """The same for whom it matters why.

        Raises:
            UnknownTypeError: it is made of a type that is to be learned first.
            MalformedError: it is not what its type says.
        """
        quality, status, source_time = judged(data)
        if quality is Quality.BAD:
            return None, quality, self._explained(at, data, status), source_time
        try:
            return self._value(at, data.Value), quality, status, source_time
        except NoValueError as error:
            return None, Quality.BAD, str(error), source_time

    def _value(self, at: int, value: ua.Variant | None) -> SignalValue:
        address = self.addresses[at]
        is_whole = address.index is None and address.field is None
        found = value if is_whole else picked(value, address, self.types, is_ranged=at in self.ranged)
        if isinstance(found, Choice):
            return self._chosen(at, found.number, found.text)
        plain = single(found, self.namespaces)
        if at in self.texts and isinstance(plain, int):
            return self._chosen(at, plain, self.texts[at].get(plain))
        if (number := scaled(plain, address)) is None:
            raise NoValueError("no number once it is scaled")
        return number

    def _chosen(self, at: int, number: int, text: str | None) -> SignalValue:
        """The number of an enumeration, or its text where that is what is meant; an alarm's 0 is none."""
        address = self.addresses[at]
        is_none = number == 0 and isinstance(address, SignalSettings) and address.role is Role.ALARM
        return text if text and self.is_worded(at) and not is_none else number

    def _explained(self, at: int, data: ua.DataValue, status: str) -> str:
        code = data.StatusCode.value if data.StatusCode is not None else 0
        if code == StatusCodes.BadIndexRangeNoData:
            return f"{status}: the array has no element {self.addresses[at].index}, counted from 0"
        if code == StatusCodes.BadDecodingError:
            return f"{status}: it cannot be read"
        return status

from __future__ import annotations

from collections.abc import Sequence

from agent.commissioning.looking import watched_registers
from agent.commissioning.registers import candidates
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_scan import ModbusScanner, Place

STANDS, COUNTS = [7, 7, 7], [100, 101, 103]


def shown(**series: list[int]) -> list[tuple[str, str, object, str]]:
    places = {("input", int(name[1:])): list(samples) for name, samples in series.items()}
    return [(one.name, one.kind, one.value, one.movement.words) for one in candidates(places, 2)]  # type: ignore[arg-type]  # lists of numbers


def test_what_counts_comes_first_and_then_what_is_not_zero() -> None:
    assert shown(r0=[0, 0, 0], r3=STANDS, r9=COUNTS) == [
        ("input 9", "uint16", 103, "counts, +3 in 2 s"),
        ("input 3", "uint16", 7, "stands"),
        ("input 0", "uint16", 0, "stands"),
    ]


def test_a_counting_register_may_be_the_lower_half_of_a_number_in_both_orders() -> None:
    numbers = {(name, kind): value for name, kind, value, _ in shown(r4=STANDS, r5=COUNTS, r6=[0, 0, 0])}
    assert numbers["input 4-5", "uint32"] == 7 * 65536 + 103
    assert numbers["input 5-6", "uint32 little"] == 103


def test_a_neighbour_that_moves_by_itself_is_no_upper_half() -> None:
    assert not any("uint32" in kind for _, kind, _, _ in shown(r4=[1, 2, 3], r5=[100, 102, 104], r6=[5, 4, 5]))


def test_bits_are_bits() -> None:
    [bit] = candidates({("discrete", 2): [0, 1, 0]}, 2)
    assert (bit.kind, bit.value, bit.movement.words) == ("bit", False, "changes")


async def test_a_register_that_is_refused_meanwhile_says_nothing_then() -> None:
    class Server(ModbusScanner):
        """Refuses its second register every other time."""

        looks = 0

        async def read(self, places: Sequence[Place], pause_s: float = 0.0) -> dict[Place, int]:
            del pause_s
            self.looks += 1
            return {place: self.looks for place in places if place[1] == 0 or self.looks % 2}

    found = await watched_registers(Server(ModbusSettings(host="127.0.0.1")), {("input", 0): 1, ("input", 1): 1}, 0.6)
    assert {(one.name, one.movement.counts) for one in found if one.kind == "uint16"} == {
        ("input 0", True),
        ("input 1", True),
    }

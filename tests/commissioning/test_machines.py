from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

import pytest

from agent.commissioning.answers import Address, CenterAnswer, ModbusAddress, Node, OpcUaAddress, Register
from agent.commissioning.asking import Asker
from agent.commissioning.candidates import Candidate
from agent.commissioning.looking import Look
from agent.commissioning.machines import GivenCenter, Machines
from agent.commissioning.watching import Movement
from agent.core.errors import ConfigurationError, DeviceError
from agent.core.machine_settings import Role
from agent.core.observations import SignalValue

PLC = "opc.tcp://192.0.2.10:4840"


def value(name: str, shown: SignalValue, movement: Movement | None = None) -> Candidate:
    return Candidate(Node(f"nsu=urn:x;s={name}"), name, "Int32", shown, movement or Movement())


LINE = (
    value("Filler/Status/StateCurrent", 6),
    value("Filler/Admin/ProdProcessedCount/AccCount", 10, Movement(5, 5, 0, 10.0)),
    value("Capper/Status/StateCurrent", 6),
    value("Capper/Admin/ProdProcessedCount/AccCount", 20),
)
MAP = (
    Candidate(Register("input", 0), "input 0", "uint16", 700, Movement(3, 3, 0, 3.0)),
    Candidate(Register("discrete", 4, "bit"), "discrete 4", "bit", True),
)


def asked(
    typed: str, seen: Sequence[Candidate] = LINE, given: tuple[GivenCenter, ...] = (), *, unattended: bool = False
) -> tuple[tuple[CenterAnswer, ...], str]:
    out = StringIO()
    asker = Asker({}, unattended=unattended, source=StringIO(typed), out=out)
    return Machines(asker, lambda _: Look(tuple(seen), is_cut=False), given).centers(), out.getvalue()


def places(center: CenterAnswer) -> dict[Role, str]:
    return {signal.role: str(signal.where).rpartition("=")[2] for signal in center.signals}


def test_of_a_server_with_several_machines_the_one_is_taken_that_is_meant() -> None:
    [center], said = asked(f"Capper\n{PLC}\n\n\n\n\n")
    assert places(center) == {
        Role.PACKML_STATE: "Capper/Status/StateCurrent",
        Role.TOTAL: "Capper/Admin/ProdProcessedCount/AccCount",
    }
    assert "Which of these is Capper? [2]" in said
    [center], _ = asked(f"WC-1\n{PLC}\n3\n1\n\n\n\n")
    assert places(center)[Role.PACKML_STATE] == "Filler/Status/StateCurrent"


def test_the_machine_of_another_work_center_is_not_proposed_again() -> None:
    typed = "y\n".join((f"WC-1\n{PLC}\n\n\n\n", f"WC-2\n{PLC}\n\n\n\n", f"WC-3\n{PLC}\n\n1\n\n\n\n"))
    _, said = asked(typed)
    for question in ("WC-1? [1]: ", "WC-2? [2]: ", "WC-3?:   An answer is needed here."):
        assert f"Which of these is {question}" in said


@pytest.mark.parametrize("names", [("WC-1", "Capper"), ("Capper", "WC-2")])
def test_without_a_person_no_machine_is_guessed_of_several(names: tuple[str, ...]) -> None:
    given = tuple(GivenCenter(name, OpcUaAddress(PLC), {}) for name in names)
    with pytest.raises(
        ConfigurationError, match=r"speaks for 2 machines, .*: Filler, Capper\. Name the work center as"
    ):
        asked("", given=given, unattended=True)


def test_without_a_person_nothing_is_taken_by_its_name_alone() -> None:
    seen = (value("Press/StateCurrent", 6), value("Press/TotalCount", 7, Movement(5, 5, 0, 10.0)))
    given = (GivenCenter("A", OpcUaAddress(PLC), {}),)
    [center], said = asked("", seen, given, unattended=True)
    assert places(center) == {Role.PACKML_STATE: "Press/StateCurrent"}
    assert "Not taken, as only the name speaks for it: Press/TotalCount for total." in said
    [center], _ = asked(f"A\n{PLC}\n\n\n\n", seen)
    assert Role.TOTAL in places(center)
    with pytest.raises(ConfigurationError, match="--signal says which value is what"):
        asked("", seen[1:], given, unattended=True)


def test_without_a_person_two_work_centers_get_no_value_in_common() -> None:
    seen = (value("Press/StateCurrent", 6), value("Press/Parts/TotalCount", 7))
    given = tuple(GivenCenter(name, OpcUaAddress(PLC), {}) for name in ("A", "B"))
    asked("", seen, given[:1], unattended=True)
    with pytest.raises(ConfigurationError, match=r"--work-center B: what was recognised at .* is read for A already"):
        asked("", seen, given, unattended=True)


def test_the_cycle_that_was_seen_is_the_default_and_an_option_goes_before_it() -> None:
    [center], said = asked(f"Filler\n{PLC}\n\n\n\n\n")
    assert (center.cycle_s, "one part [2]" in said) == (2.0, True)
    given = GivenCenter("Filler", OpcUaAddress(PLC), {}, 3.5)
    [center], _ = asked("", given=(given,), unattended=True)
    assert center.cycle_s == 3.5


def test_roles_are_given_by_number_and_what_does_not_fit_is_explained() -> None:
    typed = "PRESS-1\nmodbus://plc\nrun 1\ntotal 2\ntotal 9\nspeed 1\nwhat 1\ntotal 1\nrun discrete:4\n\n\n\n"
    [center], said = asked(typed, MAP)
    assert center.address == ModbusAddress("plc")
    assert {signal.role: signal.where for signal in center.signals} == {
        Role.RUN: Register("discrete", 4, "bit"),
        Role.TOTAL: Register("input", 0),
    }
    for sentence in (
        "'input 0' is neither true nor false, as the role 'run' needs",
        "'discrete 4' is no whole number, as the role 'total' needs",
        "there is no number 9; expected 1 to 2",
        "role 'speed' needs more than an address",
        "there is no role 'what'; 'roles' lists them",
    ):
        assert sentence in said


def test_a_value_has_one_role() -> None:
    [center], _ = asked("A\nmodbus://plc\ngood 1\ntotal 1\n\n\n\n", MAP)
    assert [signal.role for signal in center.signals] == [Role.TOTAL]


def test_what_cannot_be_known_without_a_person_is_an_error_that_says_what_to_add() -> None:
    given = GivenCenter("A", ModbusAddress("plc"), {})
    with pytest.raises(ConfigurationError, match="without it no condition is known; --signal says which value is what"):
        asked("", MAP, (given,), unattended=True)


def test_a_machine_that_is_away_can_be_left_for_later() -> None:
    def away(_: Address) -> Look:
        raise DeviceError("No OPC UA server answers.")

    out = StringIO()
    asker = Asker({}, unattended=False, source=StringIO(f"A\n{PLC}\n\nmanual\n\n"), out=out)
    assert Machines(asker, away).centers() == (CenterAnswer("A"),)
    assert out.getvalue().count("No OPC UA server answers.") == 2

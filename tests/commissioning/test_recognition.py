from __future__ import annotations

import pytest

from agent.commissioning.answers import Node
from agent.commissioning.candidates import Candidate
from agent.commissioning.recognition import BY_NAME, MACHINERY, PACKML, machines, propose
from agent.core.machine_settings import Role
from agent.core.observations import SignalValue


def value(name: str, shown: SignalValue, kind: str = "Int32") -> Candidate:
    return Candidate(Node(f"nsu=urn:x;s={name}"), name, kind, shown)


def roles(*values: Candidate) -> dict[Role, tuple[str, str]]:
    return {one.role: (one.candidate.name, one.why) for one in propose(values)}


def test_packml_is_known_by_the_names_of_opc_30050() -> None:
    assert roles(
        value("Filler/Status/StateCurrent", 6),
        value("Filler/Status/UnitModeCurrent", 1),
        value("Filler/Status/CurMachSpeed", 30.0),
        value("Filler/Admin/ProdProcessedCount[0]/Count", 17),
        value("Filler/Admin/ProdProcessedCount[0]/AccCount", 4711),
        value("Filler/Admin/ProdDefectiveCount[0]/AccCount", 3),
        value("Filler/Status/EquipmentInterlock/Starved", False, "Boolean"),
    ) == {
        Role.PACKML_STATE: ("Filler/Status/StateCurrent", PACKML),
        Role.MODE: ("Filler/Status/UnitModeCurrent", PACKML),
        Role.TOTAL: ("Filler/Admin/ProdProcessedCount[0]/AccCount", PACKML),
        Role.SCRAP: ("Filler/Admin/ProdDefectiveCount[0]/AccCount", PACKML),
        Role.STARVED: ("Filler/Status/EquipmentInterlock/Starved", PACKML),
    }


def test_machinery_is_known_by_the_names_of_opc_40001_1() -> None:
    below = "Machines/Press/MachineryBuildingBlocks"
    assert roles(
        value(f"{below}/MachineryItemState/CurrentState", "Executing", "LocalizedText"),
        value(f"{below}/MachineryItemState/CurrentState/Number", 3),
        value(f"{below}/MachineryOperationMode/CurrentState/Number", 3),
    ) == {
        Role.MACHINERY_STATE: (f"{below}/MachineryItemState/CurrentState/Number", MACHINERY),
        Role.MACHINERY_MODE: (f"{below}/MachineryOperationMode/CurrentState/Number", MACHINERY),
    }


@pytest.mark.parametrize(
    ("name", "shown", "role"),
    [
        ("DB10/PartCounter", 12, Role.TOTAL),
        ("DB10/parts_good", 12, Role.GOOD),
        ("GVL.nRejects", 12, None),
        ("GVL.Rejects", 12, Role.SCRAP),
        ("GVL.Reject_Count", 12, Role.SCRAP),
        ("GVL.AlarmCode", 0, Role.ALARM),
        ("GVL.Alarm", "E12", Role.ALARM),
        ("GVL.Fault", False, Role.FAULT),
        ("GVL.bIsRunning", True, None),
        ("GVL.Running", True, Role.RUN),
        ("GVL.HeartBeat", 4, Role.HEARTBEAT),
        ("GVL.Running", "yes", None),
        ("GVL.Total", 1.5, None),
        ("GVL.Temperature", 12, None),
        ("Energy/Total", 12, None),
        ("Press/Diag/Counter", 12, None),
        ("Press/Cmd/Run", True, None),
    ],
)
def test_other_names_are_taken_for_what_they_say_where_the_value_fits(
    name: str, shown: SignalValue, role: Role | None
) -> None:
    assert roles(value(name, shown)) == ({} if role is None else {role: (name, BY_NAME)})


def test_one_state_is_proposed_and_one_value_has_one_role() -> None:
    found = roles(value("a/StateCurrent", 6), value("a/MachineryItemState", 3), value("a/Running", True, "Boolean"))
    assert list(found) == [Role.PACKML_STATE]


def test_machines_behind_one_server_are_told_apart() -> None:
    found = [
        value("Line/Filler/Status/StateCurrent", 6),
        value("Line/Capper/Status/StateCurrent", 4),
        value("Line/Capper/Admin/ProdProcessedCount/AccCount", 4),
    ]
    assert machines(found) == ["Line/Filler", "Line/Capper"]
    assert machines(found[:1]) == ["Line/Filler"]
    assert machines([value("x", 1)]) == []

"""`lineside check --live`: a configuration held against real servers, without an agent and beside one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.commands.check_live import page
from agent.commissioning.live import LiveMachine, LiveValue, Manner, Verdict, held, look, patience_s
from agent.core.readings import MachineReadings
from tests.agent.processes import an_agent, asked
from tests.agent.test_command_line import Answer, lineside
from tests.commissioning.test_read import Hall
from tests.drivers.plants import URI, ModbusPlant


@pytest.fixture(scope="module")
def hall() -> Iterator[Hall]:
    hall = Hall()
    yield hall
    hall.fill.server.kill()
    hall.press.server.kill()


async def checked(folder: Path, *arguments: str) -> tuple[Answer, dict[str, Any]]:
    answer = await lineside("check", "--live", "--json", "-c", folder / "lineside.toml", *arguments)
    told = json.loads(answer.out)
    return answer, told | {one["work_center"]: one for one in told["machines"]}


def rows(machine: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {one["key"]: (one["verdict"], one["text"]) for one in machine["values"]}


async def test_each_address_is_held_against_its_role(tmp_path: Path, hall: Hall) -> None:
    text = hall.written(tmp_path)
    text = text.replace(f'role = "total", node = "nsu={URI};s=count"', f'role = "total", node = "nsu={URI};s=run"')
    (tmp_path / "lineside.toml").write_text(text)
    answer, told = await checked(tmp_path)
    assert answer.status == 1
    assert rows(told["FILL-1"]) == {
        "state": ("right", ""),
        "count": ("wrong", "it shows true; role total needs a whole number"),
        "nothing": (
            "wrong",
            "BadNodeIdUnknown: there is no such node at present; lineside browse --machine FILL-1 shows all",
        ),
    }
    assert (told["FILL-1"]["asked"], told["FILL-1"]["way"]) == ("itself", "no security")
    assert rows(told["PRESS-1"]) == {"run": ("right", ""), "count": ("right", "")}
    assert told["summary"] == "5 values: 2 wrong, 3 right."


async def test_all_that_is_right_is_said_and_the_exit_code_says_so(tmp_path: Path, hall: Hall) -> None:
    text = hall.written(tmp_path).replace("s=no such node", "s=speed")
    (tmp_path / "lineside.toml").write_text(text)
    answer = await lineside("check", "--live", "-c", tmp_path / "lineside.toml")
    assert answer.status == 0, answer.out
    assert "FILL-1: asked by itself, no security" in answer.out
    assert answer.out.splitlines()[-1] == "5 values: 5 right."


async def test_beside_an_agent_nothing_is_subscribed_to_and_a_modbus_device_is_left_to_it(
    tmp_path: Path, hall: Hall
) -> None:
    text = hall.written(tmp_path)
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        while b'"up"' not in (await asked(tmp_path / "agent.sock", "GET /v1/readings?wc=PRESS-1"))[1]:
            pass
        moved = text.replace("address = 10", "address = 12")
        (tmp_path / "lineside.toml").write_text(moved)
        _, told = await checked(tmp_path)
        assert (told["PRESS-1"]["asked"], told["FILL-1"]["asked"]) == ("agent", "itself")
        verdict, words = rows(told["PRESS-1"])["count"]
        assert (verdict, rows(told["PRESS-1"])["run"][0]) == ("unseen", "right")
        assert "goes by another configuration" in words
        assert not any(one.startswith("publishing") for one in told["FILL-1"]["limits"])
        _, beside = await checked(tmp_path, "--beside", "--subscribe")
        assert beside["PRESS-1"]["asked"] == "itself"
        assert any(one.startswith("publishing every ") for one in beside["FILL-1"]["limits"])


async def test_where_a_server_has_no_room_beside_the_agent_what_the_agent_reads_stands_there(
    tmp_path: Path, hall: Hall
) -> None:
    text = hall.written(tmp_path).replace("s=no such node", "s=speed")
    try:
        async with an_agent(tmp_path, text) as agent:
            await agent.manager.hears("READY=1")
            while b'"up"' not in (await asked(tmp_path / "agent.sock", "GET /v1/readings?wc=FILL-1"))[1]:
                pass
            hall.fill.server.tell(behave={"no_subscriptions": "BadTooManySubscriptions"})
            answer, told = await checked(tmp_path, "--beside", "--subscribe")
            assert (told["FILL-1"]["asked"], told["FILL-1"]["problem"]) == ("itself", "")
            assert {verdict for verdict, _ in rows(told["FILL-1"]).values()} == {"right"}
            assert "no subscription (BadTooManySubscriptions): without one all is polled" in told["FILL-1"]["limits"]
            hall.fill.server.tell(behave={"no_sessions": "BadTooManySessions"})
            answer, told = await checked(tmp_path, "--beside")
            assert (told["FILL-1"]["asked"], told["FILL-1"]["problem"]) == ("agent", "")
            assert {verdict for verdict, _ in rows(told["FILL-1"]).values()} == {"right"}
            [note] = told["FILL-1"]["limits"]
            assert "BadTooManySessions" in note
            assert note.endswith("The agent has its connection; what it says stands here")
            assert answer.status == 0, answer.out
        answer, told = await checked(tmp_path)
        assert "BadTooManySessions" in told["FILL-1"]["problem"]
        assert answer.status == 1
    finally:
        hall.fill.server.tell(behave={})


async def test_a_serial_line_is_the_agents_whatever_it_knows_of_the_machine() -> None:
    press = ModbusPlant().machine
    assert press.modbus is not None
    modbus = type(press.modbus)(serial="/dev/ttyUSB0", unit=3)
    found = await look(press.model_copy(update={"modbus": modbus}), {}, Manner(beside=True))
    assert (found.asked, found.is_right) == ("agent", False)
    assert {one.verdict for one in found.values} == {Verdict.UNSEEN}


async def test_a_device_to_which_the_agent_is_connected_for_another_machine_is_left_to_it(hall: Hall) -> None:
    press = hall.press.machine
    other = press.model_copy(update={"work_center": "WC-2"})
    up = MachineReadings(wc_id="WC-1", connection="up", since=None, reason="", heard_s=0.1, readings=())
    down = up.model_copy(update={"wc_id": "WC-2", "connection": "down", "reason": "unit 2 gave no answer"})
    told = {"WC-1": up, "WC-2": down}
    places = held([press, other], told)
    found = await look(other, told, Manner(held=places))
    assert (found.asked, found.problem) == ("agent", "the agent has no connection: unit 2 gave no answer")
    assert (await look(other, told, Manner(held=places, beside=True))).asked == "itself"


async def test_a_machine_that_is_away_costs_its_own_time_and_says_why(tmp_path: Path, hall: Hall) -> None:
    hall.written(tmp_path)
    away = ModbusPlant().machine
    found = await look(away, None, Manner())
    assert "No Modbus server answers" in found.problem
    assert not found.is_right
    assert patience_s(away) < 20


async def test_what_goes_with_live_alone_is_refused_without_it(tmp_path: Path, hall: Hall) -> None:
    hall.written(tmp_path)
    answer = await lineside("check", "--beside", "-c", tmp_path / "lineside.toml")
    assert answer.status == 2
    assert "go with --live" in answer.err


@pytest.mark.parametrize("room", [60, 80])
def test_no_line_is_wider_than_the_terminal(room: int) -> None:
    value = LiveValue("total", "total", f"nsu={URI};s={'x' * 90}.End", Verdict.WRONG, "Int32", 7, None, "why " * 40)
    told = LiveMachine("FILL-1", "itself", (value,), "no security", offers=("Basic256Sha256 Sign, user name",) * 5)
    lines = list(page([told], room))
    assert max(map(len, lines)) <= room
    [wrong] = [line for line in lines if "WRONG" in line]
    assert wrong.endswith("x.End")


def test_why_the_agent_has_no_connection_is_said_once() -> None:
    why = "Modbus unit 3 at plc:502 gave no answer within 0.8 s. Is the PLC on?"
    values = tuple(LiveValue(key, "run", "input 0", Verdict.UNSEEN, text=why) for key in ("run", "total"))
    told = LiveMachine("PRESS-3", "agent", values, problem=f"the agent has no connection: {why}")
    lines = list(page([told], None))
    assert "\n".join(lines).count(why) == 1
    assert sum("UNSEEN" in line for line in lines) == 2


async def test_no_wish_is_passed_over_in_silence(tmp_path: Path, hall: Hall) -> None:
    hall.written(tmp_path)
    answer = await lineside("check", "--live", "--migrate", "-c", tmp_path / "lineside.toml")
    assert answer.status == 2
    assert "--migrate and --live do not go together; give them one after the other" in answer.err

"""Whatever is answered, the file that is written says it, and is a configuration."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.commissioning.answers import (
    Address,
    Answers,
    BrokerAnswer,
    CenterAnswer,
    ModbusAddress,
    Node,
    OpcUaAddress,
    ReaderAnswer,
    Register,
    SignalAnswer,
    Where,
)
from agent.commissioning.template import written
from agent.configuration import load
from agent.core.machine_settings import Role
from agent.core.settings import Settings
from agent.reloading import NEED_RESTART
from agent.resources import shipped

IDS = st.text(st.characters(exclude_categories=("Z", "C"), exclude_characters="/+#"), min_size=1, max_size=20).filter(
    lambda text: text not in {"-", "agents", "terminal"}
)
PATHS = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20).map(lambda name: Path("/x") / name)
NODES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1).map(lambda name: f"nsu=urn:x;s={name}")
REGISTERS = st.builds(
    Register,
    st.sampled_from(["input", "holding"]),
    st.integers(0, 65000),
    st.sampled_from(["uint16", "uint32"]),
    st.sampled_from(["big", "little"]),
)
REMARKS = st.text(st.characters(exclude_categories=["C"]), max_size=40)


@st.composite
def centers(draw: st.DrawFn, name: str) -> CenterAnswer:
    where: st.SearchStrategy[Where]
    address: Address
    match draw(st.sampled_from(["manual", "opcua", "modbus"])):
        case "opcua":
            where = st.builds(Node, NODES, st.sampled_from([2**31, 2**32, 2**63 - 1]))
            address = OpcUaAddress("opc.tcp://192.0.2.10:4840/line")
        case "modbus":
            where = REGISTERS
            address = ModbusAddress("plc.example", draw(st.integers(1, 65535)), draw(st.integers(0, 255)))
        case _:
            return CenterAnswer(name)
    chosen = draw(st.sets(st.sampled_from([Role.TOTAL, Role.SCRAP, Role.RUN, Role.ALARM]), min_size=1)) | {Role.TOTAL}
    signals = tuple(SignalAnswer(role, draw(where), draw(REMARKS)) for role in sorted(chosen))
    return CenterAnswer(name, address, signals, draw(st.floats(0.01, 1000)))


@st.composite
def answers(draw: st.DrawFn) -> Answers:
    names = draw(st.lists(IDS, min_size=1, max_size=3, unique=True))
    host = draw(st.sampled_from(["127.0.0.1", "mes.example"]))
    user = draw(st.none() | IDS)
    broker = BrokerAnswer(
        host,
        draw(st.integers(1, 65535)),
        tls=draw(st.booleans()) or (user is not None and host != "127.0.0.1"),
        ca_file=draw(st.none() | PATHS),
        user=user,
        password=None if user is None else "s3cret",
    )
    readers = tuple(
        ReaderAnswer(f"reader-{number}", draw(st.sampled_from(names)), place)
        for number, place in enumerate(draw(st.lists(PATHS, max_size=2, unique=True)))
    )
    of_names = tuple(draw(centers(name)) for name in names)
    return Answers(draw(IDS), draw(IDS), draw(IDS), draw(IDS), "Asia/Almaty", broker, of_names, readers)


def loaded(text: str) -> Settings:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "lineside.toml"
        config.write_text(text, encoding="utf-8")
        return load(config)


@settings(max_examples=60, deadline=None)
@given(answers())
def test_whatever_is_answered_is_what_the_file_says(said: Answers) -> None:
    text = written(said, Path("/etc/lineside/broker-password"))
    read = loaded(text)
    assert "s3cret" not in text
    agent, mes = read.agent, read.mes
    assert (agent.enterprise, agent.site, agent.area, agent.id) == (said.enterprise, said.site, said.area, said.name)
    assert (mes.host, mes.port, mes.username, mes.tls is not None) == (
        said.broker.host,
        said.broker.port,
        said.broker.user,
        said.broker.tls,
    )
    assert (mes.tls.ca_file if mes.tls else None) == (said.broker.ca_file if said.broker.tls else None)
    for machine, center in zip(read.machine, said.centers, strict=True):
        assert (machine.work_center, machine.manual) == (center.name, center.address is None)
        assert [signal.role for signal in machine.signal] == [signal.role for signal in center.signals]
        for signal, answer in zip(machine.signal, center.signals, strict=True):
            if isinstance(answer.where, Register):
                place = answer.where
                assert (signal.table, signal.address, signal.type) == (place.table, place.address, place.type)
            else:
                assert signal.node == answer.where.node
            if answer.modulus is not None:
                assert signal.modulus == answer.modulus
    assert [(one.name, one.work_center, one.device or one.input) for one in read.scanner] == [
        (one.name, one.work_center, one.place) for one in said.readers
    ]


def test_every_remark_that_can_be_taken_in_is_configuration() -> None:
    said = Answers("a", "b", "c", "d", "UTC", BrokerAnswer("127.0.0.1"), (CenterAnswer("WC-1"),))
    text = written(said, Path("/x"))
    commented = [line for line in text.splitlines() if line.lstrip().startswith("# ") and " = " in line]
    assert len(commented) > 5
    known = shipped("config/lineside.schema.json").read_text(encoding="utf-8")
    for line in commented:
        key = line.lstrip(" #").partition(" = ")[0]
        assert f'"{key}"' in known, line


def test_the_file_says_what_waits_for_a_restart() -> None:
    said = Answers("a", "b", "c", "d", "UTC", BrokerAnswer("127.0.0.1"), (CenterAnswer("WC-1"),))
    waits = written(said, Path("/x")).partition("waits for")[2].partition("\n\n")[0]
    assert "a work center more or less" in waits
    assert [one for one in NEED_RESTART if f"[{one}]" not in waits] == ["simulation"]

"""Drivers of other kinds: found by name, asked what they expect, and told of in sentences where they are not there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.configuration import read
from agent.core.errors import ConfigurationError, DeviceError
from agent.core.recordings.advice import advise
from agent.core.sources.driver_settings import Option
from agent.driver_checks import check_drivers
from drivers import plugin
from drivers.plugin import check_machine, installed
from drivers.plugin_kind import SettingError
from drivers.probed import ProbeError
from drivers.registry import open_machine, probe_machine
from tests.agent.processes import configuration
from tests.drivers.other_plants import MeterPlant, blocks, install, machine_of
from tests.drivers.plants import now

OPTIONS: dict[str, Option] = {"host": "127.0.0.1", "port": 4500}
PLACES = {"state": "STATE", "count": "COUNT"}
MACHINE = """
[[machine]]
work_center = "WC-9"
  [machine.driver]
  kind = "KIND"
  [machine.driver.options]
  host = "127.0.0.1"
  port = PORT
  [[machine.signal]]
  key = "run"
  role = "run"
  at = "RUN"
  [[machine.telemetry]]
  key = "flow"
  at = "FLOW"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """For what is installed; off the path again afterwards."""
    path, modules = list(sys.path), set(sys.modules)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


def configured(folder: Path, **words: str) -> Path:
    text = MACHINE
    for word, by in words.items():
        text = text.replace(word, by)
    path = folder / "config.toml"
    path.write_text(configuration(folder, None, 1) + text, encoding="utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        check_drivers(read(path))
    return str(caught.value).removeprefix(f"{path}: ")


def test_a_driver_that_is_not_installed_is_told_by_file_and_key_with_those_that_are(folder: Path) -> None:
    install(folder, "here", "")
    said = refused(configured(folder, KIND="elsewhere", PORT="1"))
    assert said.startswith("machine[3].driver.kind: the driver 'elsewhere' is not installed; there are ")
    assert "'here'" in said
    assert "Install the package that has it" in said


def test_what_a_driver_expects_is_told_by_file_key_and_value(folder: Path) -> None:
    [program] = blocks("python")
    install(folder, "meter1", program)
    kind = {"KIND": "meter1"}
    assert refused(configured(folder, **kind, PORT='"many"')).startswith(
        "machine[3].driver.options.port: found 'many': Input should be a valid integer"
    )
    said = refused(configured(folder, **kind, PORT="1\n  prot = 2"))
    assert said == "machine[3].driver.options.prot: there is no such option; expected one of 'host', 'port'"
    said = refused(configured(folder, **kind, PORT="1", FLOW="a-b"))
    assert said == "machine[3].telemetry[1].at: found 'a-b': expected a name such as COUNT"
    said = refused(configured(folder, **kind, PORT="1", host="#"))
    assert said == "machine[3].driver.options.host: is missing; expected a value"
    check_drivers(read(configured(folder, **kind, PORT="4500")))


async def test_a_driver_that_is_not_installed_is_no_connection_and_says_why(folder: Path) -> None:
    machine = machine_of("nowhere", OPTIONS, **PLACES)
    with pytest.raises(DeviceError, match=r"^the driver 'nowhere' is not installed"):
        open_machine(machine, now)
    with pytest.raises(ProbeError, match="is not installed"):
        await probe_machine(machine)
    install(folder, "nowhere", blocks("python")[0])
    open_machine(machine, now)
    with pytest.raises(DeviceError, match=r"^the driver 'nowhere' cannot be used: 'host': is missing"):
        open_machine(machine_of("nowhere", {}, **PLACES), now)


@pytest.mark.parametrize(
    ("program", "target", "said"),
    [
        (
            "import nothing_of_that_name",
            None,
            r"of lineside-NAME 1\.0 cannot be loaded: ModuleNotFoundError: No module",
        ),
        ("", "NAME:gone", "cannot be loaded: AttributeError"),
        ("def open_machine(machine, now): ...", None, r"of lineside-NAME 1\.0 has no 'check'"),
        ("def check(machine): raise KeyError('secret')\ndef open_machine(m, n): ...", None, r"failed with KeyError in"),
    ],
    ids=["import", "object", "contract", "check"],
)
def test_a_driver_that_is_none_says_so(
    folder: Path, program: str, target: str | None, said: str, request: pytest.FixtureRequest
) -> None:
    name = f"broken_{request.node.callspec.id}"
    install(folder, name, program, target and target.replace("NAME", name))
    with pytest.raises(SettingError, match=said.replace("NAME", name.replace("_", "[_-]"))) as caught:
        check_machine(machine_of(name, {}, **PLACES))
    assert "secret" not in str(caught.value)


def test_one_of_ours_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "s7" in installed()
    for name in [one for one in sys.modules if one == "drivers.s7" or one.partition(".")[0] == "snap7"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "snap7", None)
    plugin._loaded.cache_clear()
    with pytest.raises(SettingError, match=r"driver 's7' lacks a package.*: pip install 'lineside\[s7\]'$"):
        check_machine(machine_of("s7", {"host": "plc"}, state="M0.0"))


def test_two_packages_with_one_driver_are_one_too_many(folder: Path) -> None:
    (folder / "other").mkdir()
    install(folder, "twice", "def check(machine): ...\ndef open_machine(machine, now): ...")
    install(folder / "other", "twin", "", None)
    (folder / "other" / "lineside_twin-1.0.dist-info" / "entry_points.txt").write_text(
        "[lineside.drivers]\ntwice = twin"
    )
    with pytest.raises(SettingError, match=r"is installed twice, by lineside-twice 1\.0 and lineside-twin 1\.0"):
        check_machine(machine_of("twice", {}, **PLACES))
    assert "twice" in installed()


async def test_a_look_reads_by_the_driver(folder: Path) -> None:
    plant = MeterPlant(folder)
    plant.start()
    try:
        probed = await probe_machine(plant.machine)
    finally:
        plant.server.kill()
    assert [(one.key, one.value, one.why) for one in probed.seen] == [
        ("state", 6, ""),
        ("count", 100_000, ""),
        ("run", True, ""),
        ("bad", None, "ERR no such name"),
    ]


def test_a_driver_that_asks_too_seldom_is_warned_of() -> None:
    machine = machine_of("any", {}, **PLACES)
    assert machine.driver is not None
    slow = machine.model_copy(update={"driver": machine.driver.model_copy(update={"poll_ms": 1_000})})
    assert not [one for one in advise(machine, 1.0).warnings if "driver.poll_ms" in one]
    assert [one for one in advise(slow, 10.0).warnings if one.startswith("driver.poll_ms = 1000 is no faster")]

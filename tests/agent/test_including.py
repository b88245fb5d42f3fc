"""A common file for a fleet, and small files for what differs."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from agent import including
from agent.commands.effective import as_toml
from agent.commands.main import application
from agent.configuration import load
from agent.core.errors import ConfigurationError
from agent.including import Said, Table, leaves, merged, plain

FLEET = """
[agent]
enterprise = "acme"
site = "ala1"
area = "packing"
id = "unnamed"

[mes]
host = "mes.plant"
port = 8883
tls = {}

[[machine]]
work_center = "PRESS-1"
modbus = { host = "192.0.2.20" }

  [[machine.signal]]
  key = "run"
  role = "run"
  table = "discrete"
  address = 0
  type = "bit"

  [[machine.signal]]
  key = "total"
  role = "total"
  table = "input"
  address = 0
  type = "uint32"

[[machine]]
work_center = "BENCH-1"
manual = true
"""
HOST = """
[agent]
id = "line-7"

[[machine]]
work_center = "PRESS-1"

  [machine.stop]
  stop_confirm_s = 8

  [[machine.signal]]
  key = "total"
  address = 40
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(socket, "gethostname", lambda: "Line-7.plant.example")
    (tmp_path / "hosts").mkdir()
    (tmp_path / "fleet.toml").write_text(FLEET)
    (tmp_path / "hosts" / "line-7.toml").write_text(HOST)
    (tmp_path / "lineside.toml").write_text('include = ["fleet.toml", "hosts/{hostname}.toml"]\n')
    return tmp_path


def refusal(path: Path) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load(path)
    return str(refused.value)


def test_a_host_changes_one_address_and_repeats_nothing_else(folder: Path) -> None:
    settings = load(folder / "lineside.toml")
    press, bench = settings.machine
    assert settings.agent.id == "line-7"
    assert (press.work_center, bench.work_center) == ("PRESS-1", "BENCH-1")
    assert [(signal.key, signal.role, signal.address) for signal in press.signal] == [
        ("run", "run", 0),
        ("total", "total", 40),
    ]
    assert press.stop.stop_confirm_s == 8
    assert settings.mes.port == 8883


def test_a_file_counts_over_what_it_includes_and_a_later_include_over_an_earlier_one(folder: Path) -> None:
    main = folder / "lineside.toml"
    (folder / "later.toml").write_text('[mes]\nport = 1\nroot = "later"\n')
    main.write_text('include = ["fleet.toml", "later.toml"]\n[mes]\nport = 2\n')
    mes = load(main).mes
    assert (mes.host, mes.root, mes.port) == ("mes.plant", "later", 2)


def test_files_of_a_folder_are_read_in_the_order_of_their_names_and_only_where_they_are_included(folder: Path) -> None:
    main, drop_ins = folder / "lineside.toml", folder / "conf.d"
    drop_ins.mkdir()
    for name in ("20-second", "10-first"):
        (drop_ins / f"{name}.toml").write_text(f'[mes]\nroot = "{name}"\n')
    assert load(main).mes.root == "lineside"
    main.write_text('include = ["fleet.toml", "conf.d/*.toml", "none.d/*.toml"]\n')
    assert load(main).mes.root == "20-second"


def test_an_error_names_the_file_in_which_the_wrong_value_stands(folder: Path) -> None:
    host = folder / "hosts" / "line-7.toml"
    host.write_text(HOST.replace("address = 40", 'address = "forty"'))
    assert refusal(folder / "lineside.toml").startswith(
        f"{host}: machine[PRESS-1].signal[total].address: found 'forty'"
    )
    host.write_text(HOST.replace("stop_confirm_s", "stop_confirm"))
    assert refusal(folder / "lineside.toml").startswith(f"{host}: machine[PRESS-1].stop.stop_confirm: there is no such")
    host.write_text(HOST)
    (folder / "fleet.toml").write_text(FLEET.replace('host = "mes.plant"', ""))
    assert refusal(folder / "lineside.toml") == f"{folder / 'fleet.toml'}: mes.host: is missing; expected a value"


def test_what_cannot_be_included_is_refused_with_a_sentence(folder: Path) -> None:
    main, host = folder / "lineside.toml", folder / "hosts" / "line-7.toml"
    host.write_text('include = ["../lineside.toml"]\n')
    assert f"{main} includes {host} includes {main}: a circle" in refusal(main)
    host.unlink()
    assert refusal(main) == (f"{main}: include: there is no file {host}; this PC's host name is 'line-7'")
    main.write_text('include = "fleet.toml"\n')
    assert refusal(main) == f"{main}: include: found 'fleet.toml': expected names of files, as in [\"fleet.toml\"]"


def test_files_of_a_folder_are_found_whatever_the_folder_is_called(folder: Path) -> None:
    here = folder / "line[1]"
    (here / "conf.d").mkdir(parents=True)
    (here / "conf.d" / ".draft.toml").write_text("no TOML")
    (here / "conf.d" / "10.toml").write_text('[mes]\nroot = "found"\n')
    for include in ("conf.d/*.toml", "*/10.toml", f"{folder}/line*/conf.d/1?.toml"):
        (here / "lineside.toml").write_text(f'include = ["../fleet.toml", "{include}"]\n')
        assert load(here / "lineside.toml").mes.root == "found"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that others may enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="including-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


DIRECT, ALL, BELOW, ABOVE = "secret/10.toml", "secret/*.toml", "secret/*/10.toml", "*/10.toml"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without rights")
@pytest.mark.parametrize(
    ("mode", "refused"),
    [(0o755, set()), (0o711, {ALL, BELOW}), (0o744, {DIRECT, ALL, BELOW, ABOVE}), (0o700, {DIRECT, ALL, BELOW, ABOVE})],
)
def test_what_may_not_be_read_or_listed_is_refused_and_never_left_out(
    open_folder: Path, mode: int, refused: set[str]
) -> None:
    main, secret = open_folder / "lineside.toml", open_folder / "secret"
    (open_folder / "fleet.toml").write_text(FLEET)
    (secret / "below").mkdir(parents=True)
    for name in ("10.toml", "below/10.toml"):
        (secret / name).write_text('[mes]\nroot = "secret"\n')
    secret.chmod(mode)
    said = {}
    for include in (DIRECT, ALL, BELOW, ABOVE):
        main.write_text(f'include = ["fleet.toml", "{include}"]\n')
        os.seteuid(65534)
        try:
            said[include] = load(main).mes.root
        except ConfigurationError as error:
            said[include] = str(error)
        finally:
            os.seteuid(0)
    assert {include for include, text in said.items() if text != "secret"} == refused
    for include in refused:
        assert "this user may not read " in said[include]
        assert said[include].startswith(str(open_folder))


def test_names_and_files_beyond_reason_are_refused_with_a_sentence(folder: Path) -> None:
    main, loop = folder / "lineside.toml", folder / "loop.toml"
    loop.symlink_to("loop.toml")
    assert refusal(loop) == f"{loop}: cannot be read: Symlink loop from '{loop}'; expected a configuration file"
    too_long = 300 * "a"
    for include in ("loop.toml", f"{too_long}.toml", f"{too_long}/*.toml", r"a\u0000b", r"a\u0000b/*.toml"):
        main.write_text(f'include = ["{include}"]\n')
        assert refusal(main).startswith(f"{main}: include: "), include
    for deep in (f"a = {5000 * '['}{5000 * ']'}", f"{'.'.join(5000 * 'a')} = 1"):
        main.write_text(deep)
        assert refusal(main) == f"{main}: its tables stand too deep within each other"


def test_a_work_center_that_stands_twice_in_one_file_is_still_refused(folder: Path) -> None:
    (folder / "hosts" / "line-7.toml").write_text(HOST + '\n[[machine]]\nwork_center = "PRESS-1"\n')
    assert "work_center" in refusal(folder / "lineside.toml")


def test_one_bracket_too_few_is_named_with_its_file(folder: Path) -> None:
    host = folder / "hosts" / "line-7.toml"
    host.write_text(HOST.replace("[[machine]]", "[machine]").replace("[[machine.signal]]", "[[machine.signals]]"))
    wanted = f"{host}: machine: there may be several; write [[machine]] with two brackets"
    assert refusal(folder / "lineside.toml") == wanted


def test_the_effective_configuration_is_shown_with_the_file_of_each_value(folder: Path) -> None:
    main = folder / "lineside.toml"
    shown = CliRunner().invoke(application("check"), ["check", "-c", str(main), "--effective"])
    assert shown.exit_code == 0, shown.output
    assert 'id = "line-7"  # hosts/line-7.toml' in shown.output.splitlines()
    assert "port = 8883  # fleet.toml" in shown.output.splitlines()
    whole = folder / "whole.toml"
    whole.write_text(shown.output)
    assert load(whole) == load(main)
    said = json.loads(
        CliRunner().invoke(application("check"), ["check", "-c", str(main), "--effective", "--json"]).output
    )
    assert said["from"]["machine.1.signal.2.address"] == str(folder / "hosts" / "line-7.toml")
    assert said["effective"]["mes"]["host"] == "mes.plant"


NAMES = st.sampled_from(["A", "B", "C"])
VALUES = st.one_of(
    st.integers(0, 3), st.booleans(), st.text('ab"\\é\n\x7f', max_size=3), st.lists(st.integers(0, 3), max_size=2)
)
TABLES = st.dictionaries(NAMES, VALUES, max_size=3)


def named(key: str, tables: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.tuples(NAMES, tables).map(lambda pair: {key: pair[0], **pair[1]})
    return st.lists(one, max_size=3, unique_by=lambda table: table[key])


MACHINES = named("work_center", st.fixed_dictionaries({}, optional={"stop": TABLES, "signal": named("key", TABLES)}))
DOCUMENTS = st.fixed_dictionaries(
    {}, optional={"mes": TABLES, "codes": TABLES, "machine": MACHINES, "scanner": named("name", TABLES)}
)


def said_in(name: str) -> st.SearchStrategy[Table]:
    return DOCUMENTS.map(lambda document: including._noted(document, Path(name)))


def by_name(table: Table) -> dict[tuple[str, ...], Said]:
    """Every value by the names on the way to it, whatever the order; empty arrays of named tables say nothing."""
    found = {}
    for place, said in leaves(table):
        node: Any = table
        way: list[str] = []
        path: tuple[str, ...] = ()
        for part in place:
            node = node[part]
            if isinstance(part, int):
                way.append(including._name(node, path))
            else:
                way.append(part)
                path = (*path, part)
        if said.value != [] or path not in including.NAMED_BY:
            found[tuple(way)] = said
    return found


@given(said_in("a"), said_in("b"))
def test_every_value_of_the_upper_file_counts_and_what_it_does_not_say_stays(under: Table, over: Table) -> None:
    both, lower, upper = by_name(merged(under, over)), by_name(under), by_name(over)
    assert upper.items() <= both.items()
    assert {key: said for key, said in both.items() if key not in upper}.items() <= lower.items()
    replaced = {key for key in lower if key not in both}
    assert all(any(key[: len(other)] == other[: len(key)] for other in upper) for key in replaced)


@given(said_in("a"), said_in("b"), said_in("c"))
def test_it_does_not_matter_which_two_files_are_merged_first(a: Table, b: Table, c: Table) -> None:
    assert merged(merged(a, b), c) == merged(a, merged(b, c))


def test_an_empty_array_takes_no_machine_away() -> None:
    one = including._noted({"machine": [{"work_center": "A"}]}, Path("a"))
    assert merged(one, including._noted({"machine": []}, Path("b"))) == one


@given(said_in("a"))
def test_a_file_over_itself_or_over_nothing_is_itself(table: Table) -> None:
    assert merged(table, table) == merged({}, table) == merged(table, {}) == table


@given(DOCUMENTS)
def test_what_is_shown_as_toml_is_what_was_said(document: dict[str, Any]) -> None:
    table = including._noted(document, Path("a"))
    found = type("Found", (), {"document": plain(table), "said": dict(leaves(table)), "path": Path("a")})
    assert tomllib.loads(as_toml(found)) == document  # type: ignore[arg-type]


def test_a_single_file_counts_its_tables_as_people_do(folder: Path) -> None:
    whole = folder / "fleet.toml"
    whole.write_text(FLEET.replace('address = 0\n  type = "uint32"', "address = -1"))
    assert refusal(whole).startswith(f"{whole}: machine[1].signal[2].address: found '-1'")

"""Who may import whom. The rooms stay rooms because this fails when a wall is broken."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("agent", "drivers", "simulators")
ROOMS: dict[str, tuple[str, ...]] = {
    "agent.core": ("agent.core",),
    "agent.journal": ("agent.core", "agent.journal", "agent.logs"),
    "agent.logs": ("agent.logs",),
    "agent.tui": ("agent.core", "agent.tui"),
    "drivers": ("agent.core", "agent.logs", "drivers"),
    "simulators": ("simulators",),
}
"""What a room may import of ours; everything else of `agent` is the shell, which may import all but the terminal."""
APART: tuple[tuple[str, str], ...] = (
    ("agent.intake", "agent.forwarder"),
    ("agent.forwarder", "agent.intake"),
    ("agent.broker", "agent.journal"),
)
"""Pairs in the shell that meet elsewhere: intake and forwarder only in the journal."""
OWNERS: dict[str, tuple[str, ...]] = {
    "aiohttp": (
        "agent.directories_api",
        "agent.facts_api",
        "agent.health_api",
        "agent.callers",
        "agent.local_api",
        "agent.parked_api",
        "agent.people_api",
        "agent.present_api",
        "agent.problems",
        "agent.reconciliation_api",
        "agent.reference_api",
        "agent.tui.browser",
        "agent.tui.connection",
        "drivers.mtconnect",
        "simulators.demo",
    ),
    "amqtt": ("simulators.embedded_broker",),
    "barcode": ("agent.cards.symbols",),
    "asyncua": ("drivers.opcua", "simulators.opcua"),
    "biip": ("agent.core.codes",),
    "cryptography": ("agent.pki", "agent.tls", "drivers.opcua"),
    "orjson": (
        "agent.core.fingerprint",
        "agent.core.operator_turn",
        "agent.core.reconciliation.amendments",
        "agent.core.contract.envelope",
        "agent.core.reconciliation.reckoning",
        "agent.core.snapshots",
        "agent.presence",
        "agent.reference_api",
        "agent.uplink",
        "agent.inbound",
        "agent.commands",
    ),
    "paho": ("agent.broker", "simulators.mes.link"),
    "pymodbus": ("simulators.modbus",),
    "rich": ("agent.tui", "simulators.mes", "simulators.demo"),
    "segno": ("agent.cards.symbols",),
    "serial": ("drivers.modbus_serial", "drivers.scanner"),
    "snap7": ("drivers.s7",),
    "sqlite3": ("agent.journal", "simulators.demo.evidence", "simulators.mes"),
    "tenacity": ("agent.retry",),
    "textual": ("agent.tui",),
    "textual_serve": ("agent.tui.browser",),
    "typer": ("agent.commands",),
}
"""Third-party packages and SQLite: who alone touches them."""
PURE = {
    "agent",
    "base64",
    "biip",
    "bisect",
    "calendar",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fnmatch",
    "functools",
    "hashlib",
    "hmac",
    "itertools",
    "math",
    "operator",
}
PURE |= {
    "__future__",
    "orjson",
    "pathlib",
    "pydantic",
    "re",
    "typing",
    "unicodedata",
    "urllib",
    "uuid",
    "zlib",
    "zoneinfo",
}
"""Everything the core may import: no I/O, no clock, no async, no logging, no randomness."""


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


@cache
def imports(path: Path) -> tuple[str, ...]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return tuple(found)


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def is_ours(name: str) -> bool:
    return name.partition(".")[0] in PACKAGES


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_it_may(room: str) -> None:
    broken = [
        f"{module} imports {name}"
        for module, path in modules()
        if within(module, (room,))
        for name in imports(path)
        if is_ours(name) and not within(name, ROOMS[room])
    ]
    assert broken == []


def test_the_agent_never_imports_the_terminal() -> None:
    # `lineside scan` is a smaller terminal: it has the same key collector and the same connection, and no Textual.
    allowed = ("agent.tui", "agent.commands.tui", "agent.commands.scanning")
    importers = {module for module, path in modules() if any(within(name, ("agent.tui",)) for name in imports(path))}
    assert {module for module in importers if not within(module, allowed)} == set()


def test_only_commands_import_the_simulators() -> None:
    importers = {module for module, path in modules() if any(within(name, ("simulators",)) for name in imports(path))}
    assert {module for module in importers if not within(module, ("simulators", "agent.commands"))} == set()


def test_intake_and_forwarder_meet_only_in_the_journal() -> None:
    broken = [
        f"{module} imports {name}"
        for module, path in modules()
        for one, other in APART
        if module == one
        for name in imports(path)
        if within(name, (other,))
    ]
    assert broken == []


@pytest.mark.parametrize("package", OWNERS)
def test_a_package_has_its_owners_and_nobody_else(package: str) -> None:
    importers = {module for module, path in modules() if any(within(name, (package,)) for name in imports(path))}
    strangers = {m for m in importers if not any(m.startswith(owner) for owner in OWNERS[package])}
    assert strangers == set()
    assert importers, f"nobody imports {package} any more: take it out of OWNERS and of pyproject.toml"


def test_the_core_is_pure() -> None:
    impure = [
        f"{module} imports {name}"
        for module, path in modules()
        if within(module, ("agent.core",))
        for name in imports(path)
        if name.partition(".")[0] not in PURE
    ]
    assert impure == []


def test_there_are_no_cycles() -> None:
    known = {module for module, _ in modules()}
    graph: dict[str, set[str]] = {}
    for module, path in modules():
        targets = {name if name in known else name.rpartition(".")[0] for name in imports(path) if is_ours(name)}
        graph[module] = (targets & known) - {module}
    TopologicalSorter(graph).prepare()

"""Cases for the doctor to look at, made of real files and whatever runs beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agent.commands.client import get
from agent.core.settings import Settings
from agent.doctor.account import service_account
from agent.doctor.case import Case
from agent.doctor.checks import CHECKS
from agent.doctor.examination import examine
from agent.doctor.finding import Finding, Level
from tests.agent.parts import document

NOW = 1_800_000_000.0


def settings(folder: Path, **tables: Any) -> Settings:  # noqa: ANN401 - any TOML
    """The usual press, with these tables in place of its own."""
    return Settings.model_validate({**document(folder), **tables})


def a_case(folder: Path, configured: Settings | None, **known: Any) -> Case:  # noqa: ANN401 - fields of `Case`
    """An agent of which nothing is known but its configuration, unless it is said."""
    usual = {
        "config": folder / "lineside.toml",
        "refusal": "",
        "hidden": False,
        "socket": folder / "agent.sock",
        "view": None,
        "silence": "nobody answers",
        "readings": None,
        "barred": False,
        "unit": None,
        "account": service_account(None, ()),
        "now": NOW,
    }
    return Case(settings=configured, **{**usual, **known})


def asked(path: Path, url: str) -> bytes:
    """What an agent answers."""
    return get(path, url, 10.0)


async def looked(case: Case, *subjects: str) -> list[Finding]:
    """What the checks of these subjects find, each within its time."""
    return await examine(case, [check for check in CHECKS if check.subject in subjects], lambda _done, _waiting: None)


def worst(findings: Sequence[Finding]) -> Finding:
    assert findings
    return findings[0]


def of(findings: Sequence[Finding], level: Level) -> list[str]:
    return [f"{one.subject}: {one.found}" for one in findings if one.level is level]

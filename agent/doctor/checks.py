"""All checks, in the order in which a page says what is equally bad; and what they begin from."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from agent import VERSION
from agent.configuration import load
from agent.core.errors import LinesideError
from agent.core.readings import ReadingsView
from agent.core.settings import AgentSettings, Settings
from agent.core.views import AgentView
from agent.doctor import (
    broker,
    certificates,
    clock,
    computer,
    delivery,
    disk,
    drift,
    files,
    machines,
    readers,
    service,
    trouble,
    unit,
    versions,
)
from agent.doctor.account import service_account
from agent.doctor.case import Ask, Case
from agent.doctor.examination import Check
from agent.doctor.looking import aside

CHECKS: Final = (
    Check(service.SUBJECT, service.look),
    Check(drift.SUBJECT, drift.look),
    Check(disk.SUBJECT, disk.look),
    Check("machines", machines.look, machines.limit_s),
    Check("readers", readers.look),
    Check(broker.SUBJECT, broker.look),
    Check(certificates.SUBJECT, certificates.look),
    Check(delivery.SUBJECT, delivery.look),
    Check(trouble.ALARMS, trouble.look),
    Check(files.SUBJECT, files.look),
    Check(clock.SUBJECT, clock.look),
    Check(computer.SUBJECT, computer.look),
    Check(versions.SUBJECT, versions.look),
)
STATUS_S: Final = 3.0
"""Real seconds that the agent may take to say how it is."""


async def case_of(config: Path, ask: Ask) -> Case:
    """What there is to begin with.

    Args:
        config: the configuration file.
        ask: how an agent is asked.
    """
    settings, refusal = await aside(partial(_loaded, config))
    socket = AgentSettings.model_fields["socket"].default if settings is None else settings.agent.socket
    known = asyncio.create_task(unit.look())
    view, silence = await aside(partial(_told, ask, socket))
    readings = None if view is None else await aside(partial(_read, ask, socket))
    found = await known
    return Case(
        config=config,
        settings=settings,
        refusal=refusal,
        hidden=settings is None and _may_not_read(config),
        socket=socket,
        view=view,
        silence=silence,
        readings=readings,
        barred=_may_not_use(socket),
        unit=found,
        account=service_account(None if found is None else found.user, () if found is None else found.groups),
        now=time.time(),
    )


def _loaded(config: Path) -> tuple[Settings | None, str]:
    try:
        return load(config), ""
    except LinesideError as error:
        return None, str(error)


def _told(ask: Ask, socket: Path) -> tuple[AgentView | None, str]:
    try:
        body = ask(socket, "/v1/status")
    except LinesideError as error:
        return None, str(error)
    try:
        return AgentView.model_validate_json(body), ""
    except ValidationError:
        return None, f"its answer is of another version than {VERSION}: sudo systemctl restart lineside"


def _read(ask: Ask, socket: Path) -> ReadingsView | None:
    """What it says of its machines; None where it does not, as one of a former version."""
    try:
        return ReadingsView.model_validate_json(ask(socket, "/v1/readings"))
    except (LinesideError, ValidationError):
        return None


def _may_not_read(path: Path) -> bool:
    try:
        return path.exists() and not os.access(path, os.R_OK)
    except PermissionError:
        return True


def _may_not_use(socket: Path) -> bool:
    try:
        return socket.exists() and not os.access(socket, os.R_OK | os.W_OK)
    except PermissionError:
        return True

"""All checks at once, each within its time, whatever becomes of the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from agent.core.errors import LinesideError
from agent.doctor.case import Case
from agent.doctor.finding import AGAIN, ORDER, ROOT, Finding, unseen

LOG = logging.getLogger(__name__)
LIMIT_S = 6.0
"""Real seconds for a check; with what is asked before them the page stands within ten."""

Look: TypeAlias = Callable[[Case], Awaitable[Sequence[Finding]]]
Tell: TypeAlias = Callable[[int, Sequence[str]], None]
"""Is told how many checks are done, and which are not."""


def usual(_case: Case) -> float:
    """What a check has as a rule."""
    return LIMIT_S


@dataclass(frozen=True, slots=True)
class Check:
    """One look at the world."""

    subject: str
    look: Look
    limit: Callable[[Case], float] = usual
    """Real seconds that it has."""


async def examine(case: Case, checks: Sequence[Check], tell: Tell) -> list[Finding]:
    """What all of them find, the worst first."""
    waiting = [check.subject for check in checks]
    findings: list[Finding] = []

    async def one(check: Check) -> None:
        found = await _looked(check, case)
        findings.extend(found)
        waiting.remove(check.subject)
        tell(len(checks) - len(waiting), waiting)

    tell(0, waiting)
    async with asyncio.TaskGroup() as tasks:
        for check in checks:
            tasks.create_task(one(check), name=f"doctor.{check.subject}")
    place = {check.subject: number for number, check in enumerate(checks)}
    return sorted(findings, key=lambda one: (ORDER.index(one.level), place.get(one.subject, len(place)), one.subject))


async def _looked(check: Check, case: Case) -> Sequence[Finding]:
    """What a check finds; that it could not look where it fails, never nothing."""
    limit_s = check.limit(case)
    try:
        async with asyncio.timeout(limit_s):
            return await check.look(case)
    except TimeoutError:
        return [unseen(check.subject, f"no answer within {limit_s:g} s", AGAIN)]
    except PermissionError as error:
        return [unseen(check.subject, f"'{error.filename}' may not be looked at by this user", ROOT)]
    except (LinesideError, OSError) as error:
        return [unseen(check.subject, str(error), AGAIN)]
    except Exception as error:
        LOG.debug("check %s", check.subject, exc_info=True)
        return [unseen(check.subject, f"this check failed by itself: {type(error).__name__}: {error}", AGAIN)]

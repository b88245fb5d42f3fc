"""Certificates: on the way to the broker ours, our authorities' and the broker's; and those for machines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from agent.core.errors import ConfigurationError, UplinkError
from agent.doctor.case import Case
from agent.doctor.files import hidden, hidden_store
from agent.doctor.finding import Finding, Level, Who, unseen, well
from agent.doctor.looking import aside
from agent.pki.expiring import Ending, endings
from agent.tls import WARNING_S, Expiry, context, expiries, presented

SUBJECT: Final = "certificates"
PATIENCE_S: Final = 4.0


def judge(ends: Sequence[Expiry], now: float) -> Iterator[Finding]:
    """What certificates need that end at these times.

    Args:
        ends: when each ends.
        now: real time, in seconds since 1970 UTC.
    """
    for one in ends:
        day = datetime.fromtimestamp(one.at, UTC).date()
        where = "" if one.path is None else f" in {one.path}"
        who = Who.MES if one.path is None else Who.IT
        if one.at <= now:
            action = "have a new one issued and put in its place; the next connection uses it"
            yield Finding(Level.NOW, SUBJECT, f"{one.what}{where} ended on {day}", "one that is valid", action, who)
        elif one.at - now <= WARNING_S:
            action = "have a new one issued in time; nothing can be sent without"
            yield Finding(Level.SOON, SUBJECT, f"{one.what}{where} ends on {day}", "more than a month", action, who)
        else:
            yield well(SUBJECT, f"{one.what} is valid until {day}")


def judge_machines(ends: Sequence[Ending], now: float) -> Iterator[Finding]:
    """What certificates for machines need that end at these times.

    Args:
        ends: when each ends, and who must act how.
        now: real time, in seconds since 1970 UTC.
    """
    for one in ends:
        if not one.ends_soon(now):
            yield well(SUBJECT, f"{one.what} is valid until {one.day}")
            continue
        level = Level.NOW if one.at <= now else Level.SOON
        yield Finding(level, SUBJECT, one.words(now), "more than a month", one.action, Who.MAINTENANCE)


async def look(case: Case) -> Sequence[Finding]:
    """All of them; nothing where there are none."""
    return [*await _on_the_way(case), *await _of_machines(case)]


async def _of_machines(case: Case) -> Sequence[Finding]:
    if case.settings is None:
        return []
    try:
        return list(judge_machines(await aside(partial(endings, case.settings)), case.now))
    except ConfigurationError as error:
        return [unseen(SUBJECT, str(error))]


async def _on_the_way(case: Case) -> Sequence[Finding]:
    tls = None if case.settings is None else case.settings.mes.tls
    if case.settings is None or tls is None:
        return []
    by_credential = tls.cert_file is not None and tls.key_file is None
    barred = [*hidden(tls.ca_file, tls.cert_file, tls.key_file), *(hidden_store() if by_credential else ())]
    findings = [unseen(SUBJECT, f"{path} may not be read by this user") for path in barred]
    ends: list[Expiry] = []
    if not barred:
        try:
            await aside(partial(context, tls))
            ends += await aside(partial(expiries, tls))
        except UplinkError as error:
            action = "correct mes.tls of the configuration, or the file"
            findings.append(Finding(Level.NOW, SUBJECT, str(error), "files that belong together", action, Who.IT))
    mes = case.settings.mes
    try:
        async with asyncio.timeout(PATIENCE_S):
            shown = await aside(partial(presented, mes.host, mes.port, PATIENCE_S))
    except OSError:
        return [*findings, *judge(ends, case.now)]  # whether it can be reached is the broker's check
    return [*findings, *judge([*ends, shown], case.now)]

"""The broker on the way to the MES: can it be reached, and does it let an agent in?

It is asked under a client id of its own: with the agent's it would end the agent's session.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from agent.broker import Session
from agent.core.errors import UplinkError
from agent.core.settings import MesSettings, Settings
from agent.credentials import MES_PASSWORD, TLS_KEY, credential
from agent.doctor import reaching
from agent.doctor.case import Case
from agent.doctor.files import hidden, hidden_store
from agent.doctor.finding import Finding, Level, Who, unseen, well
from agent.doctor.reaching import Place, Reach, reach

SUBJECT: Final = "broker"
PATIENCE_S: Final = 3.0
_START: Final = "sudo systemctl restart lineside, and look again: an agent that is online says that it was let in"
PROBE: Final = "doctor"
"""What the client id ends in."""
_RIGHT_NAME: Final = "correct mes.username and mes.password_file, or have the broker know this user"
REFUSALS: Final[Mapping[int, tuple[str, Who]]] = {
    0x84: ("set mes.protocol to what the broker speaks", Who.MAINTENANCE),
    0x85: ("have the broker allow client ids that begin with that of the agent", Who.MES),
    0x86: (_RIGHT_NAME, Who.MES),
    0x87: (_RIGHT_NAME, Who.MES),
    0x88: ("see what ails the broker: its own log", Who.MES),
    0x89: ("see what keeps the broker busy", Who.MES),
    0x8A: ("have the broker's ban of this PC lifted", Who.MES),
    0x8C: ("have the broker take a user name with a password", Who.MES),
    0x97: ("have the broker's quota raised", Who.MES),
    0x9F: ("have the broker allow more connections a second", Who.MES),
}
"""By reason code of a CONNACK (MQTT 5, 3.2.2.2) what to do and who."""


def refused(error: UplinkError, mes: MesSettings) -> Finding:
    """What a refusal means."""
    code = "" if error.code is None else f" (0x{error.code:02X})"
    action, who = REFUSALS.get(error.code or 0, ("see the broker's own log for why", Who.MES))
    if error.code is None and "certificate" in str(error):
        action, who = "correct mes.host or mes.tls.ca_file, or have the broker's certificate renewed", Who.IT
    elif error.code is None and "TLS" in str(error):
        action, who = f"see whether port {mes.port} is the one with TLS, and mes.tls fits the broker", Who.IT
    expected = f"it lets {mes.username or 'everybody'} in with MQTT {mes.protocol}"
    return Finding(Level.NOW, SUBJECT, f"{error}{code}", expected, action, who)


async def look(case: Case) -> Sequence[Finding]:
    """Reach it, then connect."""
    if case.settings is None:
        return []
    mes = case.settings.mes
    place = Place(SUBJECT, "the broker", mes.host, mes.port, Who.MES)
    reached = await reach(mes.host, mes.port)
    if reached is not Reach.REACHED:
        missing = reaching.judge(place, reached)
        return [] if missing is None else [missing]
    barred = _barred(mes)
    if barred:
        named = ", ".join(map(str, barred))
        return [unseen(SUBJECT, f"{place.words} can be reached; whether it lets us in cannot be seen without {named}")]
    lacking = _lacking(mes)
    if not lacking:
        return [await _entered(case.settings, place)]
    if case.view is not None and case.view.uplink.state != "offline":
        return [well(SUBJECT, f"the agent is connected to {place.words}")]
    found = (
        f"{place.words} can be reached; whether it lets the agent in only the service knows: its credential {lacking}"
    )
    return [unseen(SUBJECT, f"{found} can be read by nobody else, or is missing", _START)]


def _barred(mes: MesSettings) -> list[Path]:
    """Of what an agent shows to the broker what whoever asks may not read."""
    tls = mes.tls
    named = (mes.password_file, *(() if tls is None else (tls.cert_file, tls.ca_file, tls.key_file)))
    by_credential = (mes.username is not None and mes.password_file is None) or (
        tls is not None and tls.cert_file is not None and tls.key_file is None
    )
    return [*hidden(*named), *(hidden_store() if by_credential else ())]


def _lacking(mes: MesSettings) -> str:
    """The credential that the agent shows and that only the service has, as it is encrypted or from another store."""
    if mes.username is not None and mes.password_file is None and credential(MES_PASSWORD) is None:
        return MES_PASSWORD
    tls = mes.tls
    if tls is not None and tls.cert_file is not None and tls.key_file is None and credential(TLS_KEY) is None:
        return TLS_KEY
    return ""


async def _entered(settings: Settings, place: Place) -> Finding:
    session = Session(settings.mes, f"lineside-{settings.agent.site}-{settings.agent.id}-{PROBE}", lasting=False)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await session.open()
    except UplinkError as error:
        return refused(error, settings.mes)
    except TimeoutError:
        found = f"{place.words} takes connections, but says nothing within {PATIENCE_S:g} s"
        action = f"see whether it is an MQTT broker, and port {place.port} the right one, with TLS or without"
        return Finding(Level.NOW, SUBJECT, found, "an answer", action, Who.MES)
    finally:
        session.close()
    how = "with TLS" if settings.mes.tls is not None else "without TLS"
    return well(SUBJECT, f"{place.words} lets an agent in, MQTT {settings.mes.protocol} {how}")

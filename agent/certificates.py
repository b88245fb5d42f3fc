"""Warns a month before a certificate ends that the way to the MES depends on: ours, its authorities', the broker's."""

from __future__ import annotations

import asyncio
import time

from agent.alarms import Alarms
from agent.broker import Session
from agent.core.errors import UplinkError
from agent.core.settings import TlsSettings
from agent.tls import Expiry, expiries

EVERY_S = 6 * 3600.0
"""Real seconds between two looks; a new connection is one too."""


class Certificates:
    """The certificates of one way to the MES."""

    def __init__(self, tls: TlsSettings | None, alarms: Alarms) -> None:
        self._tls = tls
        self._alarms = alarms

    async def watch(self, session: Session) -> None:
        """Look now and again for as long as the session lasts; certificates live by real time, in simulation too."""
        while True:
            await self.look(session.peer_expiry, time.time())
            await asyncio.sleep(EVERY_S)

    async def look(self, peer: Expiry | None, now: float) -> None:
        """Raise or clear the alarm.

        Args:
            peer: the end of the broker's own certificate, None on plain TCP.
            now: real time, in seconds since 1970 UTC.
        """
        try:
            ends = await asyncio.to_thread(expiries, self._tls)
        except UplinkError as error:
            warnings = [str(error)]
        else:
            known = ends if peer is None else (*ends, peer)
            warnings = [warning for end in known if (warning := end.warning(now)) is not None]
        if warnings:
            self._alarms.raise_alarm("certificate_ends", "; ".join(warnings))
        else:
            self._alarms.clear("certificate_ends")

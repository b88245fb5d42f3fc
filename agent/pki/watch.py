"""Warns a month before a certificate ends that a machine is read with."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from agent.alarms import Alarms
from agent.core.errors import ConfigurationError
from agent.in_force import InForce
from agent.pki.expiring import EVERY_S, endings, is_secure

MOST_TOLD: Final = 5
"""Certificates that the alarm names."""


class MachineCertificates:
    """The certificates for the machines of the configuration that is in force."""

    def __init__(self, configuration: InForce, alarms: Alarms) -> None:
        self._configuration = configuration
        self._alarms = alarms

    async def run(self) -> None:
        """Look now and again; certificates live by real time, in simulation too."""
        while True:
            await self.look(time.time())
            await asyncio.sleep(EVERY_S)

    async def look(self, now: float) -> None:
        """Raise or clear the alarm; `now` is real time, in seconds since 1970 UTC."""
        settings = self._configuration.settings
        if not is_secure(settings):
            self._alarms.clear("machine_certificate_ends")
            return
        try:
            found = await asyncio.to_thread(endings, settings)
        except ConfigurationError as error:
            self._alarms.raise_alarm("machine_certificate_ends", str(error))
            return
        told = [f"{one.words(now)}; {one.action}" for one in found if one.ends_soon(now)]
        if told:
            more = [f"and {len(told) - MOST_TOLD} more, see sudo lineside doctor"] if len(told) > MOST_TOLD else []
            self._alarms.raise_alarm("machine_certificate_ends", "; ".join((*told[:MOST_TOLD], *more)))
        else:
            self._alarms.clear("machine_certificate_ends")

"""The relay of faults in a process of its own, so that nothing of it is taken for the driver's.

Arguments: framing, seed, and the two ends of a serial line or nothing for TCP. Requests: `{"server": port}`,
`{"begin": {kind, …}}`, `{"strikes": true}`, `{"end": true}`; the last two answer `strikes`.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any, cast

from simulators.faults.kinds import Fault, Framing, Kind, Way
from simulators.faults.relay import Relay, Server
from simulators.faults.serial import SerialRelay
from simulators.faults.weather import Strikes
from tests.drivers.servers.asked import asked


async def main(framing: Framing, seed: int, *ends: str) -> None:
    relay: Relay | SerialRelay
    relay = SerialRelay(Path(ends[0]), Path(ends[1]), framing, seed) if ends else Relay(1, framing, seed)
    strikes = Strikes()
    async with relay, AsyncExitStack() as fault:
        ready = {"port": relay.port} if isinstance(relay, Relay) else {}
        async with aclosing(asked(**ready)) as requests:
            async for request in requests:
                if "server" in request.what and isinstance(relay, Relay):
                    relay.server = Server(request.what["server"])
                if "begin" in request.what:
                    strikes = await fault.enter_async_context(relay.suffering(_fault(request.what["begin"])))
                if "end" in request.what:
                    await fault.aclose()
                request.answer["strikes"] = strikes.count


def _fault(found: dict[str, Any]) -> Fault:
    return Fault(**{**found, "kind": Kind(found["kind"]), "way": Way(found["way"])})


if __name__ == "__main__":
    asyncio.run(main(cast("Framing", sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))

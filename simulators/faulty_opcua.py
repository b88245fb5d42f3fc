"""The simulated OPC UA server with faults of its own, which it does to its clients with no cable touched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from simulators.faults.kinds import OF_SERVERS, Fault, Kind
from simulators.faults.weather import Strikes
from simulators.opcua import OpcUaSimulator
from simulators.opcua_faults import Y2K


class FaultyOpcUa:
    """Serves while open, but for its faults.

    Raises:
        OSError: the port cannot be listened on.
    """

    kinds = OF_SERVERS

    def __init__(self, simulator: OpcUaSimulator) -> None:
        self.simulator = simulator

    async def __aenter__(self) -> Self:
        """Start serving."""
        await self.simulator.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        await self.simulator.__aexit__(kind, error, trace)

    @asynccontextmanager
    async def suffering(self, fault: Fault) -> AsyncIterator[Strikes]:
        """A fault while open; sessions and subscriptions are lost at its beginning, and may be made anew at once."""
        strikes, faults = Strikes(), self.simulator.faults
        assert faults is not None, "the server does not serve"
        match fault.kind:
            case Kind.SESSIONS:
                strikes.add(await faults.lose_sessions())
            case Kind.SUBSCRIPTIONS:
                strikes.add(await faults.lose_subscriptions())
            case Kind.SILENCE:
                strikes.add(await faults.silence_subscriptions())
            case Kind.CLOCK:
                strikes.add()
                faults.set_clock(Y2K)
            case Kind.RESTART:
                strikes.add()
                self.simulator.other_first = not self.simulator.other_first
                await self.simulator.__aexit__(None, None, None)
            case _:
                raise ValueError(f"an OPC UA server does not do '{fault.kind}'; expected {', '.join(OF_SERVERS)}")
        try:
            yield strikes
        finally:
            if fault.kind is Kind.CLOCK:
                faults.set_clock(None)
            if fault.kind is Kind.RESTART:
                await self.simulator.__aenter__()

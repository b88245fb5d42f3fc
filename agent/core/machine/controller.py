"""What a station makes of what its machine's controller says of itself (domain.md K8, R24).

A signal of the role boot, or of the role heartbeat, says the same better: then that alone is believed.
"""

from __future__ import annotations

from agent.core.counts import counting
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.machine.runs import Run, is_another
from agent.core.machine_settings import Role
from agent.core.observations import Controller
from agent.core.turn import Turn
from agent.core.values import replace


def hear(turn: Turn, said: Controller) -> None:
    """The controller says since when it runs and what its clock says."""
    if said.started is not None:
        _hear_run(turn, said, said.started)
    if said.ahead_s is not None and Role.HEARTBEAT not in turn.setup.names:
        _compare_clocks(turn, said, said.ahead_s)


def _hear_run(turn: Turn, said: Controller, started: float) -> None:
    at, before = said.observed.wall, turn.watch.run
    uptime_s = None if said.ahead_s is None else at + said.ahead_s - started
    now = Run(started, uptime_s, at)
    # While a connection holds, its controller has not started anew.
    if before is not None and not turn.watch.link_up and Role.BOOT not in turn.setup.names and is_another(before, now):
        counting.controller_restarted(turn)
    turn.watch = replace(turn.watch, run=now)


def _compare_clocks(turn: Turn, said: Controller, ahead_s: float) -> None:
    """Its clock goes another way than ours: raised once, until they agree again."""
    apart = abs(ahead_s) > turn.setup.machine.stop.skew_max_s
    if apart is turn.watch.apart:
        return
    is_known = not turn.watch.clocks_agree
    turn.watch = replace(turn.watch, apart=apart)
    turn.draft.time_trusted = turn.watch.clocks_agree
    if apart and not is_known:
        now = said.observed.wall
        turn.raise_discrepancy(Discrepancy("clock_skew", now, now, {"source_ahead_s": f"{ahead_s:.3f}"}), "plc")

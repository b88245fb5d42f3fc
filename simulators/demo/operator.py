"""An operator: scans until an answer is seen, enters until there is one, and remembers what was answered."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from simulators.clock import Clock
from simulators.demo.present import Present, View, center
from simulators.demo.progress import Progress
from simulators.demo.records import Act, Action, OperatorLog
from simulators.mes.demo_plan import LOT_ON_PALLET, PALLET
from simulators.scanner import ScannerSimulator

PATIENCE_S = 2.0
"""Real seconds after which a person scans again."""
BY_RULE = frozenset({None, "SETUP", "WAITING_UPSTREAM", "WAITING_DOWNSTREAM", "NO_ORDER"})
"""Reasons that no person gave: an operator says it better."""
STOP_PATIENCE_S = 5.0
"""Real seconds in which a stop that is to be explained must be shown."""
BADGES = "BDG:"
BADGE = "(badge)"
"""What everybody is shown of a badge."""
_DEEDS: tuple[tuple[re.Pattern[str], Action], ...] = (
    (re.compile(r"ORD:(.+)"), "start_operation"),
    (re.compile(r"LOT:([^:]+):.+"), "load_lot"),
    (re.compile(r"\]d20[12][0-9]{14}(?:17[0-9]{6}|37[0-9]+\x1d)10(.+)"), "load_lot"),
    (re.compile(r"SN:(.+)"), "link_serial"),
    (re.compile(r"\]d201[0-9]{14}21(.+)"), "link_serial"),
    (re.compile(r"RSN:(.+)"), "set_reason"),
    (re.compile(r"%EA%STOP:(.+)"), "set_reason"),
)
"""What codes do, and to what."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works where."""

    wc: str
    operator_id: str


class Operator:
    """Works at one work center, with a reader where there is one."""

    def __init__(
        self, who: Worker, present: Present, clock: Clock, progress: Progress, scanner: ScannerSimulator | None = None
    ) -> None:
        self._wc = who.wc
        self._person = who.operator_id
        self._present = present
        self._clock = clock
        self._progress = progress
        self._scanner = scanner
        self._acts: list[Act] = []

    @property
    def log(self) -> OperatorLog:
        """Everything that was answered so far."""
        return OperatorLog(tuple(self._acts))

    async def scan(self, code: str, stop_id: str | None = None) -> None:
        """Scan a code until its answer is seen.

        Args:
            code: What the label says.
            stop_id: The stop that it explains, for the label of a reason.
        """
        assert self._scanner is not None
        at, repeats = self._clock.now(), 0
        # The agent's times are in milliseconds.
        typed = at - timedelta(milliseconds=1)
        shown = BADGE if code.startswith(BADGES) else code
        while True:
            await self._scanner.type(code)
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    view = await self._present.until(lambda view: _answered(center(view, self._wc), shown, typed))
                    break
            repeats += 1
        answer = center(view, self._wc)["last_scan"]
        action, subject = self._deed(code)
        act = Act(
            self._wc,
            action,
            subject,
            at,
            answer["accepted"],
            answer["code"],
            shown,
            stop_id,
            repeats,
        )
        self._note(act, f"scans {shown}")

    def _deed(self, code: str) -> tuple[Action, str]:
        """What a code does, and to what."""
        if code.startswith(BADGES):
            return "sign_on", self._person
        if code.endswith(PALLET):
            return "load_lot", LOT_ON_PALLET
        return next((action, found[1]) for pattern, action in _DEEDS if (found := pattern.fullmatch(code)))

    async def enter(self, action: Action, subject: str = "") -> None:
        """Enter something over the API; an answer that got lost is asked for again under the same client id."""
        arguments = {"order_id": subject} if action == "start_operation" else {}
        await self._enter(action, subject, arguments, None)

    async def sign_on(self) -> None:
        """Begin to work here."""
        await self._enter("sign_on", self._person, {"operator_id": self._person}, None)

    async def check(self, result: str) -> None:
        """Record a check, such as `FILL-LEVEL=501`."""
        check_id, _, value = result.partition("=")
        await self._enter("record_check", check_id, {"check_id": check_id, "value": value}, None)

    async def explain(self, reason: str) -> None:
        """Give the stop that is shown its reason, once; an operator who is shown none does nothing.

        Args:
            reason: Code of the reason to enter, or the label `RSN:…` or command card to scan.
        """
        # The view may lag behind the answer that was given a moment ago.
        explained = {act.stop_id for act in self._acts}
        try:
            async with asyncio.timeout(STOP_PATIENCE_S):
                view = await self._present.until(lambda view: _unexplained(center(view, self._wc), explained))
        except TimeoutError:
            self._progress.say(f"{self._wc}: no stop is shown that {reason} could explain")
            return
        stop_id = center(view, self._wc)["stop"]["stop_id"]
        if reason.startswith(("RSN:", "%EA%")):
            await self.scan(reason, stop_id)
        else:
            await self._enter("set_reason", reason, {"code": reason, "stop_id": stop_id}, stop_id)

    async def orders_shown(self, order: str) -> None:
        """Wait until the MES's order is there to be started."""
        await self._present.until(
            lambda view: any(known["order_id"] == order for known in center(view, self._wc)["orders"])
        )

    async def _enter(self, action: Action, subject: str, arguments: dict[str, str], stop_id: str | None) -> None:
        at = self._clock.now()
        body = {
            "client_id": uuid4().hex,
            "wc_id": self._wc,
            "action": action,
            "arguments": arguments,
            "actor": self._person,
        }
        reply = await self._present.enter(body)
        if action == "complete_operation" and not subject:
            subject = reply["message"]
        act = Act(
            wc=self._wc,
            action=action,
            subject=subject,
            at=at,
            accepted=reply["accepted"],
            code=reply["code"],
            stop_id=stop_id,
            repeats=reply["repeats"],
            facts=tuple(reply["fact_ids"]),
        )
        self._note(act, f"enters {action} {subject}".rstrip())

    def _note(self, act: Act, what: str) -> None:
        self._acts.append(act)
        again = f", at attempt {act.repeats + 1}" if act.repeats else ""
        self._progress.say(f"{self._wc}: the operator {what}: {act.code}{again}")


def _answered(shown: View, code: str, since: datetime) -> bool:
    last = shown["last_scan"]
    return last is not None and last["text"] == code and datetime.fromisoformat(last["time"]) >= since


def _unexplained(shown: View, explained: set[str | None]) -> bool:
    stop = shown["stop"]
    return stop is not None and stop["reason_code"] in BY_RULE and stop["stop_id"] not in explained

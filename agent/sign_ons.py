"""Signing on by PIN: it is verified here, away from the loop, one at a time and not too often; nothing else sees it."""

from __future__ import annotations

import asyncio
import math
from typing import Final

from agent.clock import Clock
from agent.core.errors import EntryRefusedError
from agent.core.observations import Entry
from agent.core.people.pin_limits import NO_TRIES, Key
from agent.core.people.pins import NOBODYS, PinDigest, parse
from agent.core.replies import refused
from agent.core.sentences import say
from agent.core.values import replace
from agent.core.views import Reply, SignOnBody
from agent.intake import Intake
from agent.logs.events import Event
from agent.logs.telling import tell

MOST_REMEMBERED: Final = 100
"""Answers to wrong PINs, for whoever repeats one after a lost answer: it was tried once."""


class SignOns:
    """Takes PINs. What it counts ends with this run of the agent."""

    def __init__(self, intake: Intake, clock: Clock) -> None:
        self._intake = intake
        self._clock = clock
        self._limits = NO_TRIES
        self._one_at_a_time = asyncio.Lock()
        self._wrong: dict[str, Reply] = {}

    async def take(self, body: SignOnBody) -> Reply:
        """Sign somebody on who knows the PIN.

        Raises:
            JournalError: it cannot be told whether this was answered before.
        """
        async with self._one_at_a_time:
            known = self._wrong.get(body.client_id) or await self._intake.answer(body.client_id)
            reply = known or await self._verified(body)
        if reply is not None:
            return reply
        said = {"operator_id": body.operator_id}
        if body.activity is not None:
            said["activity"] = body.activity
        now = self._clock.now()
        entry = Entry(body.wc_id, "sign_on", said, now, body.client_id, body.operator_id, auth="pin")
        taken = await self._intake.submit(entry)
        assert taken is not None
        return taken

    async def _verified(self, body: SignOnBody) -> Reply | None:
        """Why it is refused; None where the PIN is the right one."""
        now = self._clock.now().monotonic
        operator: Key = ("operator", body.operator_id)
        keys: tuple[Key, ...] = (operator, ("work_center", body.wc_id))
        wait_s = self._limits.wait_s(keys, now)
        if wait_s > 0:
            return _wait(wait_s)
        known = self._digest_of(body.operator_id)
        if known is None:
            words = say(
                "No PIN is known of {operator_id}. Scan your badge, or call a supervisor.", operator_id=body.operator_id
            )
            return refused(EntryRefusedError("PIN_NONE", words))
        # It counts as wrong until it is right: who hangs up meanwhile has tried.
        before, self._limits = self._limits, self._limits.with_wrong(keys, now)
        if await asyncio.to_thread(known.is_of, body.pin, self._intake.badges.key):
            self._limits = before.without(operator)
            return None
        # What names nobody may be a badge or a PIN that was entered at the wrong place.
        named = self._intake.present.desk.directories.operator(body.operator_id)
        who = "nobody known" if named is None else named.operator_id
        tell(Event.WRONG_PIN, "%s: a wrong PIN for %s", body.wc_id, who, work_center=body.wc_id)
        return self._told(body, self._limits.free(keys, now), self._limits.wait_s(keys, now))

    def _digest_of(self, operator_id: str) -> PinDigest | None:
        """What the PIN is compared with: for somebody unknown a digest that nothing fits, and that costs the same."""
        directory = self._intake.present.desk.directories.operators
        people = () if directory is None else directory.operators
        digests = {one.operator_id: one.pin_scrypt for one in people}
        if operator_id not in digests and people:
            like = next((parse(text) for text in digests.values() if text is not None), NOBODYS)
            return replace(like, made=NOBODYS.made)
        text = digests.get(operator_id)
        return None if text is None else parse(text)

    def _told(self, body: SignOnBody, left: int, wait_s: float) -> Reply:
        if left:
            words = say("That is not the PIN. Tries left before a wait: {left}.", left=left)
        else:
            words = say("That is not the PIN. Try again in {seconds} s.", seconds=math.ceil(wait_s))
        reply = refused(EntryRefusedError("PIN_WRONG", words))
        self._wrong[body.client_id] = reply
        if len(self._wrong) > MOST_REMEMBERED:
            del self._wrong[next(iter(self._wrong))]
        return reply


def _wait(wait_s: float) -> Reply:
    words = say("Too many wrong PINs. Try again in {seconds} s.", seconds=math.ceil(wait_s))
    return refused(EntryRefusedError("PIN_WAIT", words))

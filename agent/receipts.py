"""Takes the MES's acknowledgements: what it confirms, what it refuses, what its numbers say of the past."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from pydantic import ValidationError

from agent.clock import Clock
from agent.core.contract.acknowledgements import Ack, Rejected
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import InvalidMessageError
from agent.core.times import iso
from agent.journal.journal import Journal
from agent.journal.marks import Epoch
from agent.journal.standins import Parked
from agent.logs.events import Event
from agent.logs.telling import tell

LOWER_STANDS_S = 5.0
"""Real seconds after which a lower `through` counts: an old one that is delivered again is followed by newer ones."""
RETRY_REJECTED_S = 300.0
"""Plant seconds until what the MES refused for now is sent again."""


@dataclass(frozen=True, slots=True)
class Lower:
    """An acknowledgement below what the MES had confirmed."""

    through: int
    since: float
    """Loop time."""


class Receipts:
    """What the MES says that it has."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._lower: dict[str, Lower] = {}
        self._loop = asyncio.get_running_loop()
        self.last_ack: float | None = None
        """Plant time of the last acknowledgement."""

    def forget(self) -> None:
        """Another session: what an earlier one said last is not to be believed late."""
        self._lower.clear()

    async def take(self, payload: bytes, sent_through: int) -> bool:
        """Take an acknowledgement.

        Args:
            payload: as the MES sent it.
            sent_through: position up to which anything can have been sent.

        Returns:
            whether more is confirmed than before.

        Raises:
            InvalidMessageError: not an acknowledgement, or of an epoch that this journal never had; it changed nothing.
            JournalError: it could not be kept; the MES says it again.
        """
        try:
            ack = Ack.model_validate_json(payload)
        except ValidationError as error:
            raise InvalidMessageError(f"ack: {error.errors(include_url=False)[0]['msg']}") from error
        marks = self._journal.marks
        epoch = marks.named(ack.epoch)
        if epoch is None:
            known = ", ".join(known.name for known in marks.epochs)
            raise InvalidMessageError(f"ack: of epoch {ack.epoch}; this journal knows {known}")
        if epoch == marks.current and await self._never_sent(epoch, ack, sent_through):
            return False
        self.last_ack = self._clock.now().wall
        end = epoch.sequence(marks.end(epoch))
        await self._park_all(epoch, [rejected for rejected in ack.rejected if rejected.sequence <= end])
        through = min(ack.through, end)
        if through < epoch.confirmed_through:
            before = self._lower.get(epoch.name)
            self._lower[epoch.name] = Lower(through, self._loop.time() if before is None else before.since)
            return False
        self._lower.pop(epoch.name, None)
        await self._journal.confirm(epoch.name, through, self.last_ack)
        return through > epoch.confirmed_through

    async def restore(self) -> bool:
        """Believe a lower acknowledgement that no higher one followed: the MES was restored to an older state.

        Returns:
            whether facts are to be sent again.

        Raises:
            JournalError: it could not be kept; it is tried again.
        """
        ripe = [name for name, lower in self._lower.items() if self._loop.time() - lower.since >= LOWER_STANDS_S]
        for name in ripe:
            through = self._lower[name].through
            epoch = self._journal.marks.named(name)
            assert epoch is not None
            tell(
                Event.MES_RESTORED,
                "the MES confirms epoch %s through %d only, and had confirmed it through %d; sending again from there",
                name,
                through,
                epoch.confirmed_through,
            )
            now = self._clock.now().wall
            evidence = {"epoch": name, "through": str(through), "had_confirmed": str(epoch.confirmed_through)}
            await self._journal.lower(name, through, now, Discrepancy("mes_restored", now, now, evidence))
            self._lower.pop(name, None)
        return bool(ripe)

    async def _never_sent(self, epoch: Epoch, ack: Ack, sent_through: int) -> bool:
        """Whether the MES has what this journal cannot have sent: then the journal has forgotten it."""
        highest = max(ack.through, *(rejected.sequence for rejected in ack.rejected), 0)
        sent = epoch.sequence(sent_through)
        if highest <= sent:
            return False
        if self._journal.is_new:
            raise InvalidMessageError(
                f"ack: fact {highest} of epoch {epoch.name}, which began with this run and has sent {sent} at most"
            )
        text = "the MES has fact %d of epoch %s; this journal has sent %d at most"
        tell(Event.JOURNAL_RENEWED, text, highest, epoch.name, sent)
        now = self._clock.now().wall
        evidence = {"epoch": epoch.name, "mes_has_through": str(highest), "journal_sent_through": str(sent)}
        await self._journal.confirm(epoch.name, min(ack.through, sent), now)
        discrepancy = Discrepancy("journal_rewound", now, now, evidence)
        await self._journal.renew(secrets.token_hex(4), sent_through + 1, now, discrepancy)
        return True

    async def _park_all(self, epoch: Epoch, refused: list[Rejected]) -> None:
        """An MES says again what it refused before: that changes nothing about when it is to be sent again."""
        known = {(row.position, row.detail) for row in await self._journal.parking.rows()} if refused else set()
        for rejected in refused:
            if (epoch.first_position + rejected.sequence - 1, rejected.reason) not in known:
                await self._park(epoch, rejected)

    async def _park(self, epoch: Epoch, rejected: Rejected) -> None:
        text = "the MES refused fact %d of epoch %s: %s"
        tell(Event.FACT_PARKED, text, rejected.sequence, epoch.name, rejected.reason, sequence=rejected.sequence)
        now = self._clock.now().wall
        parked = Parked(
            position=epoch.first_position + rejected.sequence - 1,
            reason="rejected",
            detail=rejected.reason,
            since=iso(now),
            withheld=False,
            retry_at=now + RETRY_REJECTED_S if rejected.retryable else None,
        )
        evidence = {"epoch": epoch.name, "sequence": str(rejected.sequence), "reason": rejected.reason}
        key = f"rejected-{epoch.name}-{rejected.sequence}"
        await self._journal.parking.put(parked, key, Discrepancy("rejected_by_mes", now, now, evidence))

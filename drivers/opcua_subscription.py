"""One subscription, publication by publication: none lost, none twice, and silence is noticed (OPC 10000-4, 5.14).

The library's own publishing is left aside: it acknowledges before anybody has taken what came, asks for nothing that
went missing, and knows no time-out. Here the next publication is asked for when the last one was handed on, and what
was taken is acknowledged with it. A slow consumer makes the server's queues fill, which the server says in the value's
status.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from asyncua import ua
from asyncua.client.ua_client import UaClient
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.cancellation import within
from drivers.opcua_sequence import MissingError, Numbers

SIGN_OF_LIFE_MS: Final = 400.0
"""A sign of life in half a second, with time for the way."""
SLOWEST_S: Final = 1.0
"""What is published more seldom gives no sign of life in time."""
UNSUPPORTED: Final = frozenset(
    {StatusCodes.BadServiceUnsupported, StatusCodes.BadNotSupported, StatusCodes.BadNotImplemented}
)
"""The server has no subscriptions at all."""
NO_ROOM: Final = frozenset({StatusCodes.BadTooManySubscriptions, StatusCodes.BadResourceUnavailable})
"""It has none left."""
_SOONEST_S: Final = 0.05
_ASK_AGAIN: Final = frozenset({StatusCodes.BadTimeout, StatusCodes.BadTooManyPublishRequests})
_MISSING: Final = "a publication went missing or could not be read"


@dataclass(frozen=True, slots=True)
class Publication:
    """What one publish response brought, with what had gone missing before it."""

    messages: Sequence[ua.NotificationMessage]
    """In their order; none in a sign of life."""
    is_last: bool = True
    """Nothing waits behind it."""

    @property
    def notifications(self) -> list[object]:
        """What they say, in order."""
        return [one for message in self.messages for one in message.NotificationData or ()]

    @property
    def ended(self) -> list[ua.StatusChangeNotification]:
        """That there will be none any more, and why."""
        return [one for one in self.notifications if isinstance(one, ua.StatusChangeNotification)]

    @property
    def numbers(self) -> list[int]:
        """What to acknowledge once it was taken."""
        return [message.SequenceNumber for message in self.messages]


class Subscription:
    """One subscription of a session.

    Raises:
        UaError: the server refuses.
        OSError: the connection is lost, the server is silent (`TimeoutError`), or a publication went missing.
    """

    def __init__(self, client: UaClient, settings: OpcUaSettings, asking: Callable[[], None]) -> None:
        """Not yet created.

        Args:
            client: the session, whose library must not publish by itself: a `QuietSession`.
            settings: how it is read.
            asking: is told before each answer that is waited for.
        """
        self.id = 0
        self.interval_s = 0.0
        """Between two publications, as the server grants it."""
        self.life_s = 0.0
        """Between two signs of life."""
        self.patience_s = settings.timeout_s
        """After which it is silent."""
        self.publications = 0
        """How many came, signs of life among them."""
        self.behind = 0
        """The last of them after which more waited."""
        self._client = client
        self._settings = settings
        self._asking = asking
        self._numbers = Numbers()
        self._taken: list[int] = []

    async def create(self) -> None:
        """Ask for it.

        The publishing interval is shortened where the configured one is too long for a sign of life in time; nothing is
        lost by it, as values queue on the server between publications anyway.
        """
        life_ms = min(SIGN_OF_LIFE_MS, self._settings.timeout_s * 500)
        interval_ms = min(float(self._settings.publishing_ms), life_ms)
        wanted = ua.CreateSubscriptionParameters(interval_ms, *_counts(life_ms, interval_ms))
        self._asking()
        created = await self._client.create_subscription(wanted, _nobody)
        self.id = created.SubscriptionId
        granted_ms, keep_alive = created.RevisedPublishingInterval, created.RevisedMaxKeepAliveCount
        if granted_ms > interval_ms:
            # Keep-alives are counted in intervals: with the server's longer ones they would come too rarely.
            modified = await self._count_anew(granted_ms, _counts(life_ms, granted_ms))
            if modified is not None:
                granted_ms, keep_alive = modified.RevisedPublishingInterval, modified.RevisedMaxKeepAliveCount
        self.interval_s = max(granted_ms, 0.0) / 1000
        self.life_s = self.interval_s * max(keep_alive, 1)
        self.patience_s = max(self._settings.timeout_s, 2 * self.life_s)

    async def delete(self) -> None:
        """Give it back; what the server does not take back ends by itself."""
        self._asking()
        with suppress(UaStatusCodeError):
            await self._client.delete_subscriptions([self.id])

    def taken(self, numbers: Sequence[int]) -> None:
        """These were taken by whoever they are for: the server need not keep them any longer."""
        self._taken.extend(numbers)

    async def next(self) -> Publication:
        """The next publication, or a sign of life."""
        result = await self._answered()
        self.publications += 1
        message = result.NotificationMessage
        number, available = message.SequenceNumber, result.AvailableSequenceNumbers or []
        if result.MoreNotifications:
            self.behind = self.publications
        if not message.NotificationData:
            return Publication(await self._told_again(self._numbers.kept(number, available)))
        if self._numbers.is_told_again(number):
            self._taken.append(number)
            return Publication([], is_last=not result.MoreNotifications)
        try:
            missing = self._numbers.missing(number, available)
        except MissingError:
            raise ConnectionError(_MISSING) from None
        messages = await self._told_again(missing)
        self._numbers.took(number)
        return Publication([*messages, message], is_last=not result.MoreNotifications)

    async def _count_anew(
        self, interval_ms: float, counts: tuple[ua.UInt32, ua.UInt32]
    ) -> ua.ModifySubscriptionResult | None:
        """Other counts of the same interval; None where the server leaves it as it is."""
        self._asking()
        with suppress(UaStatusCodeError):
            wanted = ua.ModifySubscriptionParameters(self.id, interval_ms, *counts)
            return await self._client.update_subscription(wanted)
        return None

    async def _answered(self) -> ua.PublishResult:
        """The next answer that is about this subscription."""
        async with within(self.patience_s):
            while True:
                taken, self._taken = self._taken, []
                acks = [ua.SubscriptionAcknowledgement(self.id, ua.UInt32(number)) for number in taken]
                self._asking()
                try:
                    response = await self._client.publish(acks)
                    response.ResponseHeader.ServiceResult.check()
                except UaStatusCodeError as error:
                    if error.code not in _ASK_AGAIN:
                        raise
                    self._taken = taken + self._taken
                    await asyncio.sleep(max(self.interval_s, _SOONEST_S))
                    continue
                except UaError:
                    raise ConnectionError(_MISSING) from None
                result: ua.PublishResult = response.Parameters
                if result.SubscriptionId == self.id:
                    return result
                if not result.SubscriptionId:
                    raise ConnectionError("it knows nothing of the subscription any more")

    async def _told_again(self, numbers: Sequence[int]) -> list[ua.NotificationMessage]:
        """Ask once for each that went missing: a server that says that it has it may have it no more."""
        messages = []
        for number in numbers:
            self._asking()
            try:
                message = await self._client.session.republish(self.id, number)
            except UaError:
                raise ConnectionError(_MISSING) from None
            if message.SequenceNumber != number or not message.NotificationData:
                raise ConnectionError(_MISSING)
            self._numbers.took(number)
            messages.append(message)
        return messages


def _nobody(_: ua.PublishResult) -> None:
    """Publications reach nobody by the library."""


def _counts(life_ms: float, interval_ms: float) -> tuple[ua.UInt32, ua.UInt32]:
    """Lifetime and keep-alive count; what we leave behind when we die ends after 10 s."""
    keep_alive = max(1, int(life_ms / interval_ms))
    # OPC 10000-4, 5.14.2.2: the lifetime is at least three times the keep-alive.
    return ua.UInt32(max(3 * keep_alive, int(10_000 / interval_ms))), ua.UInt32(keep_alive)

"""One subscription against a server whose answers are written down: numbers, refusals, silence, acknowledgements."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from asyncua import ua
from asyncua.client.ua_client import UaClient
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import BadMessageNotAvailable, BadServiceUnsupported, UaStatusCodeError

from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.opcua_subscription import Subscription

ID = 7
SETTINGS = OpcUaSettings(endpoint="opc.tcp://127.0.0.1:4840", security="none", timeout_s=0.5, publishing_ms=50)


@dataclass
class Server:
    """Answers each request for a publication with the next of its answers, and is silent after the last."""

    answers: list[Any] = field(default_factory=list)
    kept: dict[int, ua.NotificationMessage] = field(default_factory=dict)
    grants: tuple[float, int] = (50.0, 8)
    is_stubborn: bool = False
    acknowledged: list[list[int]] = field(default_factory=list)
    asked_again: list[int] = field(default_factory=list)

    @property
    def session(self) -> "Server":
        return self

    async def create_subscription(
        self, wanted: ua.CreateSubscriptionParameters, _: object
    ) -> ua.CreateSubscriptionResult:
        del wanted
        return ua.CreateSubscriptionResult(ua.UInt32(ID), self.grants[0], ua.UInt32(1_000), ua.UInt32(self.grants[1]))

    async def update_subscription(self, wanted: ua.ModifySubscriptionParameters) -> ua.ModifySubscriptionResult:
        if self.is_stubborn:
            raise BadServiceUnsupported
        return ua.ModifySubscriptionResult(self.grants[0], ua.UInt32(1_000), wanted.RequestedMaxKeepAliveCount)

    async def publish(self, acks: Sequence[ua.SubscriptionAcknowledgement]) -> Any:  # noqa: ANN401
        self.acknowledged.append([ack.SequenceNumber for ack in acks])
        if not self.answers:
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(ResponseHeader=ua.ResponseHeader(), Parameters=answer)

    async def republish(self, _: int, number: int) -> ua.NotificationMessage:
        self.asked_again.append(number)
        if number not in self.kept:
            raise BadMessageNotAvailable
        return self.kept[number]


def message(number: int, *, news: bool = True) -> ua.NotificationMessage:
    return ua.NotificationMessage(ua.UInt32(number), NotificationData=[ua.DataChangeNotification()] if news else [])


def answer(number: int, *, news: bool = True, available: Sequence[int] = (), more: bool = False) -> ua.PublishResult:
    return ua.PublishResult(ua.UInt32(ID), [ua.UInt32(one) for one in available], more, message(number, news=news))


async def subscribed(server: Server) -> Subscription:
    subscription = Subscription(cast("UaClient", server), SETTINGS, lambda: None)
    await subscription.create()
    return subscription


async def test_what_was_taken_is_acknowledged_with_the_next_request_and_nothing_else() -> None:
    server = Server([answer(1), answer(2), answer(3)])
    subscription = await subscribed(server)
    first = await subscription.next()
    await subscription.next()
    subscription.taken(first.numbers)
    await subscription.next()
    assert server.acknowledged == [[], [], [1]]


async def test_what_went_missing_comes_before_what_showed_it() -> None:
    server = Server([answer(1), answer(4, available=[2, 3, 4])], {2: message(2), 3: message(3)})
    subscription = await subscribed(server)
    await subscription.next()
    assert (await subscription.next()).numbers == [2, 3, 4]
    assert server.asked_again == [2, 3]


async def test_a_sign_of_life_brings_what_went_missing() -> None:
    server = Server([answer(2, news=False, available=[1]), answer(2)], {1: message(1)})
    subscription = await subscribed(server)
    assert (await subscription.next()).numbers == [1]
    assert (await subscription.next()).numbers == [2]


@pytest.mark.parametrize("number", [0, 1, 5])
async def test_a_sign_of_life_with_a_wrong_number_brings_nothing(number: int) -> None:
    server = Server([answer(number, news=False), answer(1)])
    subscription = await subscribed(server)
    assert (await subscription.next()).numbers == []
    assert (await subscription.next()).numbers == [1]
    assert server.asked_again == []


@pytest.mark.parametrize("lies", [{}, {1: message(9)}, {1: message(1, news=False)}])
async def test_a_server_that_says_that_it_has_what_it_does_not_is_asked_once(
    lies: dict[int, ua.NotificationMessage],
) -> None:
    server = Server([answer(2, available=[1, 2])], lies)
    subscription = await subscribed(server)
    with pytest.raises(ConnectionError, match="a publication went missing"):
        await subscription.next()
    assert server.asked_again == [1]


async def test_what_the_server_says_that_it_does_not_have_is_not_asked_for() -> None:
    server = Server([answer(2, available=[2])])
    with pytest.raises(ConnectionError, match="a publication went missing"):
        await (await subscribed(server)).next()
    assert server.asked_again == []


async def test_a_publication_that_comes_twice_is_told_once() -> None:
    server = Server([answer(1), answer(1), answer(2)])
    subscription = await subscribed(server)
    assert [(await subscription.next()).numbers for _ in range(3)] == [[1], [], [2]]
    assert server.acknowledged[-1] == [1]


async def test_numbers_begin_again_after_the_largest() -> None:
    server = Server([answer(2**32 - 1), answer(1)])
    subscription = await subscribed(server)
    subscription._numbers.due = 2**32 - 1
    assert [(await subscription.next()).numbers for _ in range(2)] == [[2**32 - 1], [1]]


async def test_a_request_that_the_server_let_lapse_is_made_again_with_what_is_to_be_acknowledged() -> None:
    lapsed = UaStatusCodeError(StatusCodes.BadTimeout)  # type: ignore[no-untyped-call]  # the library's own
    server = Server([answer(1), lapsed, answer(2)])
    subscription = await subscribed(server)
    subscription.taken((await subscription.next()).numbers)
    assert (await subscription.next()).numbers == [2]
    assert server.acknowledged == [[], [1], [1]]


async def test_a_server_that_lets_every_request_lapse_is_silent() -> None:
    lapsed = UaStatusCodeError(StatusCodes.BadTooManyPublishRequests)  # type: ignore[no-untyped-call]  # the library's
    server = Server([lapsed] * 1_000)
    with pytest.raises(TimeoutError):
        await (await subscribed(server)).next()
    assert len(server.acknowledged) < 50


async def test_a_server_that_says_nothing_is_silent() -> None:
    with pytest.raises(TimeoutError):
        await (await subscribed(Server())).next()


async def test_what_is_about_another_subscription_is_none_of_ours() -> None:
    other = ua.PublishResult(ua.UInt32(ID + 1), [], False, message(9))
    server = Server([other, answer(1)])
    assert (await (await subscribed(server)).next()).numbers == [1]


async def test_a_server_that_knows_no_subscription_any_more_has_lost_ours() -> None:
    gone = ua.PublishResult(ua.UInt32(0), [], False, message(0, news=False))
    with pytest.raises(ConnectionError, match="it knows nothing of the subscription any more"):
        await (await subscribed(Server([gone]))).next()


async def test_what_waits_behind_a_publication_is_noted() -> None:
    server = Server([answer(1), answer(2, more=True), answer(3)])
    subscription = await subscribed(server)
    came = [await subscription.next() for _ in range(3)]
    assert (subscription.publications, subscription.behind) == (3, 2)
    assert [one.is_last for one in came] == [True, False, True]


@pytest.mark.parametrize(
    ("grants", "life_s", "patience_s"), [((50.0, 8), 0.4, 0.8), ((300.0, 8), 0.3, 0.6), ((60_000.0, 3), 60.0, 120.0)]
)
async def test_signs_of_life_suit_what_the_server_grants(
    grants: tuple[float, int], life_s: float, patience_s: float
) -> None:
    subscription = await subscribed(Server(grants=grants))
    assert [subscription.life_s, subscription.patience_s] == pytest.approx([life_s, patience_s])


async def test_a_server_that_modifies_nothing_is_listened_to_as_it_is() -> None:
    subscription = await subscribed(Server(grants=(300.0, 8), is_stubborn=True))
    assert [subscription.life_s, subscription.patience_s] == pytest.approx([2.4, 4.8])

"""Requests in batches that suit a server, whatever it refuses and however it says so."""

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest
from asyncua import ua
from asyncua.client.ua_client import UaClient
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import BadTooManyMonitoredItems, UaStatusCodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.opcua_limits import SMALL_BATCH, STANDARD_BATCH, TOO_MUCH, Limits, Requests


class Server:
    """Answers Read and CreateMonitoredItems as one is told to."""

    def __init__(
        self, most: int = 10_000, evil: frozenset[int] = frozenset(), code: int = 0, evil_code: int = 0
    ) -> None:
        self.most, self.evil, self.code = most, evil, code
        self.evil_code = evil_code or StatusCodes.BadNodeIdInvalid
        self.room = 10_000
        self.asked: list[int] = []
        self.at_once = self.most_at_once = 0
        self.short = 0
        self.protocol = None

    async def read(self, parameters: ua.ReadParameters) -> Sequence[ua.DataValue]:
        numbers = [int(node.NodeId.Identifier) for node in parameters.NodesToRead]
        await self._answer(numbers)
        return [ua.DataValue(ua.Variant(number)) for number in numbers][self.short :]

    async def create_monitored_items(
        self, parameters: ua.CreateMonitoredItemsParameters
    ) -> Sequence[ua.MonitoredItemCreateResult]:
        numbers = [int(item.ItemToMonitor.NodeId.Identifier) for item in parameters.ItemsToCreate]
        await self._answer(numbers)
        if len(numbers) > self.room:
            raise BadTooManyMonitoredItems
        self.room -= len(numbers)
        return [ua.MonitoredItemCreateResult(MonitoredItemId=number) for number in numbers]

    async def _answer(self, numbers: list[int]) -> None:
        self.asked.append(len(numbers))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if len(numbers) > self.most:
            ua.StatusCode(ua.UInt32(self.code or StatusCodes.BadTooManyOperations)).check()
        if self.evil.intersection(numbers):
            ua.StatusCode(ua.UInt32(self.evil_code)).check()


def requests(server: Server, *, small: bool = False) -> Requests:
    return Requests(cast("UaClient", server), small=small, asking=lambda: None)


def nodes(count: int) -> list[ua.NodeId]:
    return [ua.NodeId(ua.Int32(number), ua.Int16(2)) for number in range(count)]


@settings(max_examples=40)
@given(count=st.integers(0, 300), most=st.integers(1, 300), evil=st.frozensets(st.integers(0, 299), max_size=4))
async def test_each_node_has_its_answer_and_one_that_is_refused_takes_no_other_with_it(
    count: int, most: int, evil: frozenset[int]
) -> None:
    server = Server(most, evil)
    answers = await requests(server).values(nodes(count))
    read = [None if answer.Value is None else answer.Value.Value for answer in answers]
    assert read == [None if number in evil else number for number in range(count)]
    refused = ua.StatusCode(ua.UInt32(StatusCodes.BadNodeIdInvalid))
    assert all(answers[number].StatusCode == refused for number in evil if number < count)


@pytest.mark.parametrize("code", sorted(TOO_MUCH))
async def test_what_is_too_much_is_asked_for_in_halves_and_never_again_in_one(code: int) -> None:
    server = Server(30, code=code)
    asking = requests(server)
    await asking.values(nodes(100))
    assert server.asked == [100, 50, 25, 25, 25, 25]
    await asking.values(nodes(50))
    assert server.asked[6:] == [25, 25]


@pytest.mark.parametrize("code", [StatusCodes.BadResponseTooLarge, StatusCodes.BadEncodingLimitsExceeded])
async def test_one_value_that_fits_into_no_answer_takes_no_other_with_it(code: int) -> None:
    server = Server(evil=frozenset({7}), evil_code=code)
    asking = requests(server)
    answers = await asking.values(nodes(40))
    read = [None if answer.Value is None else answer.Value.Value for answer in answers]
    assert read == [None if number == 7 else number for number in range(40)]
    assert answers[7].StatusCode == ua.StatusCode(ua.UInt32(code))
    assert len(server.asked) < 15
    assert asking.limits.reads == STANDARD_BATCH


async def test_a_server_that_takes_nothing_at_all_refuses() -> None:
    with pytest.raises(UaStatusCodeError):
        await requests(Server(0)).values(nodes(3))


async def test_another_refusal_is_nobodys_in_particular() -> None:
    server = Server(0, code=StatusCodes.BadSessionIdInvalid)
    with pytest.raises(UaStatusCodeError):
        await requests(server).values(nodes(8))
    assert server.asked == [8]


async def test_a_small_controller_gets_a_hundred_values_at_most_and_one_request_at_a_time() -> None:
    server = Server()
    asking = requests(server, small=True)
    await asyncio.gather(asking.values(nodes(250)), asking.values(nodes(150)))
    assert max(server.asked) == SMALL_BATCH
    assert server.most_at_once == 1


async def test_others_are_asked_for_more_at_a_time() -> None:
    server = Server()
    asking = requests(server)
    await asyncio.gather(asking.values(nodes(250)), asking.values(nodes(150)))
    assert sorted(server.asked) == [150, 250]
    assert server.most_at_once == 2


async def test_where_a_whole_request_finds_no_room_what_fits_is_subscribed_to() -> None:
    server = Server()
    server.room = 37
    items = [ua.MonitoredItemCreateRequest(ua.ReadValueId(NodeId=node)) for node in nodes(100)]
    results = await requests(server).create(1, items)
    assert [result.MonitoredItemId for result in results[:37]] == list(range(37))
    assert {result.StatusCode.name for result in results[37:]} == {"BadTooManyMonitoredItems"}
    assert len(server.asked) < 20


async def test_an_answer_that_does_not_fit_its_request_ends_the_connection() -> None:
    server = Server()
    server.short = 1
    with pytest.raises(ConnectionError, match="it answered 4 of 5 questions"):
        await requests(server).values(nodes(5))


@settings(max_examples=50)
@given(said=st.lists(st.one_of(st.integers(-5, 5_000), st.none(), st.booleans(), st.floats(), st.text(max_size=3))))
def test_the_least_that_a_server_says_holds_and_0_is_no_limit(said: list[object]) -> None:
    limits = Limits()
    for one in said:
        limits.take("reads", one)
        limits.take("held", one)
    numbers = [one for one in said if type(one) is int and one > 0]
    assert limits.reads == min([STANDARD_BATCH, *numbers])
    assert limits.held == min(numbers, default=None)


async def test_what_a_server_says_is_more_exact_than_what_asking_it_was_cut_down_to() -> None:
    class Saying(Server):
        async def read(self, parameters: ua.ReadParameters) -> Sequence[ua.DataValue]:
            return [ua.DataValue(ua.Variant(2)) for _ in await super().read(parameters)]

    asking = requests(Saying(2))
    await asking.ask_limits()
    assert (asking.limits.reads, asking.limits.items) == (2, 2)


@pytest.mark.parametrize(
    ("octets", "chunks", "chunk", "most"),
    [
        (0, 0, 65_535, STANDARD_BATCH),
        (65_536, 0, 65_535, 256),
        (0, 1, 8_192, 32),
        (65_536, 1, 8_192, 32),
        (100, 1, 0, 1),
    ],
)
def test_no_more_is_asked_for_than_fits_into_a_message(octets: int, chunks: int, chunk: int, most: int) -> None:
    limits = Limits()
    limits.take_size(octets, chunks, chunk)
    assert (limits.reads, limits.items) == (most, most)

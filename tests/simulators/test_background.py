from __future__ import annotations

import asyncio

import pytest

from simulators.background import Background


async def for_ever() -> None:
    await asyncio.Event().wait()


async def failing() -> None:
    raise OSError("the port is taken")


def names() -> set[str]:
    return {task.get_name() for task in asyncio.all_tasks()}


async def test_jobs_run_beside_the_body_and_end_with_it() -> None:
    async with Background({"one": for_ever(), "two": for_ever()}):
        assert {"one", "two"} <= names()
    assert not {"one", "two"} & names()


async def test_an_error_of_the_body_stays_as_it_is() -> None:
    with pytest.raises(KeyError):
        async with Background({"one": for_ever()}):
            raise KeyError
    assert "one" not in names()


async def test_an_error_of_a_job_ends_the_body() -> None:
    with pytest.raises(ExceptionGroup) as raised:
        async with Background({"one": for_ever(), "two": failing()}):
            await for_ever()
    assert [str(error) for error in raised.value.exceptions] == ["the port is taken"]
    assert "one" not in names()


async def test_cancelling_the_body_cancels_the_jobs() -> None:
    async def body() -> None:
        async with Background({"one": for_ever()}):
            await for_ever()

    task = asyncio.create_task(body(), name="body")
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert "one" not in names()

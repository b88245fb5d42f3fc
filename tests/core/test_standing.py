from __future__ import annotations

from typing import Any

import orjson
import pytest

from agent.core.contract.standing import Standing, Status, read_status, standing

SAID: dict[str, Any] = {"online": True, "instance": "i1", "session": 4, "epoch": "e1", "last_seq": 7}


def test_a_status_is_read_whatever_else_it_says() -> None:
    said = orjson.dumps({**SAID, "version": "9.9", "since": 1})
    assert read_status(said) == Status(online=True, instance="i1", session=4, epoch="e1", last_seq=7)


@pytest.mark.parametrize("payload", [None, b"", b"{", b"[]", b"\xff", orjson.dumps({**SAID, "session": "four"})])
def test_what_is_no_status_of_ours_is_none(payload: bytes | None) -> None:
    assert read_status(payload) is None


@pytest.mark.parametrize(
    ("online", "known", "whose"),
    [
        (True, True, Standing.OURS),
        (False, True, Standing.OURS),
        (True, False, Standing.TAKEN),
        (False, False, Standing.FORGOTTEN),
    ],
)
def test_whose_the_identity_is(online: bool, known: bool, whose: Standing) -> None:  # noqa: FBT001 - a table
    status = Status(online=online, instance="i1", session=1, epoch="e1", last_seq=1)
    assert standing(status, known=known) is whose


def test_where_nobody_ever_was_the_identity_is_ours() -> None:
    assert standing(None, known=False) is Standing.OURS

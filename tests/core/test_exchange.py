"""Which facts go to the MES at once, and when the others do."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.core.contract.exchange import ExchangeSettings, batches_around, goes_online

ALMATY = ZoneInfo("Asia/Almaty")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_without_a_word_everything_goes_at_once() -> None:
    assert ExchangeSettings().is_immediate
    assert goes_online(ExchangeSettings(), "machine.condition_changed")


def test_a_pattern_names_a_type_or_a_family() -> None:
    chosen = ExchangeSettings(online=("operation.*", "output.recorded"), batch_every_s=600)
    assert not chosen.is_immediate
    told = ["operation.paused", "output.recorded", "scrap.recorded", "stop.opened"]
    assert [goes_online(chosen, one) for one in told] == [True, True, False, False]


def test_batches_are_due_at_times_of_the_plants_clock() -> None:
    chosen = ExchangeSettings.model_validate({"online": [], "batch_at": ["06:00", "14:00", "22:00"]})
    # 10:30 in Almaty.
    assert batches_around(chosen, at("2026-03-04T05:30:00"), ALMATY) == (
        at("2026-03-04T01:00:00"),
        at("2026-03-04T09:00:00"),
    )


def test_a_batch_over_midnight_is_the_next_days() -> None:
    chosen = ExchangeSettings.model_validate({"online": [], "batch_at": ["06:00"]})
    utc = ZoneInfo("UTC")
    assert batches_around(chosen, at("2026-03-04T05:00:00"), utc) == (
        at("2026-03-03T06:00:00"),
        at("2026-03-04T06:00:00"),
    )
    assert batches_around(chosen, at("2026-03-04T06:00:00"), utc)[0] == at("2026-03-04T06:00:00")


@given(st.floats(1.7e9, 1.9e9), st.sampled_from(["Asia/Almaty", "Europe/Berlin", "UTC"]))
def test_now_lies_between_the_last_batch_and_the_next(now: float, zone: str) -> None:
    chosen = ExchangeSettings.model_validate({"online": [], "batch_at": ["02:30", "14:00"], "batch_every_s": 3600})
    last, following = batches_around(chosen, now, ZoneInfo(zone))
    assert last is not None
    assert following is not None
    assert last <= now < following
    assert following - last <= 3600


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"online": ["operatoin.*"], "batch_every_s": 60}, "'operatoin.\\*' is no type of fact"),
        ({"online": ["operation.*"]}, "needs a batch: expected batch_at or batch_every_s"),
        ({"online": [], "batch_at": ["25:00"]}, "expected a time of the plant's clock"),
    ],
)
def test_an_exchange_that_cannot_be_meant_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ExchangeSettings.model_validate(settings)

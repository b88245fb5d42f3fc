"""Replacing fields is what `dataclasses.replace` does, only faster."""

from __future__ import annotations

import dataclasses

import pytest

from agent.core.counts.counters import CounterState
from agent.core.machine.watching import Watch
from agent.core.values import replace


def test_a_value_with_other_fields_is_the_same_as_the_standard_library_makes() -> None:
    watch = Watch(link_up=True, last_good=3.0)
    assert replace(watch, last_good=4.0, boot="2") == dataclasses.replace(watch, last_good=4.0, boot="2")
    assert replace(CounterState(raw=7)) == CounterState(raw=7)


def test_the_value_itself_never_changes() -> None:
    watch = Watch(link_up=True)
    assert replace(watch, link_up=False) is not watch
    assert watch == Watch(link_up=True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        replace(watch, link_up=False).link_up = True  # type: ignore[misc]


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError, match="colour"):
        replace(Watch(), colour="blue")  # type: ignore[call-arg]

from __future__ import annotations

from agent import migrating
from tests.contract import configuration_keys


def test_no_key_of_the_configuration_is_gone_without_a_step_that_says_what_becomes_of_it() -> None:
    gone = set(configuration_keys.known()) - configuration_keys.present()
    told = {f"{change.table}.{change.key}" for step in migrating.STEPS for change in step.changes}
    unexplained = {key for key in gone if not any(key == one or key.startswith(f"{one}.") for one in told)}
    assert unexplained == set(), "add a step to agent/migrating.py: old files of running plants have these keys"


def test_every_key_is_written_down() -> None:
    assert configuration_keys.present() <= set(configuration_keys.known()), "run `make generated`"

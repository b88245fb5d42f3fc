from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.fingerprint import changed, fingerprint
from agent.core.settings import Settings

DOCUMENT: dict[str, Any] = {
    "agent": {"enterprise": "acme", "site": "ala1", "area": "hall-1", "id": "edge-1"},
    "mes": {"host": "mes.plant"},
    "machine": [{"work_center": "PACK-1", "manual": True}, {"work_center": "PACK-2", "manual": True}],
}


def settings(**sections: object) -> Settings:
    return Settings.model_validate({**DOCUMENT, **sections})


def test_what_stands_by_default_says_nothing() -> None:
    said = settings(mes={"host": "mes.plant", "port": 1883}, codes={}, terminal={}, scanner=[])
    assert fingerprint(said) == fingerprint(settings())


@pytest.mark.parametrize(
    ("sections", "keys"),
    [
        ({"mes": {"host": "other"}}, ("mes.host",)),
        ({"mes": {"host": "mes.plant", "port": 8883}}, ("mes.port",)),
        ({"discrepancies": {"no_order_running": {"due_h": 1}}}, ("discrepancies.no_order_running",)),
        (
            {"machine": [DOCUMENT["machine"][1], {**DOCUMENT["machine"][0], "stop": {"minor_stop_max_s": 31.0}}]},
            ("machine.PACK-1.stop",),
        ),
        ({"machine": DOCUMENT["machine"][:1]}, ("machine.PACK-2.manual", "machine.PACK-2.work_center")),
    ],
)
def test_a_changed_key_is_named(sections: dict[str, object], keys: tuple[str, ...]) -> None:
    before, after = fingerprint(settings()), fingerprint(settings(**sections))
    assert changed(before.keys, after.keys) == keys
    assert before.sha256 != after.sha256


@given(st.lists(st.sampled_from(["mes", "codes", "agent"]), min_size=1, unique=True), st.randoms())
def test_the_order_of_keys_and_sections_changes_nothing(first: list[str], random: Any) -> None:  # noqa: ANN401
    names = [*first, *(name for name in DOCUMENT if name not in first)]
    document = {}
    for name in names:
        value = DOCUMENT.get(name, {})
        items = list(value.items()) if isinstance(value, dict) else value
        if isinstance(value, dict):
            random.shuffle(items)
        document[name] = dict(items) if isinstance(value, dict) else value
    assert fingerprint(Settings.model_validate(document)) == fingerprint(settings())

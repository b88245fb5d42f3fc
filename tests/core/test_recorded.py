from __future__ import annotations

from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.facts import DigestRow, Range, ShiftKeys
from agent.core.observations import Finding, Reckoned, Tick
from agent.core.observed import Observation
from agent.core.recordings.recorded import Ended, Header, Record, Seen, Withdrawn, decode, encode, settings_kept
from agent.core.settings import Settings
from tests.core.build import instant

# Models that are built when they are first used say only then of which fields they are made.
for _model in (DigestRow, Range, ShiftKeys):
    _model.model_rebuild()
QUANTITIES = st.decimals(allow_nan=False, allow_infinity=False)
DISCREPANCIES = st.builds(Discrepancy, at_most=st.none() | QUANTITIES, code=st.just("counter_reset"))
DIGEST_ROWS = st.builds(
    DigestRow,
    consumed=st.dictionaries(st.text(), QUANTITIES),
    **dict.fromkeys(("qty_good", "qty_scrap", "qty_rework", "labor_s", "stop_s"), QUANTITIES),
)
OF_NUMBERS: dict[type[Observation], st.SearchStrategy[Observation]] = {
    Finding: st.builds(Finding, discrepancy=DISCREPANCIES),
    Reckoned: st.builds(Reckoned, rows=st.lists(DIGEST_ROWS).map(tuple)),
}
OBSERVATIONS = st.one_of(
    *(OF_NUMBERS[kind] if kind in OF_NUMBERS else st.from_type(kind) for kind in get_args(Observation))
)
RECORDS: st.SearchStrategy[Record] = st.one_of(
    st.builds(Seen, observation=OBSERVATIONS),
    st.from_type(Header),
    st.from_type(Withdrawn),
    st.from_type(Ended),
)


@given(RECORDS)
def test_every_record_comes_back_exactly_out_of_one_line(record: Record) -> None:
    line = encode(record)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    # By its words, as no NaN equals another and 1 equals 1.0 and True.
    assert repr(decode(line)) == repr(record)


@pytest.mark.parametrize(
    "line", [b"", b"Image\n", b"Weather\t1\t{}\t{}\n", b"ended\t{\n", b"\xff\xfe\n", b"withdrawn\tx\n"]
)
def test_what_is_no_line_of_a_recording_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(line)


def test_a_tick_is_a_short_line() -> None:
    seen = Seen(UUID(int=7), {}, Tick("WC-1", instant(0.5)))
    assert encode(seen) == (
        b"Tick\t00000000-0000-0000-0000-000000000007\t{}\t"
        b'{"wc_id":"WC-1","observed":{"wall":1772600400.5,"monotonic":1000.5}}\n'
    )


def test_settings_are_kept_without_the_ways_to_anything_and_without_secrets() -> None:
    settings = Settings.model_validate(
        {
            "agent": {"enterprise": "acme", "site": "ala1", "area": "hall-1", "id": "edge-1"},
            "mes": {
                "host": "mes.acme.internal",
                "username": "HUSH",
                "password_file": "/HUSH",
                "tls": {"cert_file": "/HUSH", "key_file": "/HUSH"},
                "commands": ["message"],
            },
            "machine": [
                {
                    "work_center": "PRESS-1",
                    "modbus": {"host": "192.0.2.20"},
                    "signal": [{"key": "run", "role": "run", "table": "coil", "address": 0, "type": "bit"}],
                    "condition": {"setup_modes": [4], "states": {"5": "STARVED"}},
                    "stop": {"minor_stop_max_s": 90},
                }
            ],
            "scanner": [
                {"name": "hand", "work_center": "PRESS-1", "device": "/dev/HUSH"},
                {"name": "gate", "work_center": "PRESS-1", "host": "192.0.2.20"},
            ],
            "calendar": {
                "shift": [
                    {
                        "id": "early",
                        "start": "06:00",
                        "end": "14:00",
                        "break": [{"name": "tea", "start": "09:00", "end": "09:15"}],
                    }
                ]
            },
        }
    )
    text = settings_kept(settings)
    assert not [word for word in ("HUSH", "mes.acme.internal", "192.0.2.20") if word in text]
    again = Settings.model_validate_json(text)
    (machine,), (was,) = again.machine, settings.machine
    assert (machine.stop, machine.condition, machine.signal) == (was.stop, was.condition, was.signal)
    assert again.floor == settings.floor
    assert again.calendar == settings.calendar is not None
    assert (again.codes, again.mes.commands) == (settings.codes, ("message",))

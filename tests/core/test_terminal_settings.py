from __future__ import annotations

import pytest

from agent.core.terminal_settings import TerminalSettings


def test_scans_are_known_by_timing_and_end_with_enter_unless_said_otherwise() -> None:
    settings = TerminalSettings()
    assert (settings.scan_by, settings.scan_prefix, settings.scan_suffix) == ("timing", None, "enter")


@pytest.mark.parametrize("prefix", ["\x01", "\x02", "\x1a", "f13", "f16"])
def test_a_prefix_is_a_control_character_or_a_key_that_no_keyboard_has(prefix: str) -> None:
    assert TerminalSettings.model_validate({"scan_by": "prefix", "scan_prefix": prefix}).scan_prefix == prefix


@pytest.mark.parametrize(
    "prefix",
    [
        None,
        "",
        "A",
        "7",
        "%",
        " ",
        "\x02\x02",
        "f12",
        "f17",
        "F13",
        *"\x00\x03\x04\x08\t\n\r\x11\x1b\x1c\x1d\x1e\x1f\x7f",
    ],
)
def test_what_people_type_keys_of_the_terminal_and_parts_of_codes_are_no_prefix(prefix: str | None) -> None:
    with pytest.raises(ValueError, match="scan_by = 'prefix' needs a scan_prefix: a control character"):
        TerminalSettings.model_validate({"scan_by": "prefix", "scan_prefix": prefix})


def test_a_prefix_needs_a_suffix() -> None:
    with pytest.raises(ValueError, match="needs scan_suffix = 'enter' or 'tab'"):
        TerminalSettings(scan_by="prefix", scan_prefix="\x02", scan_suffix="none")


def test_a_prefix_that_would_not_be_looked_at_is_refused() -> None:
    with pytest.raises(ValueError, match="scan_prefix needs scan_by = 'prefix'"):
        TerminalSettings(scan_prefix="\x02")

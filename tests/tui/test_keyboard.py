from __future__ import annotations

import pytest

from agent.core.terminal_settings import TerminalSettings
from agent.tui.framed_wedge import FramedWedge
from agent.tui.keyboard import collector, stroke_of
from agent.tui.meanings import Scanned
from agent.tui.wedge import Wedge
from tests.tui.keystrokes import at_once


@pytest.mark.parametrize(
    ("key", "character", "stroke"),
    [
        ("ctrl+right_square_bracket", "\x1d", "\x1d"),
        ("ctrl+right_square_bracket", None, "\x1d"),
        ("ctrl+circumflex_accent", None, "\x1e"),
        ("ctrl+d", None, "\x04"),
        ("ctrl+b", None, "\x02"),
        ("ctrl+j", "\n", "\r"),
        ("enter", "\r", "\r"),
        ("tab", None, "\t"),
        ("upper_a", "A", "A"),
        ("space", " ", " "),
        ("no_break_space", "\xa0", "\xa0"),
        ("f8", None, None),
        ("f13", None, None),
        ("left", None, None),
        ("escape", "\x1b", None),
        ("ctrl+c", "\x03", None),
    ],
)
def test_a_key_is_a_character_by_its_name_or_by_what_the_terminal_sends(
    key: str, character: str | None, stroke: str | None
) -> None:
    assert stroke_of(key, character, None) == stroke


def test_the_prefix_is_known_by_its_key_or_by_its_character() -> None:
    assert stroke_of("f13", None, "f13") == "f13"
    assert stroke_of("ctrl+b", None, "\x02") == "\x02"


def test_the_settings_say_how_scans_are_known() -> None:
    timing = collector(TerminalSettings(scan_suffix="tab"))
    assert isinstance(timing, Wedge)
    assert at_once(timing, "LOT:P-001\t") == [Scanned("LOT:P-001")]
    framed = collector(TerminalSettings(scan_by="prefix", scan_prefix="f13", scan_suffix="tab"))
    assert isinstance(framed, FramedWedge)
    assert at_once(framed, ["f13", *"A1", "\t"]) == [Scanned("A1")]

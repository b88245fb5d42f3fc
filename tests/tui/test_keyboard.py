from __future__ import annotations

import pytest
from textual import events
from textual._xterm_parser import XTermParser

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
        ("delete", "\x7f", None),
        ("ctrl+c", "\x03", None),
    ],
)
def test_a_key_is_a_character_by_its_name_or_by_what_the_terminal_sends(
    key: str, character: str | None, stroke: str | None
) -> None:
    assert stroke_of(key, character, None) == stroke


@pytest.mark.parametrize(
    ("sent", "prefix"),
    [
        ("\x1b[25~", "f13"),
        ("\x1b[26~", "f14"),
        ("\x1b[28~", "f15"),
        ("\x1b[29~", "f16"),
        ("\x1b[1;2P", "f13"),
        ("\x1b[1;2S", "f16"),
        ("\x1b[57376u", "f13"),
        ("\x02", "\x02"),
        ("\x1b[98;5u", "\x02"),
    ],
)
def test_the_prefix_is_known_whatever_terminals_send_for_it_and_is_no_character(sent: str, prefix: str) -> None:
    keys = [(event.key, event.character) for event in XTermParser().feed(sent) if isinstance(event, events.Key)]
    assert [stroke_of(key, character, prefix) for key, character in keys] == [prefix]
    if len(prefix) > 1:
        assert [stroke_of(key, character, None) for key, character in keys] == [None]


@pytest.mark.parametrize("sent", ["\x1d", "\x1b[93;5u"])
def test_gs_is_gs_with_and_without_the_kitty_protocol(sent: str) -> None:
    keys = [event for event in XTermParser().feed(sent) if isinstance(event, events.Key)]
    assert [stroke_of(event.key, event.character, None) for event in keys] == ["\x1d"]


def test_the_settings_say_how_scans_are_known() -> None:
    timing = collector(TerminalSettings(scan_suffix="tab"))
    assert isinstance(timing, Wedge)
    assert at_once(timing, "LOT:P-001\t") == [Scanned("LOT:P-001")]
    framed = collector(TerminalSettings(scan_by="prefix", scan_prefix="f13", scan_suffix="tab"))
    assert isinstance(framed, FramedWedge)
    assert at_once(framed, ["f13", *"A1", "\t"]) == [Scanned("A1")]

"""A badge's text leaves a scan before anybody sees it, alone or in any disguise; other codes stay as they are."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.core.codes import layouts
from agent.core.codes.badges import Badges, digest, without_text
from agent.core.codes.code_settings import CodeSettings
from agent.core.directories import Directories, Operators
from agent.core.directories.copies import Kept
from agent.core.directories.taking import restored
from agent.core.facts import ScanRefused
from agent.core.observations import BADGE
from tests.core.build import SITE_KEY, WC, a_manual_station, a_story, badge, entry, scan, started

BADGES = Badges(SITE_KEY, CodeSettings())
NUMBERS = Badges(SITE_KEY, CodeSettings(badge=r"(?P<badge>\d{8})", serial=r"(?P<serial>\d{12})"))
TEXTS = st.text(min_size=1, max_size=20)
PAGE = Path(__file__).parents[2] / "docs/people.md"


def test_a_digest_is_made_as_the_page_says() -> None:
    (row,) = re.findall(r"\| `(.+?)` \| `(.+?)` \| `(.+?)` \| `(.+?)` \| `([0-9a-f]{64})` \|", PAGE.read_text())
    key, read, pattern, text, expected = row
    badges = Badges(key.encode(), CodeSettings(badge=pattern))
    assert badges.replaced(scan(0.0, read)) == replace(scan(0.0, BADGE), badge=expected)
    assert digest(key.encode(), text) == expected


def test_a_digest_needs_the_key_of_the_site() -> None:
    assert digest(SITE_KEY, "4711") != digest(SITE_KEY + b"x", "4711")
    assert SITE_KEY.decode() not in repr(BADGES)


@pytest.mark.parametrize("text", ["BDG:4711", "]C0BDG:4711", "]Q1BDG:4711"])
def test_a_badge_is_known_whatever_symbol_it_is_printed_in(text: str) -> None:
    assert BADGES.replaced(scan(0.0, text)) == badge(0.0, "4711")


def test_what_is_a_badge_already_or_was_cut_off_is_left_as_it_is() -> None:
    cut = replace(scan(0.0, ""), flaw="incomplete")
    assert BADGES.replaced(badge(0.0, "4711")) == badge(0.0, "4711")
    assert BADGES.replaced(cut) == cut


DISGUISES = [
    "BDG:4711BDG:4711",
    "]C0BDG:4711]C0BDG:4711",
    "BDG:4711BDG:4712",
    "BDG:4711LOT:L-1:CAP",
    "BDG:4711%EA%UNDO",
    "ORD:PO-1BDG:4711",
    "LOT:L-1:CAPBDG:4711",
    "SN:7BDG:4711",
    "]C110L-1BDG:4711",
    "10L-1\x1d21BDG:4711",
    " BDG:4711",
    "bdg:4711",
    "xBDG:4711",
    "BDG:4711\n",
]


@pytest.mark.parametrize("text", DISGUISES)
def test_a_badge_that_does_not_come_alone_loses_its_text_and_is_nobodys(text: str) -> None:
    spoiled = replace(scan(0.0, BADGE), flaw="spoiled_badge")
    assert BADGES.replaced(scan(0.0, text)) == spoiled
    assert without_text(scan(0.0, text), BADGES.codes) == spoiled


@pytest.mark.parametrize("text", ["1234567812345678", "12345678RSN:JAM", "ORD:PO-112345678", "1234567887654321"])
def test_badges_without_a_mark_are_found_doubled_and_beside_another_code(text: str) -> None:
    if text.startswith("ORD"):
        # The order swallows it: what begins as an order is one. A mark tells.
        assert NUMBERS.replaced(scan(0.0, text)).text == text
    else:
        assert NUMBERS.replaced(scan(0.0, text)).flaw == "spoiled_badge"


@pytest.mark.parametrize("text", ["123456789012", "1234567", "LOT:12345678:12345678", "]C112345", "9" * 4000])
def test_codes_that_only_look_like_badges_without_a_mark_stay(text: str) -> None:
    assert NUMBERS.replaced(scan(0.0, text)) == scan(0.0, text)


@pytest.mark.parametrize("layout", [layouts.RUSSIAN, layouts.KAZAKH], ids=["Russian", "Kazakh"])
@pytest.mark.parametrize("text", ["BDG:X4711", *DISGUISES])
def test_a_badge_through_another_layout_keeps_nothing_that_could_be_read_back(
    layout: dict[int, int], text: str
) -> None:
    typed = text.translate({to: key for key, to in layout.items()})
    assert BADGES.replaced(scan(0.0, typed)) == replace(scan(0.0, BADGE), flaw="spoiled_badge")


def test_a_badge_that_says_its_number_in_cyrillic_is_a_badge() -> None:
    badges = Badges(SITE_KEY, CodeSettings(badge="EMP-(?P<badge>.+)"))
    assert badges.replaced(scan(0.0, "EMP-ИВАНОВ")) == badge(0.0, "ИВАНОВ")


@pytest.mark.parametrize("text", ["EMP:4711", "LOT:L-1:CAPEMP:4711"])
def test_where_badges_begin_in_several_ways_no_beginning_is_their_mark(text: str) -> None:
    badges = Badges(SITE_KEY, CodeSettings(badge=r"BDG:(?P<badge>\d+)|EMP:\d+"))
    assert badges.replaced(scan(0.0, "BDG:4711")) == badge(0.0, "4711")
    assert badges.replaced(scan(0.0, text)).badge is None


@given(TEXTS)
@example("BD")
def test_what_holds_no_mark_is_never_changed(text: str) -> None:
    held = "bdg:" in text.casefold()
    assert (BADGES.replaced(scan(0.0, text)) != scan(0.0, text)) == held


@given(TEXTS, TEXTS, TEXTS)
def test_whatever_stands_around_it_a_badge_never_keeps_its_text(before: str, secret: str, after: str) -> None:
    left = BADGES.replaced(scan(0.0, f"{before}BDG:{secret}{after}"))
    assert left.text == BADGE
    assert left.badge is None or before == ""


@given(st.from_regex(r"[0-9]{8}", fullmatch=True))
def test_every_badge_has_a_digest_of_its_own(text: str) -> None:
    other = f"{text}0"
    assert digest(SITE_KEY, text) != digest(SITE_KEY, other)


@pytest.mark.parametrize("text", ["BDG:4711", *DISGUISES])
def test_a_station_refuses_a_badges_text_and_keeps_nothing_of_it(text: str) -> None:
    story = a_story(started(0.0), station=a_manual_station())
    (fact,) = story.hear(scan(0.0, text))
    assert isinstance(fact.data, ScanRefused)
    assert (fact.data.text, fact.data.refusal_code, fact.data.elements) == (BADGE, "SPOILED_BADGE", ())
    assert "4711" not in str(story.station.state) + fact.data.model_dump_json()


def test_an_entry_with_a_badges_text_is_told() -> None:
    assert BADGES.are_in(entry(0.0, "sign_on", operator_id="BDG:4711"))
    assert BADGES.are_in(replace(entry(0.0, "undo"), actor="bdg:4711"))
    assert not BADGES.are_in(entry(0.0, "sign_on", operator_id=WC))
    assert not NUMBERS.are_in(entry(0.0, "report_good", qty="12345678"))


def test_a_directory_with_bare_digests_is_refused_but_a_copy_taken_before_stays() -> None:
    said = {"rev": "1", "operators": [{"operator_id": "1", "name": "Anna", "badge_sha256": "0" * 64}]}
    with pytest.raises(ValueError, match="expected badge_hmac"):
        Operators.model_validate(said)
    payload = b'{"rev": "1", "operators": [{"operator_id": "1", "name": "Anna", "badge_sha256": "%s"}]}' % (b"0" * 64)
    kept = restored(Directories(), Kept(None, "operators", payload)).operators
    assert kept is not None
    assert [(one.operator_id, one.badge_hmac) for one in kept.operators] == [("1", None)]

"""The page of cards in the documentation; `python -m tests.cards.example` writes it anew."""

from __future__ import annotations

from pathlib import Path

from agent.cards import sheets
from agent.cards.cards import Coded, commands, of_codes

PAGE = Path(__file__).parents[2] / "docs" / "scans" / "cards.svg"
SHOWN = ("START", "FINISH", "OK", "CANCEL", "QTY")


def example() -> str:
    """One page with some of each kind."""
    cards = [card for card in commands("%EA%", "en", [10], pauses=False) if card.verb in SHOWN]
    reasons = [Coded("JAM", {"en": "Bottle jam"}), Coded("NO-MATERIAL", {"en": "No material"})]
    defects = [Coded("UNDERFILL", {"en": "Filled too low"}), Coded("СКОЛ", {"en": "Chipped"})]
    (page,) = sheets.pages(
        [*cards, *of_codes("%EA%", "en", "STOP", reasons), *of_codes("%EA%", "en", "SCRAP", defects)], "en"
    )
    return page


if __name__ == "__main__":
    PAGE.write_text(example(), encoding="utf-8")

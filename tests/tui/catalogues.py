"""The terminal's catalogues as Babel reads them; `make generated` compiles them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final, TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from agent.tui.texts import CATALOGUES, DOMAIN

Key: TypeAlias = tuple[str | None, str]
"""Name of the value that a word stands for, none for a sentence; the English text."""

TRANSLATED: Final = ("ru", "kk")


def source(language: str) -> Path:
    """What translators edit."""
    return CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def read(language: str) -> Catalog:
    """A catalogue as it is written."""
    with source(language).open("rb") as file:
        return read_po(file, language, abort_invalid=True)


def compiled(language: str) -> bytes:
    """A catalogue as the terminal loads it; the same whenever it is compiled."""
    catalogue = read(language)
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    octets = BytesIO()
    write_mo(octets, catalogue)
    return octets.getvalue()


def words(language: str) -> dict[Key, str]:
    """What it says by what it says it of."""
    return {
        (message.context, message.id): message.string
        for message in read(language)
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id
    }


if __name__ == "__main__":
    for each in TRANSLATED:
        source(each).with_suffix(".mo").write_bytes(compiled(each))

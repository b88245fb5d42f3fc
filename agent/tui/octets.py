"""Octets at the terminal's input that are no UTF-8, such as those of a label in another encoding.

Textual decodes strictly: one such octet ends the thread that reads, and the screen stands still for good, without a
word. Here it becomes `SPOILED`, a key that is no character, so that a code with it is refused aloud.
"""

from __future__ import annotations

from codecs import IncrementalDecoder, getincrementaldecoder
from typing import Final

from textual.drivers import linux_driver

SPOILED: Final = "\N{REPLACEMENT CHARACTER}"


def _tolerant(encoding: str) -> type[IncrementalDecoder]:
    strict = getincrementaldecoder(encoding)

    class Tolerant(strict):  # type: ignore[misc, valid-type]  # the decoder of an encoding is known at run time only
        def __init__(self) -> None:
            super().__init__("replace")

    return Tolerant


def tolerate() -> None:
    """Have the terminal of this process take such octets."""
    # A name of the library's that it does not offer as one; there is no other door to its decoder.
    setattr(linux_driver, "getincrementaldecoder", _tolerant)  # noqa: B010

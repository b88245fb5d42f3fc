"""What Textual does not expect of the terminal's input: octets that are no UTF-8, and its end.

Textual decodes strictly: one octet of a label in another encoding ends the thread that reads, and the screen stands
still for good, without a word. Here it becomes `SPOILED`, a key that is no character, so that a code with it is refused
aloud. An input that has ended is read again and again, with a whole core: here the terminal ends with it.
"""

from __future__ import annotations

import os
import signal
from codecs import IncrementalDecoder, getincrementaldecoder
from time import sleep
from typing import Final

from textual.drivers import linux_driver

SPOILED: Final = "\N{REPLACEMENT CHARACTER}"
LOOK_AGAIN_S: Final = 0.1
"""In the thread that reads, until the terminal has ended."""


def _tolerant(encoding: str) -> type[IncrementalDecoder]:
    strict = getincrementaldecoder(encoding)

    class Tolerant(strict):  # type: ignore[misc, valid-type]  # the decoder of an encoding is known at run time only
        def __init__(self) -> None:
            super().__init__("replace")

        def decode(self, octets: bytes, final: bool = False) -> str:  # noqa: FBT001, FBT002 - as the library calls it
            if not octets and not final:
                os.kill(os.getpid(), signal.SIGHUP)
                sleep(LOOK_AGAIN_S)
            return str(super().decode(octets, final))

    return Tolerant


def tolerate() -> None:
    """Have the terminal of this process take such octets."""
    # A name of the library's that it does not offer as one; there is no other door to its decoder.
    setattr(linux_driver, "getincrementaldecoder", _tolerant)  # noqa: B010

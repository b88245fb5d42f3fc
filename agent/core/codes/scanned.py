"""What came as one scan says: what its text says, where that is one whole code typed by the right keys."""

from __future__ import annotations

from agent.core.codes import aim, doubles, interpret, layouts
from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.reading import Reading
from agent.core.values import replace


def read(text: str, settings: CodeSettings, *, typed: bool = False) -> Reading:
    """What a scan says by itself.

    Args:
        text: as it was read, with its AIM identifier where the reader sends one.
        settings: what the site's codes look like.
        typed: by hand.
    """
    more_than_one = doubles.flaw(text, settings, typed=typed)
    if more_than_one is not None:
        return Reading(text, aim.split(text)[0], "plain", flaw=more_than_one)
    reading = interpret.read(text, settings)
    other_keys = None if reading.code is not None else layouts.flaw(text, settings)
    return reading if other_keys is None else replace(reading, flaw=other_keys)

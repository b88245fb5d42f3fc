"""The one door to what a text from a reader says by itself."""

from __future__ import annotations

from agent.core.codes import aim, commands, plain
from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.reading import Flaw, Reading

SHOWN = 60
"""Characters of a code that a sentence shows."""


def read(text: str, settings: CodeSettings) -> Reading:
    """What a code says by itself.

    Args:
        text: as it was read, with its AIM identifier where the reader sends one.
        settings: what the site's codes look like.
    """
    symbology, data = aim.split(text)
    if data.startswith(settings.command_prefix):
        return commands.read(text, symbology, data, settings.command_prefix)
    code = plain.read(data, settings)
    if code is None:
        flaw = Flaw("UNKNOWN_CODE", f"'{text[:SHOWN]}' is no code of this site. Scan the label again.")
        return Reading(text, symbology, "plain", flaw=flaw)
    return Reading(text, symbology, "plain", code=code)

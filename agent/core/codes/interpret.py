"""The one door to what a text from a reader says by itself."""

from __future__ import annotations

from agent.core.codes import aim, commands, digital_link, gs1, gs1_doubts, gs1_meaning, iso15434, plain
from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.reading import Carrier, Element, Flaw, Reading
from agent.core.sentences import say
from agent.core.values import replace

SHOWN = 60
"""Characters of a code that a sentence shows."""
LONGEST = 4096
"""Characters of a code at most. No symbology carries more text than QR, which carries 4296; a label carries 100."""
ITF_14 = 14
"""Digits of an ITF code that is a GTIN; one of another length is the site's own."""
_NEEDS_IDENTIFIER = Flaw(
    "AIM_REQUIRED",
    say(
        "A GS1 code came without its AIM identifier, and this site takes none without. Have the reader set to send AIM "
        "identifiers."
    ),
)


def read(text: str, settings: CodeSettings) -> Reading:
    """What a code says by itself.

    Args:
        text: as it was read, with its AIM identifier where the reader sends one.
        settings: what the site's codes look like.
    """
    symbology, data = aim.split(text)
    said = Reading(text, symbology, "plain")
    if len(text) > LONGEST:
        return replace(said, flaw=_too_long(len(text)))
    composite = aim.split_composite(text)
    if composite is not None:
        return _composite(said, composite, settings)
    if aim.is_within(data):
        return replace(said, flaw=_two_codes())
    return (
        _of_symbology(said, data, settings)
        or _of_site(said, data, settings)
        or _self_explaining(said, data, settings)
        or _without_identifier(said, data, settings)
        or replace(said, flaw=_unknown(text))
    )


def _of_symbology(said: Reading, data: str, settings: CodeSettings) -> Reading | None:
    """What a text says whose AIM identifier tells that it is GS1."""
    if said.symbology in aim.GS1:
        return _element_string(said, data, settings)
    if said.symbology in aim.GTINS and (said.symbology != "I1" or len(data) == ITF_14):
        return _elements(said, "gs1", gs1.read_gtin(data), settings)
    return None


def _of_site(said: Reading, data: str, settings: CodeSettings) -> Reading | None:
    """What the site's own cards and codes say."""
    if data.startswith(settings.command_prefix):
        return commands.read(said.text, said.symbology, data, settings.command_prefix)
    code = plain.read(data, settings)
    return None if code is None else replace(said, code=code)


def _self_explaining(said: Reading, data: str, settings: CodeSettings) -> Reading | None:
    """What a text says that tells by itself how it is to be read."""
    if data.startswith(iso15434.HEADER):
        return _elements(said, "iso15434", iso15434.read(data), settings)
    link = digital_link.read(data)
    if link is not None:
        return _elements(said, "digital_link", link, settings)
    hri = gs1.read_hri(data)
    return None if hri is None else _elements(said, "hri", hri, settings)


def _without_identifier(said: Reading, data: str, settings: CodeSettings) -> Reading | None:
    """What a text without AIM identifier says that is GS1 beyond doubt."""
    is_gtin = gs1.is_gtin(data)
    if said.symbology is not None or not (is_gtin or gs1.is_unmistakable(data)):
        return None
    if settings.aim_required:
        return replace(said, carrier="gs1", flaw=_NEEDS_IDENTIFIER)
    if is_gtin:
        return _elements(said, "gs1", gs1.read_gtin(data), settings)
    return _element_string(said, data, settings)


def _element_string(said: Reading, data: str, settings: CodeSettings) -> Reading:
    is_qr = said.symbology == "Q3"
    reading = _elements(said, "gs1", gs1.read(data, is_qr=is_qr), settings)
    return _doubted(reading, settings, is_qr=is_qr and gs1.has_other_separators(data))


def _composite(said: Reading, composite: tuple[str, str, str], settings: CodeSettings) -> Reading:
    """An EAN or UPC symbol with a composite component: what both say of one item."""
    symbology, digits, data = composite
    said = replace(said, symbology=symbology)
    item, component = gs1.read_gtin(digits), gs1.read(data)
    if isinstance(item, Flaw) or isinstance(component, Flaw):
        wrong = item if isinstance(item, Flaw) else component
        return _elements(said, "gs1", wrong, settings)
    return _doubted(_elements(said, "gs1", gs1.checked((*item, *component)), settings), settings)


def _elements(said: Reading, carrier: Carrier, found: tuple[Element, ...] | Flaw, settings: CodeSettings) -> Reading:
    """What elements name, or why not."""
    if isinstance(found, Flaw):
        return replace(said, carrier=carrier, flaw=found)
    code_of = iso15434.code_of if carrier == "iso15434" else gs1_meaning.code_of
    named = code_of(found, settings)
    if isinstance(named, Flaw):
        return replace(said, carrier=carrier, elements=found, flaw=named)
    return replace(said, carrier=carrier, elements=found, code=named)


def _doubted(reading: Reading, settings: CodeSettings, *, is_qr: bool = False) -> Reading:
    if reading.flaw is not None:
        return reading
    return replace(reading, doubts=gs1_doubts.find(reading.elements, tuple(settings.elements), is_qr=is_qr))


def _too_long(length: int) -> Flaw:
    return Flaw(
        "MALFORMED",
        say("{length} characters are no code of a label. Scan one label alone.", length=str(length)),
    )


def _two_codes() -> Flaw:
    return Flaw("TWO_CODES", say("Two codes were read as one. Scan one label alone."))


def _unknown(text: str) -> Flaw:
    return Flaw("UNKNOWN_CODE", say("'{text}' is no code of this site. Scan the label again.", text=text[:SHOWN]))

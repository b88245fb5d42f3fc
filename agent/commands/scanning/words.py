"""Words for what a code is made of: control characters, symbologies, kinds of codes, keyboard layouts."""

from __future__ import annotations

import re
from typing import Final

from agent.core.codes import gs1_identifiers
from agent.core.codes.reading import Carrier
from agent.core.facts import ScanMeaning

_PICTURES: Final = {**{code: 0x2400 + code for code in range(0x20)}, 0x7F: 0x2421}
"""Control characters and the signs that Unicode has for them: ␝ for GS, ␞ for RS, ␄ for EOT, ␍ for CR."""
_CONTROLS: Final = {picture: code for code, picture in _PICTURES.items()}
_ESCAPE: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([rnt\\]))")
_ESCAPED: Final = {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}

SYMBOLOGIES: Final = {
    "A": "Code 39", "B": "Telepen", "C": "Code 128", "D": "Code One", "E": "EAN/UPC", "F": "Codabar", "G": "Code 93",
    "H": "Code 11", "I": "Interleaved 2 of 5", "J": "DotCode", "K": "Code 16K", "L": "PDF417", "M": "MSI",
    "O": "Codablock", "P": "Plessey", "Q": "QR Code", "R": "Straight 2 of 5", "S": "Straight 2 of 5", "T": "Code 49",
    "U": "MaxiCode", "X": "another symbology", "Z": "no barcode", "d": "Data Matrix", "e": "GS1 DataBar",
    "g": "Grid Matrix", "h": "Han Xin", "z": "Aztec Code",
}  # fmt: skip
"""By the letter of the AIM identifier (ISO/IEC 15424)."""
MODIFIED: Final = {
    "C1": "GS1-128", "E0": "EAN-13 or UPC-A", "E3": "EAN-13 with an add-on", "E4": "EAN-8", "J1": "GS1 DotCode",
    "I1": "Interleaved 2 of 5 with a check digit, as ITF-14", "Q3": "GS1 QR Code", "d2": "GS1 DataMatrix",
}  # fmt: skip
"""Identifiers whose modifier makes it another symbology (domain.md F1)."""
CARRIERS: Final = {
    "plain": "site code",
    "command": "command card",
    "gs1": "GS1 element string",
    "digital_link": "GS1 Digital Link",
    "hri": "GS1 text for human readers",
    "iso15434": "ISO/IEC 15434 format 06",
}
DOES: Final[dict[ScanMeaning, str]] = {
    "badge": "signs its owner on, or off again",
    "order": "starts the order, or shows it",
    "operation": "starts the operation, or shows it",
    "lot": "loads the lot, or names the lot that is made",
    "serial": "names the unit",
    "item": "names an article and nothing of it",
    "lpn": "is a license plate: what stands on it is loaded",
    "reason": "gives the current stop its reason",
    "location": "moves the lot scanned before it there",
    "tool": "is used from now on",
    "command": "does what the card says",
}
"""What a code of each kind does where it is scanned, in short: `docs/scans.md`."""

DATA_IDENTIFIERS: Final = {
    "P": "ITEM (customer's)", "1P": "ITEM (supplier's)", "T": "LOT", "1T": "LOT", "S": "SERIAL", "Q": "QUANTITY",
    "3Q": "UNIT", "K": "ORDER", "V": "SUPPLIER", "J": "LICENSE PLATE", "1J": "LICENSE PLATE", "2J": "LICENSE PLATE",
    "3J": "LICENSE PLATE", "4J": "LICENSE PLATE", "5J": "LICENSE PLATE", "6J": "LICENSE PLATE", "4L": "ORIGIN",
    "D": "DATE", "6D": "DATE", "9D": "DATE CODE", "14D": "EXPIRY", "16D": "PROD DATE",
}  # fmt: skip
"""Titles of data identifiers (ANSI MH10.8.2)."""


def element(key: str, carrier: Carrier) -> str:
    """The title of an application identifier (GS1 syntax dictionary) or a data identifier; empty where it has none."""
    if carrier == "iso15434":
        return DATA_IDENTIFIERS.get(key, "")
    known = gs1_identifiers.leading(key)
    return "" if known is None else known.title


def symbology(identifier: str) -> str:
    """What an AIM identifier without its bracket stands for."""
    return MODIFIED.get(identifier) or SYMBOLOGIES.get(identifier[0], "an unknown symbology")


def shown(text: str) -> str:
    """A text with its control characters by their signs."""
    return text.translate(_PICTURES)


def meant(text: str) -> str:
    r"""A text as a person types it on a command line: `\x1d`, `\r`, `\\` and the signs of control characters."""
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _ESCAPED[found[2]], text)
    return text.translate(_CONTROLS)

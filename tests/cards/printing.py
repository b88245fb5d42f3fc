"""Prints pages as pixels and reads the codes on them, as a printer and a scanner would."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass

import resvg_py
import zxingcpp

MM = 25.4


@dataclass(frozen=True, slots=True)
class Picture:
    """A page in shades of grey."""

    width: int
    height: int
    pixels: bytes
    per_mm: float

    def part(self, x: float, y: float, width: float, height: float) -> bytes:
        """The pixels of a rectangle in millimetres, all of which lie within it."""
        left, right = (round(self.per_mm * at + shift) for at, shift in ((x, 0.5), (x + width, -0.5)))
        top, bottom = (round(self.per_mm * at + shift) for at, shift in ((y, 0.5), (y + height, -0.5)))
        return b"".join(self.pixels[row * self.width + left : row * self.width + right] for row in range(top, bottom))


def printed(svg: str, dpi: float = 200.0) -> Picture:
    """A page as it comes out of a printer."""
    png = resvg_py.svg_to_bytes(
        svg_string=svg, dpi=dpi, sans_serif_family="DejaVu Sans", monospace_family="DejaVu Sans Mono"
    )
    return _picture(bytes(png), dpi / MM)


def codes(picture: Picture) -> Counter[tuple[str, str]]:
    """What a scanner finds: kind of symbol and text, how often each."""
    view = memoryview(picture.pixels).cast("B", (picture.height, picture.width))
    formats = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode))
    found = zxingcpp.read_barcodes(view, formats)
    return Counter((str(one.format), one.text) for one in found)


def _picture(png: bytes, per_mm: float) -> Picture:
    """Eight bits of red, green, blue and opacity each, not interlaced (ISO/IEC 15948): the red ones of it."""
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    assert png[24:29] == b"\x08\x06\x00\x00\x00"
    data, at = b"", 8
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + size]
        at += size + 12
    rows = zlib.decompress(data)
    stride = 4 * width + 1
    red, before = [], bytes(width)
    for row in range(height):
        line = rows[row * stride : (row + 1) * stride]
        before = _unfiltered(line[0], line[1::4], before)
        red.append(before)
    return Picture(width, height, b"".join(red), per_mm)


def _unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    if kind == 0:
        return line
    if not any(line) and kind in {2, 4}:
        return above
    if kind == 2:
        return bytes((one + up) & 255 for one, up in zip(line, above, strict=True))
    out = bytearray(len(line))
    left = upper_left = 0
    for place, (one, up) in enumerate(zip(line, above, strict=True)):
        guess = left if kind == 1 else (left + up) // 2 if kind == 3 else _nearest(left, up, upper_left)
        left, upper_left = (one + guess) & 255, up
        out[place] = left
    return bytes(out)


def _nearest(left: int, up: int, upper_left: int) -> int:
    about = left + up - upper_left
    return min((left, up, upper_left), key=lambda one: abs(one - about))

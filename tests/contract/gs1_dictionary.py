"""The GS1 syntax dictionary as Python: its entries, without its comments and its columns.

The text in `tests/contract/gs1-syntax-dictionary.txt` is that of GS1, release 2026-01-27, Apache License 2.0.
"""

from __future__ import annotations

from pathlib import Path

DICTIONARY = Path(__file__).with_name("gs1-syntax-dictionary.txt")

HEAD = '''"""GS1 application identifiers, from the GS1 Barcode Syntax Dictionary {release}. Made by `make generated`.

Copyright (c) 2020-2021 BWIPP project, Zint Project; 2021-2026 GS1 AISBL. Licensed under the Apache License, Version
2.0; see `NOTICE`. Changed: comments and columns are left out.
"""

from __future__ import annotations

from typing import Final

ENTRIES: Final = """\\
'''
TAIL = '''"""
"""An entry a line: identifiers, flags, specification and attributes as the dictionary describes them, `#` and title."""
'''


def entries() -> list[str]:
    """Every entry with one blank between its parts."""
    lines = DICTIONARY.read_text(encoding="utf-8").splitlines()
    return [" ".join(line.split()) for line in lines if line and not line.startswith("#")]


def module() -> str:
    """What `agent/core/codes/gs1_table.py` holds."""
    release = next(
        line.removeprefix("# Release:").strip()
        for line in DICTIONARY.read_text(encoding="utf-8").splitlines()
        if line.startswith("# Release:")
    )
    return HEAD.format(release=release) + "\n".join(entries()) + "\n" + TAIL

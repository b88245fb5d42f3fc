"""Files that are shipped beside the program: units, example configuration, schemas."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

INSTALLED: Final = Path(sys.prefix) / "share" / "lineside"
"""Where an installation has them."""
SOURCE: Final = Path(__file__).parent.parent
"""Where they are while somebody works on the program."""


def shipped(name: str) -> Path:
    """A file or folder that is shipped, by its path in the sources, such as `config/lineside.toml`.

    Raises:
        FileNotFoundError: this installation lacks it.
    """
    for root in (SOURCE, INSTALLED):
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"{INSTALLED / name} is missing: this installation is not whole, install it again")

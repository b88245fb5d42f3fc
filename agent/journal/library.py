"""The SQLite library that this Python brings along."""

from __future__ import annotations

import sqlite3
from typing import Final

LIBRARY_VERSION: Final = sqlite3.sqlite_version
"""Such as `3.40.1`."""

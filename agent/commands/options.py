"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

DEFAULT_CONFIG = Path("/etc/lineside/lineside.toml")

ConfigOption: TypeAlias = Annotated[
    Path,
    typer.Option(
        "--config", "-c", help="Configuration file.", envvar="LINESIDE_CONFIG", show_envvar=True, readable=False
    ),
]
"""One that may not be read is told by who reads it: that sentence says what to do."""
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

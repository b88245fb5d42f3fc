"""Secrets that the service manager hands to the agent alone (systemd.exec(5), LoadCredential=)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

SITE_KEY: Final = "lineside-site-key"
MES_PASSWORD: Final = "lineside-mes-password"  # noqa: S105 - the name of a password
TLS_KEY: Final = "lineside-tls-key"
OPCUA_PASSWORD: Final = "lineside-opcua-password"  # noqa: S105 - the name of a password
"""For every work center; with `-WORK_CENTER` behind it, for one."""
STORE: Final = Path("/etc/credstore")
"""Where the service's unit takes them from; root alone can look there, as with `sudo lineside check`."""


def credential(name: str) -> Path | None:
    """The file with this secret; None where there is none for us."""
    path = Path(os.environ.get("CREDENTIALS_DIRECTORY", STORE)) / name
    return path if os.access(path, os.R_OK) else None

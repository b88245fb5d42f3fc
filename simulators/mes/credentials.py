"""How an MES makes what it publishes of badges and PINs (docs/people.md)."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from pathlib import Path

DEMO_KEY = "key-of-the-demonstration"
"""The demonstration's agent and MES know badges under it."""
_N, _R, _P = 16384, 8, 1


def badge_hmac(key: bytes, badge: str) -> str:
    """Digest of a badge's text."""
    return hmac.digest(key, badge.encode(), "sha256").hex()


def pin_scrypt(key: bytes, operator_id: str, pin: str) -> str:
    """Digest of a PIN. Its salt is the same each time, so that a simulation is; an MES draws one."""
    salt = hashlib.sha256(operator_id.encode()).digest()[:16]
    keyed = hmac.digest(key, b"pin:" + pin.encode(), "sha256")
    made = hashlib.scrypt(keyed, salt=salt, n=_N, r=_R, p=_P, dklen=32)
    return f"scrypt$n={_N},r={_R},p={_P}${b64encode(salt).decode()}${b64encode(made).decode()}"


def read_key(path: Path) -> bytes:
    """The key in a file.

    Raises:
        ValueError: it cannot be read.
    """
    try:
        return path.read_bytes().removesuffix(b"\n")
    except OSError as error:
        raise ValueError(f"site_key_file {path} cannot be read: {error.strerror}") from None

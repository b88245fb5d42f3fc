"""What a locked broker and the MES show each other."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final


class _ClosedWhenRefused(ssl.SSLSocket):
    """Closed where the handshake fails, as paho leaves that to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the standard library's signature
        """Shake hands.

        Raises:
            OSError: it failed; the socket is closed.
        """
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


@dataclass(frozen=True, slots=True)
class Security:
    """How both prove who they are."""

    ca_file: Path | None = None
    """PEM file with the authorities that may have signed the broker's certificate; plain TCP without it."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def context(self) -> ssl.SSLContext:
        """What a TLS connection is made with.

        Raises:
            OSError: the file cannot be read.
        """
        context = ssl.create_default_context(cafile=self.ca_file)
        context.sslsocket_class = _ClosedWhenRefused
        return context


OPEN: Final = Security()
"""A broker that asks for nothing."""

"""Mosquitto's configuration: one listener open to everybody on this PC, and before it, if wanted, a locked one."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path

_HOST = "127.0.0.1"
_ROUNDS = 101

_GENERAL = """\
per_listener_settings true
# Without it a mosquitto started by root becomes a user who may not write here; others ignore it.
user root
# As good as without limit, which would be 0; but with 0 Mosquitto 2.0.11 hangs up after a PUBACK 0x87.
max_queued_messages 1000000
set_tcp_nodelay true
persistence {persistence}
persistence_location {folder}/
log_dest stderr
log_type error
log_type warning
"""


@dataclass(frozen=True, slots=True)
class Security:
    """What a client must show. Without any of it the listener is open."""

    ca_file: Path | None = None
    """Signs the certificates of clients; with it they must have one, and its common name is their user name."""
    cert_file: Path | None = None
    """The broker's own certificate; with it the listener speaks TLS."""
    key_file: Path | None = None
    """The key of that certificate."""
    passwords: dict[str, str] = field(default_factory=dict)
    """By user name; with any, nobody comes in without."""
    acl_file: Path | None = None
    """Who may publish and read what."""

    def lines(self, folder: Path) -> list[str]:
        """The listener's settings."""
        lines = [] if self.cert_file is None else [f"certfile {self.cert_file}", f"keyfile {self.key_file}"]
        if self.ca_file is not None:
            lines += [f"cafile {self.ca_file}", "require_certificate true", "use_identity_as_username true"]
        if self.passwords:
            file = folder / "passwords"
            file.write_text("".join(f"{user}:{_hashed(password)}\n" for user, password in self.passwords.items()))
            lines.append(f"password_file {file}")
        if self.acl_file is not None:
            lines.append(f"acl_file {self.acl_file}")
        return [f"allow_anonymous {'false' if self.passwords else 'true'}", *lines]


def configured(folder: Path, port: int, inside: int, *, security: Security | None, persistence: bool) -> Path:
    """Write the configuration file.

    Args:
        folder: where Mosquitto keeps what it must not forget; absolute, or relative to where it is started.
        port: of the listener that `security` locks.
        inside: of the open listener; the same port without `security`.
        security: what clients of `port` must show.
        persistence: whether sessions and retained messages outlive a stop.
    """
    home = folder.resolve()
    lines = [_GENERAL.format(persistence="true" if persistence else "false", folder=home)]
    lines += [f"listener {inside} {_HOST}", "allow_anonymous true"]
    if security is not None:
        lines += [f"listener {port} {_HOST}", *security.lines(home)]
    conf = home / "mosquitto.conf"
    conf.write_text("\n".join(lines) + "\n")
    return conf


def _hashed(password: str) -> str:
    """As `mosquitto_passwd` writes it: PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${b64encode(salt).decode()}${b64encode(digest).decode()}"

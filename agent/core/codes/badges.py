"""A badge's text is a key that nobody else is to see: it is replaced before a scan goes anywhere."""

from __future__ import annotations

from hashlib import sha256

from agent.core.codes import interpret
from agent.core.codes.code_settings import CodeSettings
from agent.core.observations import Scan
from agent.core.values import replace

BADGE = "(badge)"
"""Stands in place of a badge's text."""


def without_badge(scan: Scan, settings: CodeSettings) -> Scan:
    """The scan with a badge's text replaced by its digest; any other scan as it is."""
    if scan.badge is not None:
        return scan
    code = interpret.read(scan.text, settings).code
    if code is None or code.kind != "badge":
        return scan
    return replace(scan, text=BADGE, badge=sha256(code.identity.encode()).hexdigest())

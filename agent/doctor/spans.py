"""How long, for people."""

from __future__ import annotations


def span(seconds: float) -> str:
    """`95` → `95 s`, `7200` → `2.0 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 100 * 3600 else f"{seconds / 86400:.0f} days"

"""Checks, holds and nonconformances of a work center."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """What is to be checked, and how far it has been."""


NO_QUALITY = Quality()

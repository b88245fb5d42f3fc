"""Packages that only some commands need, and that a line PC may do without."""

from __future__ import annotations

from importlib.util import find_spec

from agent.core.errors import ConfigurationError


def needs(command: str, package: str, extra: str) -> None:
    """Go on only where a package is installed.

    Args:
        command: what needs it, as it was typed.
        package: its name, as it is imported and installed.
        extra: the extra of this project that brings it.

    Raises:
        ConfigurationError: it is not installed; the message says what brings it.
    """
    if find_spec(package) is None:
        raise ConfigurationError(f"{command} needs the package {package}: pip install 'lineside[{extra}]'")

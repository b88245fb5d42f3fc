"""The machine that the figures are about; without it they say nothing."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("asyncua", "pymodbus", "paho-mqtt", "pydantic", "orjson", "aiohttp")


def describe() -> dict[str, str]:
    """The machine and what runs on it, by name."""
    return {
        "CPU": f"{_cpu()}, {os.cpu_count()} cores",
        "kernel": platform.release(),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "Mosquitto": _mosquitto(),
        **{name: version(name) for name in LIBRARIES},
        "load average at start": load(),
    }


def load() -> str:
    """How busy it is, over the last 1, 5 and 15 minutes."""
    return " ".join(f"{one:.2f}" for one in os.getloadavg())


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _mosquitto() -> str:
    # Debian puts Mosquitto where only root's PATH looks.
    path = shutil.which("mosquitto", path=f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin")
    if path is None:
        return "missing"
    words = subprocess.run([path, "-h"], capture_output=True, text=True, check=False).stdout.split()
    return words[2] if words[:2] == ["mosquitto", "version"] else "unknown"

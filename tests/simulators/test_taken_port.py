"""A simulator whose port another program has."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["line", "opcua", "modbus", "faults"])
def test_a_port_that_is_taken_is_one_sentence(name: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        truth = ("--truth", str(tmp_path / "truth.jsonl"))
        arguments = {
            "line": ("--opcua-port", port, "--modbus-port", "0", *truth),
            "opcua": ("--port", port, *truth),
            "modbus": ("--port", port, *truth),
            "faults": ("--port", port, "--to", "127.0.0.1:9"),
        }
        command = (sys.executable, "-m", "agent", "simulate", name, *arguments[name])
        ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"lineside simulate {name}: another program listens at that port: end it, or name another port; "
        "0 takes a free one\n"
    )

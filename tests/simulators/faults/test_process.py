"""The relay as people run it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulators.tether import tethered

ROOT = Path(__file__).parents[3]


@contextmanager
def simulated(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = tethered(sys.executable, "-m", "agent", "simulate", "faults", *arguments)
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def test_it_plays_its_script_in_plain_words_and_ends_with_it(tmp_path: Path) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\nat_s = 0.1\nkind = "cut"\nseconds = 0.1\n', encoding="utf-8")
    with simulated("--to", "127.0.0.1:9", "--script", str(script)) as process:
        assert json.loads(next_line(process))["ready"] is True
        assert next_line(process) == "    0.10 s  connections are ended and none is taken (cut, 0.1 s)"
        assert next_line(process).endswith(" s  over; it hit 0")
        assert process.wait(20) == 0


def test_it_stands_before_a_server_until_it_is_told_to_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with simulated("--to", f"127.0.0.1:{port}", "--framing", "modbus") as process:
            relay = json.loads(next_line(process))["port"]
            with socket.create_connection(("127.0.0.1", relay), 20):
                server.settimeout(20)
                server.accept()[0].close()
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0


def test_a_serial_line_has_both_its_ends(tmp_path: Path) -> None:
    driver, device = tmp_path / "driver", tmp_path / "device"
    with simulated("--serial", str(driver), str(device)) as process:
        assert json.loads(next_line(process)) == {"ready": True, "driver": str(driver), "device": str(device)}
        assert driver.is_char_device()
        assert device.is_char_device()


def test_what_cannot_be_played_is_said_in_a_sentence(tmp_path: Path) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\nat_s = 0\nkind = "late"\nseconds = 1\n', encoding="utf-8")
    for arguments, said in (
        (("--to", "nowhere"), "'nowhere' is no place of a server; expected HOST:PORT"),
        (("--to", "127.0.0.1:9", "--script", str(script)), "this line cannot suffer 'late'; expected one of latency"),
        (("--to", "127.0.0.1:9", "--script", str(tmp_path / "none")), "No such file"),
    ):
        with simulated(*arguments) as process:
            assert process.wait(30) == 1
            assert process.stdout is not None
            assert said in process.stdout.read()

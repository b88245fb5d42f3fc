"""`lineside scan` as a technician uses it: real pseudo-terminals, real readers, a real agent's socket."""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import pty
import signal
import sys
import termios
import tty
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.commands.scan import _named
from simulators.tether import tethered
from tests.agent.parts import eventually
from tests.agent.processes import ROOT, a_free_port, an_agent, asked, configuration

READER = """
[[scanner]]
name = "hand"
work_center = "FILL-1"
device = "{folder}/reader"
"""
BADGE = "BDG:7731905"


async def lineside(*arguments: str | Path, stdin: bytes | None = None) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agent", "scan", *map(str, arguments)),
        stdin=DEVNULL if stdin is None else PIPE,
        stdout=PIPE,
        stderr=PIPE,
        cwd=ROOT,
    )
    async with asyncio.timeout(30):
        out, err = await process.communicate(stdin)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def explained(text: str, *arguments: str | Path) -> dict[str, Any]:
    status, out, err = await lineside("--json", "--text", text, *arguments)
    assert (status, err) == (0, "")
    shown: dict[str, Any] = json.loads(out)
    return shown


class Live:
    """A `lineside scan` that goes on, what it printed, and its terminal if it has one."""

    def __init__(self, process: Process, folder: Path, terminal: int) -> None:
        self.process = process
        self.terminal = terminal
        self._out = folder / "scan.out"
        self._err = folder / "scan.err"

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    @property
    def scans(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.split("\n")[:-1]]

    async def shows(self, count: int) -> list[dict[str, Any]]:
        """So many scans and no more."""
        try:
            await eventually(lambda: len(self.scans) >= count, "so many scans")
        except AssertionError:
            raise AssertionError(f"{count} scans wanted; shown: {self.out}; said: {self.err}") from None
        assert len(self.scans) == count
        return self.scans

    async def says(self, part: str) -> None:
        await eventually(lambda: part in self.err, f"'{part}' in {self.err!r}")

    async def ended(self, number: signal.Signals | None = signal.SIGINT) -> int:
        if number is not None:
            self.process.send_signal(number)
        async with asyncio.timeout(10):
            return await self.process.wait()


@asynccontextmanager
async def live(folder: Path, *arguments: str | Path, terminal: int | None = None) -> AsyncIterator[Live]:
    """It goes on until it is told to end; with JSON, and the keyboard of a terminal where there is one."""
    out, err = (
        os.open(folder / f"scan.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for name in ("out", "err")
    )
    process = await asyncio.create_subprocess_exec(
        *tethered(sys.executable, "-m", "agent", "scan", "--json", *map(str, arguments)),
        stdin=DEVNULL if terminal is None else terminal,
        stdout=out,
        stderr=err,
        cwd=ROOT,
    )
    os.close(out)
    os.close(err)
    try:
        yield Live(process, folder, -1 if terminal is None else terminal)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
def line() -> Iterator[tuple[int, int]]:
    """Both ends of a serial line or a terminal."""
    far, near = pty.openpty()
    yield far, near
    os.close(far)
    os.close(near)


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    path = tmp_path / "lineside.toml"
    path.write_text(configuration(tmp_path, None, a_free_port()) + READER.format(folder=tmp_path))
    return path


@pytest.fixture
def reader(tmp_path: Path, line: tuple[int, int]) -> int:
    """A reader on a serial line; what is written to it has been read."""
    far, near = line
    tty.setraw(near)
    (tmp_path / "reader").symlink_to(os.ttyname(near))
    return far


async def test_a_text_is_explained_with_its_control_characters_by_name() -> None:
    status, out, err = await lineside("--text", r"]C0LOT:L\x1d7:CAP-28")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].endswith("text  17 bytes, ]C0 Code 128, site code")
    assert lines[1:] == [
        "    ]C0LOT:L␝7:CAP-28",
        "    5D 43 30 4C 4F 54 3A 4C 1D 37 3A 43 41 50 2D 32 38",
        "  = lot L␝7, item CAP-28: loads the lot, or names the lot that is made",
    ]


async def test_elements_have_their_titles_and_a_long_code_wraps_as_wide_as_the_terminal_is() -> None:
    status, out, err = await lineside("--text", r"]d2010952123454321310P-001\x1d21SN000123")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert "    (01) GTIN 09521234543213 · (10) BATCH/LOT P-001 · (21) SERIAL SN000123" in lines
    assert lines[-1] == "  = serial SN000123, GTIN 09521234543213, lot P-001: names the unit"
    assert max(map(len, lines)) <= 80


async def test_a_lost_separator_is_warned_of() -> None:
    [warning] = (await explained("]d2010952123454321310ABC1232112345"))["warnings"]
    assert "(10) ABC1232112345 may be ABC123 and 2112345. Set the reader up to send GS" in warning


async def test_a_wrong_check_digit_is_refused_in_words() -> None:
    shown = await explained("]C100106141412345678909")
    assert (shown["refused"]["code"], shown["names"]) == ("CHECK_DIGIT", None)


async def test_caps_lock_is_seen() -> None:
    assert "is CapsLock on?" in (await explained("sn:ab01"))["warnings"][0]


async def test_what_was_shown_can_be_typed_again() -> None:
    shown = await explained("]C0LOT:L␝7:CAP-28")
    assert shown["hex"] == "5d 43 30 4c 4f 54 3a 4c 1d 37 3a 43 41 50 2d 32 38"


async def test_a_code_without_an_aim_identifier_is_warned_of_and_one_with_it_is_not() -> None:
    assert ["no AIM identifier" in one for one in (await explained("SN:0007"))["warnings"]] == [True]
    assert (await explained("]C0SN:0007"))["warnings"] == []


async def test_cyrillic_letters_show_what_they_would_be_on_the_other_layout() -> None:
    [warning] = (await explained("ДЩЕЖД-7ЖСФЗ-28"))["warnings"]  # noqa: RUF001 - that is what came
    assert "In English it is 'LOT:L-7:CAP-28'" in warning


async def test_each_line_of_the_input_is_a_code_and_other_ends_of_lines_are_part_of_it() -> None:
    status, out, err = await lineside("--json", stdin=b"SN:1\n\nSN:2\x1d\x0b3\r\nSN:3")
    assert (status, err) == (0, "")
    assert [json.loads(line)["text"] for line in out.splitlines()] == ["SN:1", "SN:2\x1d\x0b3", "SN:3"]


CYRILLIC = BADGE.translate(str.maketrans("BDG:", "ИВПЖ"))


@pytest.mark.parametrize("options", [(), ("--json",)])
async def test_a_badge_shows_neither_its_text_nor_its_bytes_alone_twice_or_mistyped(options: tuple[str, ...]) -> None:
    codes = (
        BADGE,
        f"]C0{BADGE}",
        BADGE + BADGE,
        f"SN:1{BADGE}",
        f"{BADGE}\x1dSN:1",
        BADGE.lower(),
        CYRILLIC,
        CYRILLIC * 2,
    )
    status, out, err = await lineside(*options, stdin="\n".join(codes).encode())
    assert (status, err) == (0, "")
    assert out.count("badge") >= len(codes)
    assert "7731905" not in out
    assert b"7731905".hex(" ") not in out.lower()


async def test_a_badge_has_its_digest_where_the_sites_key_can_be_read(tmp_path: Path, configured: Path) -> None:
    assert (await explained(BADGE, "-c", configured))["badge"] is None
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "site-key").touch(0o600)
    (tmp_path / "journal" / "site-key").write_text("the key of this site\n")
    shown = await explained(BADGE, "-c", configured)
    assert shown["badge"] == hmac.digest(b"the key of this site", b"7731905", "sha256").hex()


async def test_readers_are_opened_here_while_no_agent_runs(tmp_path: Path, configured: Path, reader: int) -> None:
    async with live(tmp_path, "-c", configured, "--reader", "hand") as scan:
        await scan.says("hand: open at")
        os.write(reader, b"]C0SN:0001\r\n" + BADGE.encode() + b"\r\nSN:0002\r\n")
        first, badge, second = await scan.shows(3)
        assert (first["reader"], first["hex"], first["kind"]) == ("hand", b"]C0SN:0001\r\n".hex(" "), "serial")
        assert (badge["text"], badge["hex"], badge["bytes"]) == ("(badge)", None, len(BADGE) + 2)
        assert second["text"] == "SN:0002"
        assert await scan.ended() == 0
    assert BADGE not in scan.out + scan.err


async def test_a_half_code_shows_the_number_of_its_bytes_and_the_next_one_nothing_of_it(
    tmp_path: Path, configured: Path, reader: int
) -> None:
    with configured.open("a") as file:
        file.write('prefix = "<"\nsuffix = ">"\n')
    async with live(tmp_path, "-c", configured, "--reader", "hand") as scan:
        await scan.says("hand: open at")
        os.write(reader, b"<BDG:77319")
        [half] = await scan.shows(1)
        assert (half["flaw"], half["bytes"], half["text"], half["hex"]) == ("incomplete", 10, "", None)
        os.write(reader, b"05><SN:0001><SN:0002>")
        _, rest, first, second = await scan.shows(4)
        assert (rest["flaw"], rest["hex"]) == ("incomplete", None)
        assert (first["hex"], second["hex"]) == (b"<SN:0001>".hex(" "), b"<SN:0002>".hex(" "))
    assert not set(scan.out.split('"')) & {"BDG:77319", "77319"}


async def test_a_reader_without_a_suffix_is_told_to_send_one(tmp_path: Path, configured: Path, reader: int) -> None:
    with configured.open("a") as file:
        file.write('suffix = ""\n')
    async with live(tmp_path, "-c", configured, "--reader", "hand") as scan:
        await scan.says("hand: open at")
        os.write(reader, b"]C0SN:0001")
        [code] = await scan.shows(1)
        assert (code["text"], code["warnings"][0].partition(":")[0]) == ("]C0SN:0001", "ended by silence")


async def test_a_reader_that_is_not_there_is_said_once_and_found_when_it_comes(
    tmp_path: Path, configured: Path, line: tuple[int, int]
) -> None:
    far, near = line
    tty.setraw(near)
    async with live(tmp_path, "-c", configured, "--reader", "hand") as scan:
        await scan.says("there is no such device. Is the reader plugged in")
        (tmp_path / "reader").symlink_to(os.ttyname(near))
        await scan.says("hand: open at")
        os.write(far, b"SN:0001\r")
        await scan.shows(1)
        assert scan.err.count("there is no such device") == 1
        assert await scan.ended(signal.SIGTERM) == 0


async def test_a_device_is_tried_without_a_configuration(tmp_path: Path, reader: int) -> None:
    async with live(tmp_path, "--device", tmp_path / "reader") as scan:
        await scan.says("reader: open at")
        os.write(reader, b"SN:0001\r")
        assert [one["text"] for one in await scan.shows(1)] == ["SN:0001"]


async def test_a_scanner_that_types_is_tried_in_this_terminal_which_is_as_it_was_afterwards(
    tmp_path: Path, configured: Path, line: tuple[int, int]
) -> None:
    far, near = line
    before = termios.tcgetattr(near)
    async with live(tmp_path, "-c", configured, terminal=near) as scan:
        await scan.says("Ctrl+C ends")
        os.write(far, b"]d1LOT:L\x1d7\x1e\x04:CAP-28\r")
        [code] = await scan.shows(1)
        assert (code["reader"], code["text"]) == ("keyboard", "]d1LOT:L\x1d7\x1e\x04:CAP-28")
        os.write(far, b"SN:0001")
        _, cut = await scan.shows(2)
        assert (cut["flaw"], cut["text"], cut["hex"]) == ("cut", "", None)
        os.write(far, b"\x03")
        assert await scan.ended(None) == 0
    assert termios.tcgetattr(near) == before


async def test_a_prefix_that_is_a_function_key_tells_a_scan_however_slowly_it_comes(
    tmp_path: Path, configured: Path, line: tuple[int, int]
) -> None:
    far, near = line
    with configured.open("a") as file:
        file.write('[terminal]\nscan_by = "prefix"\nscan_prefix = "f13"\n')
    async with live(tmp_path, "-c", configured, terminal=near) as scan:
        await scan.says("Ctrl+C ends")
        for part in (b"\x1b[25~SN:", b"0001\x1d", b"\r", b"\x1b[1;2PSN:\x1b[C0002\r"):
            os.write(far, part)
            await asyncio.sleep(0.3)
        slow, strange = await scan.shows(2)
        assert (slow["text"], strange["flaw"]) == ("SN:0001\x1d", "strange")


async def test_what_a_person_types_is_not_shown_as_it_may_be_a_pin(
    tmp_path: Path, configured: Path, line: tuple[int, int]
) -> None:
    far, near = line
    async with live(tmp_path, "-c", configured, terminal=near) as scan:
        await scan.says("Ctrl+C ends")
        for digit in b"4711":
            os.write(far, bytes([digit]))
            await asyncio.sleep(0.2)
        os.write(far, b"\r")
        await scan.says("keyboard: 4 characters, as slow as a person types")
        assert "4711" not in scan.out + scan.err
        assert scan.scans == []


async def reached(socket: Path) -> None:
    """Until the agent has its readers."""

    async def down() -> bool:
        _, view = await asked(socket, "GET /v1/status")
        return bool(json.loads(view)["work_centers"][0]["readers_down"])

    async with asyncio.timeout(20):
        while await down():  # noqa: ASYNC110 - the status is asked, and tells no event
            await asyncio.sleep(0.05)


async def test_with_an_agent_its_readers_and_its_answers_are_shown(tmp_path: Path, reader: int) -> None:
    text = configuration(tmp_path, None, a_free_port()) + READER.format(folder=tmp_path)
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        async with live(tmp_path, "-c", tmp_path / "lineside.toml", "--reader", "hand") as scan:
            await scan.says("agent edge-1 answers")
            await reached(tmp_path / "agent.sock")
            os.write(reader, b"]C0SN:0001\rTOOL:T-1\r" + BADGE.encode() + b"\r")
            serial, tool, badge = await scan.shows(3)
            assert (serial["aim"], serial["reader"], serial["hex"]) == ("C0", "hand", b"]C0SN:0001".hex(" "))
            assert (serial["answer"]["code"], tool["answer"]["accepted"]) == ("NO_ORDER", True)
            assert (badge["kind"], badge["hex"], badge["text"]) == ("badge", None, "(badge)")
            os.write(reader, b"TOOL:T-2\r")
            assert (await scan.shows(4))[-1]["answer"]["message"] == "Tool T-2 noted."
            assert await scan.ended() == 0
        assert BADGE not in scan.out + scan.err


async def test_an_agent_is_asked_what_a_text_would_do_and_makes_no_fact_of_it(tmp_path: Path) -> None:
    async with an_agent(tmp_path, configuration(tmp_path, None, a_free_port())) as agent:
        await agent.manager.hears("READY=1")
        config = tmp_path / "lineside.toml"
        shown = await explained("SN:0001", "-c", config, "--wc", "FILL-1")
        assert shown["answer"]["message"] == "Unit 0001 needs an order in progress. Start one, then scan it again."
        assert (await explained(BADGE, "-c", config, "--wc", "FILL-1"))["answer"] is None
        _, facts = await asked(tmp_path / "agent.sock", "GET /v1/facts?last=1000")
        assert [one["type"] for one in json.loads(facts) if ".scan." in one["type"]] == []
        body = json.dumps({"wc_id": "FILL-1", "text": BADGE}).encode()
        _, answer = await asked(tmp_path / "agent.sock", "POST /v1/explain", body)
        assert json.loads(answer)["code"] == "BADGE"


async def test_what_cannot_be_meant_is_one_sentence(configured: Path) -> None:
    assert (
        "there is no reader 'foot'; expected one of hand" in (await lineside("-c", configured, "--reader", "foot"))[2]
    )
    assert "expected HOST:PORT" in (await lineside("--tcp", "192.168.1.20"))[2]
    assert "no work center 'X'" in (await lineside("-c", configured, "--text", "a", "--wc", "X"))[2]


@pytest.mark.parametrize("name", ["/dev/lineside/reader-0c2e-0b61", "/dev/input/by-id/usb-x-event-kbd"])
def test_a_device_that_types_like_a_keyboard_is_known_by_the_name_that_the_udev_rule_gives_it_too(name: str) -> None:
    reader, line = _named(Path(name), None), _named(Path("/dev/ttyACM0"), None)
    assert reader is not None
    assert (reader.input, reader.device) == (Path(name), None)
    assert line is not None
    assert (line.input, line.device) == (None, Path("/dev/ttyACM0"))

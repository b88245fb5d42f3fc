"""What is told reaches the journal or stderr, and neither can hold the agent up."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.core.errors import ConfigurationError, JournalError
from agent.logs import setup
from agent.logs.entries import Entry, entry_of
from agent.logs.events import Event
from agent.logs.limits import MOST
from agent.logs.sinks import MOST_WAITING, JournalSink, StderrSink, is_journal
from agent.logs.telling import tell
from tests.logs.journald import journald


def test_an_entry_of_the_journal_has_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with journald(path) as journal, setup.begun(JournalSink(path)):
        tell(Event.MACHINE_LOST, "the machine of %s: no answer", "WC-1", work_center="WC-1", tries=3, reader=None)
        [entry] = journal.entries()
    assert entry.pop("CODE_LINE").isdecimal()
    assert entry == {
        "MESSAGE": "the machine of WC-1: no answer",
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "lineside",
        "LINESIDE_EVENT": "machine_lost",
        "LINESIDE_WORK_CENTER": "WC-1",
        "LINESIDE_TRIES": "3",
        "CODE_FILE": __file__,
        "CODE_FUNC": "test_an_entry_of_the_journal_has_its_fields",
    }


@pytest.mark.parametrize(
    "text",
    ["two\nlines", "a=b\n\nPRIORITY=0\n", "\x00\x1d\udc80 Ось қ", "\n"],
    ids=["lines", "an entry", "no text", "a line's end"],
)
def test_whatever_stands_in_a_text_is_one_field_of_one_entry(tmp_path: Path, text: str) -> None:
    path = tmp_path / "journal"
    with journald(path) as journal, setup.begun(JournalSink(path)):
        tell(Event.READER_MISREAD, "%s", text, reader=text)
        [entry] = journal.entries()
    written = text.encode(errors="backslashreplace").decode()
    assert (entry["MESSAGE"], entry["LINESIDE_READER"], entry["PRIORITY"]) == (written, written, "4")


def test_a_text_that_no_datagram_takes_is_cut_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with journald(path) as journal, setup.begun(JournalSink(path)):
        tell(Event.AGENT_FAILED, "%s", "\U0001f3ed" * 1_000_000, why="ж" * 1_000_000)
        [entry] = journal.entries()
    assert entry["MESSAGE"].endswith("… (984000 characters more were cut off)")
    assert entry["LINESIDE_WHY"].endswith("… (999000 characters more were cut off)")


def test_a_line_that_cannot_be_written_out_is_told_as_it_is_and_ends_nothing() -> None:
    record = logging.LogRecord("lineside", logging.INFO, __file__, 1, "%d work centers", ("three",), None)
    assert entry_of(record).message == "lineside: %d work centers (what stands in it cannot be written)"


def test_an_error_of_a_library_is_told_by_kind_and_place_and_not_by_what_somebody_sent() -> None:
    sent = "8642097531 is my PIN"
    try:
        try:
            int(sent)
        except ValueError as error:
            raise KeyError(sent) from error
    except KeyError:
        record = logging.LogRecord("aiohttp.server", logging.ERROR, __file__, 1, "Error", (), sys.exc_info())
    message = entry_of(record).message
    assert [line for line in message.splitlines() if not line.startswith(" ")] == [
        "aiohttp.server: Error",
        "ValueError",
        "then",
        "KeyError",
    ]
    assert message.count("test_setup.py") == 2
    assert sent not in message


def test_lines_wait_for_a_journal_that_is_restarted(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with setup.begun(JournalSink(path)) as handler:
        tell(Event.AGENT_STARTED, "before it came")
        with journald(path) as journal:
            handler.catch_up()
            assert [entry["MESSAGE"] for entry in journal.entries()] == ["before it came"]
        tell(Event.AGENT_STARTED, "while it was away")
        with journald(path) as journal:
            tell(Event.AGENT_STARTED, "when it was back")
            assert [entry["MESSAGE"] for entry in journal.entries()] == ["while it was away", "when it was back"]


def test_a_journal_that_does_not_read_holds_nobody_up_and_what_it_missed_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    seconds = 0.0
    with journald(path) as journal, setup.begun(JournalSink(path), lambda: seconds) as handler:
        sent = 2 * MOST_WAITING
        for _ in range(sent):
            seconds += 60.0
            tell(Event.AGENT_STARTED, "x" * 1000)
        heard: list[dict[str, str]] = []
        while entries := journal.entries():
            heard += entries
            handler.catch_up()
    told = [entry for entry in heard if entry["LINESIDE_EVENT"] == "agent_started"]
    [missing] = [entry for entry in heard if entry["LINESIDE_EVENT"] == "left_out"]
    assert missing["MESSAGE"] == f"{sent - len(told)} lines were left out that the journal did not take"
    assert handler.left_out == int(missing["LINESIDE_COUNT"]) == sent - len(told) > 0


def test_a_line_that_this_pc_lets_nobody_send_keeps_no_other_waiting(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with journald(path) as journal, setup.begun(sink := JournalSink(path)) as handler:
        sink.write(Entry(0.0, logging.INFO, Event.AGENT_STARTED, "long", {"LINESIDE_WHY": "x" * 100_000_000}))
        tell(Event.AGENT_STARTED, "after it")
        handler.catch_up()
        said = [entry["MESSAGE"] for entry in journal.entries()]
    assert sorted(said) == ["1 lines were left out that the journal did not take", "after it"]


def test_what_is_left_out_is_told_when_the_bucket_is_full_again(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    seconds = 0.0
    with journald(path) as journal, setup.begun(JournalSink(path), lambda: seconds) as handler:
        for _ in range(MOST + 7):
            tell(Event.WRONG_PIN, "a wrong PIN", work_center="WC-1")
        tell(Event.WRONG_PIN, "a wrong PIN", work_center="WC-2")
        assert len(journal.entries()) == MOST + 1
        seconds = 60.0
        handler.catch_up()
        [entry] = journal.entries()
    assert entry["MESSAGE"] == "… 7 more of this were left out: wrong_pin of WC-1"
    assert (entry["LINESIDE_COUNT"], entry["LINESIDE_OF"]) == ("7", "wrong_pin")


def test_libraries_are_heard_from_warning_on_through_the_same_limits(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with journald(path) as journal, setup.begun(JournalSink(path)) as handler:
        logging.getLogger("asyncua.client.ua_client").info("Revised values")
        for number in range(1000):
            logging.getLogger(f"asyncua.part{number % 3}").warning("Requested session timeout")
        entries = journal.entries()
        assert handler.left_out == 1000 - MOST
    assert len(entries) == MOST
    assert {entry["LINESIDE_EVENT"] for entry in entries} == {"library"}
    assert entries[0]["MESSAGE"] == "asyncua.part0: Requested session timeout"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ConfigurationError("agent.id: is missing; expected a value"), "agent.id: is missing; expected a value"),
        (ExceptionGroup("", [JournalError("in use")]), "in use"),
    ],
)
def test_what_ends_the_agent_is_an_event_of_the_journal(tmp_path: Path, error: Exception, text: str) -> None:
    path = tmp_path / "journal"
    with journald(path) as journal:
        with pytest.raises(type(error)), setup.begun(JournalSink(path)):
            raise error
        [entry] = journal.entries()
    assert (entry["LINESIDE_EVENT"], entry["PRIORITY"], entry["MESSAGE"]) == ("agent_failed", "3", text)


def test_a_fault_of_the_program_is_told_by_kind_and_place_and_its_text_reaches_the_journal_by_no_way(
    tmp_path: Path,
) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from agent.commands import main, run\n"
        "from agent.core.errors import JournalError\n"
        "from agent.logs import setup\n"
        "from agent.logs.sinks import JournalSink\n"
        "def fail(config):\n"
        "    sent = ExceptionGroup('', [ValueError('8642097531 is my PIN')])\n"
        "    raise ExceptionGroup('', [JournalError('in use'), sent])\n"
        "begun, journal = setup.begun, Path(sys.argv.pop())\n"
        "setup.begun = lambda: begun(JournalSink(journal))\n"
        "run.read = fail\n"
        "main.main()\n"
    )
    path = tmp_path / "journal"
    with journald(path) as journal:
        command = [sys.executable, "-c", program, "run", str(path)]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        [entry] = journal.entries()
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")
    first, *trace = entry["MESSAGE"].splitlines()
    assert (entry["LINESIDE_EVENT"], first, trace[-1]) == (
        "agent_failed",
        "a fault of the program: ValueError",
        "ValueError",
    )


def test_stderr_has_a_line_that_people_can_read(capsys: pytest.CaptureFixture[str]) -> None:
    with setup.begun(StderrSink()):
        tell(Event.BROKER_LOST, "nobody answers at %s\nfacts wait", "localhost:1883")
    said = capsys.readouterr().err
    assert said.partition(" ")[2] == "WARNING broker_lost: nobody answers at localhost:1883\n    facts wait\n"


def test_the_journal_is_known_by_what_systemd_says_of_stderr(tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w") as file:
        found = os.fstat(file.fileno())
        assert is_journal(file.fileno(), f"{found.st_dev}:{found.st_ino}")
        assert not is_journal(file.fileno(), f"{found.st_dev}:{found.st_ino + 1}")
        assert not is_journal(file.fileno(), None)
    assert not is_journal(9999, "1:1")


def test_a_reader_of_stderr_that_has_gone_is_no_fault_of_the_agent() -> None:
    program = (
        "from agent.logs import setup; from agent.logs.events import Event; from agent.logs.telling import tell\n"
        "import sys\n"
        "sys.stdin.read()\n"
        "with setup.begun():\n"
        "    tell(Event.AGENT_STARTED, 'x')\n"
        "sys.stdout.write('went on')\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        process.stderr.close()
        process.stderr = None
        said, _ = process.communicate(b"", timeout=30)
    assert said == b"went on"

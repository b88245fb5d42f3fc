"""What somebody without rights on this PC is told, and gets."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.processes import a_free_port, configuration
from tests.agent.test_command_line import Answer, lineside, python, written
from tests.agent.test_journal_commands import an_agent_with_parked_facts

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without rights")
AS_NOBODY = """
import encodings.ascii, encodings.idna, os, sys
from agent.commands import facts, main, status
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.argv = ["lineside", *sys.argv[1:]]
main.main()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that others may enter, which pytest's own are not."""
    made = Path(tempfile.mkdtemp(prefix="ordinary-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def config(folder: Path) -> Path:
    return written(folder, configuration(folder, None, a_free_port()))


async def as_nobody(*arguments: str | Path) -> Answer:
    return await python("-c", AS_NOBODY, *arguments)


async def test_who_may_ask_the_agent_but_not_read_its_journal_has_the_facts_from_the_agent(
    folder: Path, config: Path
) -> None:
    async with an_agent_with_parked_facts(folder):
        (folder / "journal").chmod(0o700)
        (folder / "agent.sock").chmod(0o666)
        for options in (("-n", "3"), ("--json",)):
            told = await as_nobody("facts", "-c", config, *options)
            assert told == await lineside("facts", "-c", config, *options)
            assert told.status == 0, told.err
        assert len(told.out.splitlines()) == 5
        more = await as_nobody("facts", "-c", config, "-n", "1001")
    assert (more.status, more.out) == (1, "")
    assert more.err == f"lineside: this user may not read the journal {_journal(folder)}; run it with sudo\n"


@pytest.mark.parametrize("mode", [0o700, 0o755])
async def test_without_an_agent_it_is_said_how_the_journal_is_read(folder: Path, config: Path, mode: int) -> None:
    (folder / "journal").mkdir()
    _journal(folder).touch(0o600)
    (folder / "journal").chmod(mode)
    told = await as_nobody("facts", "-c", config)
    assert (told.status, told.out) == (1, "")
    assert told.err.startswith(
        f"lineside: this user may not read the journal {_journal(folder)}; run it with sudo; nor"
    )
    assert told.err.count("\n") == 1


@pytest.fixture
def closed(config: Path) -> Path:
    config.chmod(0o640)
    return config


async def test_a_configuration_that_is_closed_to_this_user_says_who_may_read_it(closed: Path) -> None:
    told = await as_nobody("facts", "-c", closed)
    assert (told.status, told.out) == (2, ""), told.err
    sentence = f"{closed}: this user may not read it; run it with sudo, or as a member of the group lineside"
    assert told.err == f"lineside: {sentence}\n"


async def test_an_agent_that_this_user_may_not_ask_says_who_may(folder: Path, config: Path) -> None:
    async with an_agent_with_parked_facts(folder):
        told = await as_nobody("status", "-c", config)
    found = f"this user may not ask the agent at {folder / 'agent.sock'}"
    assert told == Answer(1, "", f"lineside: {found}; run it with sudo, or as a member of the group lineside\n")


def _journal(folder: Path) -> Path:
    return folder / "journal" / "journal.sqlite"
